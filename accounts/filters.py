"""Filters of the lists of accounts."""

from collections.abc import Iterator
from typing import Any

import django_filters as filters
from django.db.models import Count, Model, Q, QuerySet, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qaportal.kit.forms import style_widgets

from .choices import InvitationState, TenantStatus, TokenState, UserStatus
from .models import ApiToken, Invitation, Role, Tenant, User
from .querysets import UserQuerySet

LONGEST_WORDS = 200


def role_choices(reader: User) -> list[tuple[str, str]]:
    """The roles that people the reader sees can have; those of several companies say whose they are."""
    found = Role.objects.visible_to(reader).for_list()
    several = reader.is_super_admin
    return [
        (str(role.pk), f"{role.label} ({role.tenant.name})" if several and role.tenant else role.label)
        for role in found
    ]


def company_choices(reader: User) -> list[tuple[str, str]]:
    """The companies to choose from: for administrators of the platform alone."""
    if not reader.is_super_admin:
        return []
    return [(str(tenant.pk), tenant.name) for tenant in Tenant.objects.manageable_by(reader).for_list()]


def _conditions(model: type[Model]) -> dict[str, Q]:
    """Of which invitations, or tokens, this has become."""
    now = timezone.now()
    ended, over = Q(revoked_at__isnull=False), Q(expires_at__isnull=False, expires_at__lte=now)
    if model is not Invitation:
        return {
            TokenState.USABLE: ~ended & ~over,
            TokenState.EXPIRED: over & ~ended,
            TokenState.REVOKED: ended,
        }
    used = Q(accepted_at__isnull=False)
    return {
        InvitationState.OPEN: ~over & ~used & ~ended,
        InvitationState.ACCEPTED: used,
        InvitationState.EXPIRED: over & ~used & ~ended,
        InvitationState.REVOKED: ended & ~used,
    }


def in_state(queryset: QuerySet, state: str) -> QuerySet:
    """Invitations or tokens of which this has become."""
    return queryset.filter(_conditions(queryset.model)[state])


def counted_in_states(queryset: QuerySet, states: type[TextChoices]) -> dict[str, int]:
    """How many of them became what, in one query; all of them under `all`."""
    conditions = _conditions(queryset.model)
    wanted = {state: Count("pk", filter=conditions[state]) for state in states.values}
    return queryset.order_by().aggregate(**wanted, all=Count("pk"))


class ReaderFilter(filters.FilterSet):
    """Base of the filters whose choices depend on the reader."""

    q = filters.CharFilter(label=_("Words"), method="having_words", max_length=LONGEST_WORDS)
    company = filters.ChoiceFilter(label=_("Company"), empty_label=_("Any company"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer what the reader sees."""
        super().__init__(*args, **kwargs)
        for name, choices in self.offered():
            self.filters[name].extra["choices"] = choices
        style_widgets(self.form)

    def offered(self) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """The choices of the filters, by name."""
        yield "company", company_choices(self.request.user)


class PersonFilter(ReaderFilter):
    """People by name or address, role, status and company."""

    role = filters.ChoiceFilter(label=_("Role"), field_name="role_id", empty_label=_("Any role"))
    status = filters.ChoiceFilter(label=_("Status"), choices=UserStatus.choices)
    company = filters.ChoiceFilter(label=_("Company"), field_name="tenant_id", empty_label=_("Any company"))

    class Meta:
        model = User
        fields: list[str] = []

    def offered(self) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """Roles and companies."""
        yield from super().offered()
        yield "role", role_choices(self.request.user)

    def having_words(self, queryset: UserQuerySet, name: str, value: str) -> UserQuerySet:
        """Those whose name or address holds the words."""
        return queryset.matching(value)


class InvitationFilter(ReaderFilter):
    """Invitations by address, state and company."""

    state = filters.ChoiceFilter(label=_("State"), choices=InvitationState.choices, method="being_in")
    company = filters.ChoiceFilter(label=_("Company"), field_name="tenant_id", empty_label=_("Any company"))

    class Meta:
        model = Invitation
        fields: list[str] = []

    def having_words(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Those to an address or a name that holds the words."""
        return queryset.filter(
            Q(email__icontains=value) | Q(first_name__icontains=value) | Q(last_name__icontains=value)
        )

    def being_in(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Those of which this has become."""
        return in_state(queryset, value)


class TokenFilter(ReaderFilter):
    """API tokens by name or owner, state and company."""

    state = filters.ChoiceFilter(label=_("State"), choices=TokenState.choices, method="being_in")
    company = filters.ChoiceFilter(label=_("Company"), field_name="user__tenant_id", empty_label=_("Any company"))

    class Meta:
        model = ApiToken
        fields: list[str] = []

    def having_words(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Those whose name or beginning, or whose owner, holds the words."""
        owners = User.objects.matching(value).values("pk")
        return queryset.filter(Q(name__icontains=value) | Q(prefix__istartswith=value) | Q(user__in=owners))

    def being_in(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Those of which this has become."""
        return in_state(queryset, value)


class CompanyFilter(filters.FilterSet):
    """Companies by name or slug and status."""

    q = filters.CharFilter(label=_("Words"), method="having_words", max_length=LONGEST_WORDS)
    status = filters.ChoiceFilter(label=_("Status"), choices=TenantStatus.choices)

    class Meta:
        model = Tenant
        fields: list[str] = []

    def having_words(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Those whose name or slug holds the words."""
        return queryset.filter(Q(name__icontains=value) | Q(slug__icontains=value))
