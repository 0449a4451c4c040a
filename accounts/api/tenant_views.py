"""API of companies."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from qaportal.kit.api.serializers import MessageSerializer
from qaportal.kit.api.styles import EnvelopeStyle, Message

from ..models import Tenant
from ..services import tenants
from .administration import RestorableViewSet, order_by
from .filters import TenantFilter
from .tenant_serializers import TenantSerializer

ORDER = {
    name: name
    for name in (
        "id",
        "name",
        "slug",
        "status",
        "subscription_tier",
        "max_users",
        "max_modules",
        "created_at",
        "updated_at",
    )
}


class TenantViewSet(EnvelopeStyle, RestorableViewSet):
    """Companies: all of them for the platform's administrator, their own for everybody else."""

    serializer_class = TenantSerializer
    filterset_class = TenantFilter
    ordering_fields = ORDER

    def base_queryset(self) -> QuerySet[Tenant]:
        """Companies."""
        return Tenant.objects.all()

    @extend_schema(parameters=[order_by(ORDER)])
    def list(self, request: Request) -> Response:
        """The companies that the caller sees; deleted ones only with `status=deleted`, for who may restore them."""
        return super().list(request)

    def create(self, request: Request) -> Response:
        """Add a company; only the platform's administrator may."""
        return self.respond(tenants.create_tenant(actor=request.user, **self.validated()), status.HTTP_201_CREATED)

    def update(self, request: Request, pk: str) -> Response:
        """Change the company; its own administrators name and settings, the platform's everything."""
        tenant = self.get_object()
        data = self.validated(instance=tenant)
        return self.respond(tenants.update_tenant(actor=request.user, tenant=tenant, if_match=self.if_match, **data))

    @extend_schema(responses={200: MessageSerializer})
    def destroy(self, request: Request, pk: str) -> Response:
        """Delete the company: it is hidden with all it holds, and everybody in it is signed out."""
        tenants.delete_tenant(actor=request.user, tenant=self.get_object(), if_match=self.if_match)
        return Response(Message(_("The company is deleted.")))
