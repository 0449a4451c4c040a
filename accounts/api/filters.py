"""How lists of companies, people and roles are filtered."""

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from ..choices import RoleCode, RoleScope, TenantStatus, UserStatus
from ..models import Role, Tenant, User

ADMINISTRATORS = (RoleCode.SUPER_ADMIN, RoleCode.TENANT_ADMIN)
YES_OR_NO = [("true", _("Yes")), ("false", _("No"))]


class TenantFilter(django_filters.FilterSet):
    """By status."""

    status = django_filters.ChoiceFilter(choices=TenantStatus.choices, label=_("Companies of this status"))

    class Meta:
        model = Tenant
        fields = ["status"]


class UserFilter(django_filters.FilterSet):
    """By status."""

    status = django_filters.ChoiceFilter(choices=UserStatus.choices, label=_("People of this status"))

    class Meta:
        model = User
        fields = ["status"]


class RoleFilter(django_filters.FilterSet):
    """By scope."""

    scope = django_filters.ChoiceFilter(choices=RoleScope.choices, label=_("Roles of this scope"))

    class Meta:
        model = Role
        fields = ["scope"]


class PersonFilter(django_filters.FilterSet):
    """By name or address, by the two-valued role, and by who may sign in."""

    search = django_filters.CharFilter(method="find", max_length=200, label=_("Name or address"))
    role = django_filters.ChoiceFilter(
        method="of_kind",
        choices=[("admin", _("Admin")), ("tester", _("Tester"))],
        label=_("Administrators, or everybody else"),
    )
    is_active = django_filters.ChoiceFilter(
        method="who_may_sign_in", choices=YES_OR_NO, label=_("People who may sign in, or suspended ones")
    )

    class Meta:
        model = User
        fields: list[str] = []

    def find(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """People in whose name or address every word stands, as on the page of people."""
        return queryset.matching(value)

    def of_kind(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Administrators, or everybody else."""
        are_administrators = Q(role__code__in=ADMINISTRATORS)
        return queryset.filter(are_administrators if value == "admin" else ~are_administrators)

    def who_may_sign_in(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """The active people, or the suspended ones."""
        return queryset.filter(is_active=value == "true")
