"""API of roles."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from qaportal.kit.api.serializers import MessageSerializer
from qaportal.kit.api.styles import EnvelopeStyle, Message

from ..models import Role
from ..services import roles
from .administration import AdministrationViewSet, company_named, order_by
from .filters import RoleFilter
from .role_serializers import NewRoleSerializer, RoleSerializer

ORDER = {name: name for name in ("id", "name", "code", "description", "scope", "created_at", "updated_at")}


class RoleViewSet(EnvelopeStyle, AdministrationViewSet):
    """The roles that people of the company can have: built-in ones, and its own."""

    serializer_class = RoleSerializer
    filterset_class = RoleFilter
    ordering_fields = ORDER

    def base_queryset(self) -> QuerySet[Role]:
        """Roles with their company."""
        return Role.objects.for_list()

    @extend_schema(parameters=[order_by(ORDER)])
    def list(self, request: Request) -> Response:
        """The roles that the caller sees."""
        return super().list(request)

    @extend_schema(request=NewRoleSerializer, responses={201: RoleSerializer})
    def create(self, request: Request) -> Response:
        """Add a role to the company; one of the platform's administrator without `tenant_id` is for all companies."""
        data = self.validated(serializer=NewRoleSerializer(data=request.data))
        own = request.user.tenant_id
        tenant = company_named(request.user, data.pop("tenant_id", own) or own)
        return self.respond(roles.create_role(actor=request.user, tenant=tenant, **data), status.HTTP_201_CREATED)

    def update(self, request: Request, pk: str) -> Response:
        """Change the role for everybody who has it; roles that come with the portal stay as they are."""
        role = self.get_object()
        data = self.validated(instance=role)
        return self.respond(roles.update_role(actor=request.user, role=role, if_match=self.if_match, **data))

    @extend_schema(responses={200: MessageSerializer})
    def destroy(self, request: Request, pk: str) -> Response:
        """Delete the role; not while somebody has it."""
        roles.delete_role(actor=request.user, role=self.get_object(), if_match=self.if_match)
        return Response(Message(_("The role is deleted.")))
