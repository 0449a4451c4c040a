"""API of people."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from qaportal.kit.api.serializers import MessageSerializer
from qaportal.kit.api.styles import EnvelopeStyle, Message, PlainStyle

from ..choices import RoleCode, UserStatus
from ..models import Role, Tenant, User
from ..services import users
from .administration import AdministrationViewSet, RestorableViewSet, company_named, named, order_by
from .filters import PersonFilter, UserFilter
from .serializers import ProfileSerializer
from .user_serializers import NewUserSerializer, PersonChangeSerializer, UserSerializer

ORDER = {
    name: name
    for name in (
        "id",
        "email",
        "first_name",
        "last_name",
        "status",
        "auth_provider",
        "tenant_id",
        "role_id",
        "created_at",
        "updated_at",
    )
}


def role_named(actor: User, tenant: Tenant | None, given: int) -> Role:
    """The role that a body names, one that people of the company can have."""
    offered = Role.objects.visible_to(actor).of_tenant(tenant.pk if tenant else None)
    return named(offered, given, field="role_id", words=_("There is no such role."))


class UserViewSet(EnvelopeStyle, RestorableViewSet):
    """People of the caller's company; of all companies for the platform's administrator."""

    serializer_class = UserSerializer
    filterset_class = UserFilter
    ordering_fields = ORDER

    def base_queryset(self) -> QuerySet[User]:
        """People with role and company."""
        return User.objects.for_list()

    @extend_schema(parameters=[order_by(ORDER)])
    def list(self, request: Request) -> Response:
        """The people that the caller sees; deleted ones only with `status=deleted`, for who may restore them."""
        return super().list(request)

    @extend_schema(request=NewUserSerializer, responses={201: UserSerializer})
    def create(self, request: Request) -> Response:
        """Add a person with a password of at least 8 characters."""
        data = self.validated(serializer=NewUserSerializer(data=request.data))
        person = users.add_user(actor=request.user, **self._fields(data))
        return self.respond(person, status.HTTP_201_CREATED)

    def update(self, request: Request, pk: str) -> Response:
        """Change the person; suspending or deleting him ends all his sign-ins and tokens at once."""
        person = self.get_object()
        data = self._fields(self.validated(instance=person), person)
        return self.respond(users.update_user(actor=request.user, user=person, if_match=self.if_match, **data))

    @extend_schema(responses={200: MessageSerializer})
    def destroy(self, request: Request, pk: str) -> Response:
        """Delete the person: he is hidden and signed out, and his address is free again."""
        users.delete_user(actor=request.user, user=self.get_object(), if_match=self.if_match)
        return Response(Message(_("The person is deleted.")))

    def _fields(self, data: dict[str, Any], person: User | None = None) -> dict[str, Any]:
        """The body as the services take it."""
        fields = dict(data)
        given, role_id = fields.pop("tenant_id"), fields.pop("role_id")
        is_same = person is not None and given == person.tenant_id
        fields["tenant"] = person.tenant if is_same else company_named(self.request.user, given)
        if person is None or role_id != person.role_id:
            fields["role"] = role_named(self.request.user, person.tenant if person else fields["tenant"], role_id)
        return fields


class PersonViewSet(PlainStyle, AdministrationViewSet):
    """People, with a role of two values beside the richer one."""

    serializer_class = ProfileSerializer
    filterset_class = PersonFilter

    def base_queryset(self) -> QuerySet[User]:
        """People with role and company."""
        return User.objects.for_list()

    @extend_schema(request=PersonChangeSerializer)
    def update(self, request: Request, pk: str) -> Response:
        """Change what is given; `is_active: false` suspends and ends all sign-ins and tokens at once."""
        person = self.get_object()
        serializer = PersonChangeSerializer(person, data=request.data, partial=True)
        data = self._fields(self.validated(serializer=serializer), person)
        users.update_user(actor=request.user, user=person, if_match=self.if_match, **data)
        return self.respond(self.get_object())

    def destroy(self, request: Request, pk: str) -> Response:
        """Delete the person: he is hidden and signed out, and his address is free again."""
        users.delete_user(actor=request.user, user=self.get_object(), if_match=self.if_match)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _fields(self, data: dict[str, Any], person: User) -> dict[str, Any]:
        """The body as the service takes it; `role_id` counts where it names another role than the present one."""
        fields = dict(data)
        kind, role_id = fields.pop("role", None), fields.pop("role_id", person.role_id)
        if role_id != person.role_id:
            fields["role"] = role_named(self.request.user, person.tenant, role_id)
        elif kind is not None and (kind == "admin") != person.is_tenant_admin:
            fields["role"] = Role.objects.built_in(RoleCode.TENANT_ADMIN if kind == "admin" else RoleCode.TESTER)
        if "is_active" in fields:
            fields["status"] = UserStatus.ACTIVE if fields.pop("is_active") else UserStatus.SUSPENDED
        return fields
