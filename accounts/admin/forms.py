"""What the forms of accounts' tables ask beside the columns."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from qaportal.kit.admin import ServiceForm

from .. import policies
from ..choices import TenantStatus, UserStatus
from ..models import Role, User
from ..permissions import PERMISSIONS


def _without(choices: list[tuple[str, Any]], left_out: str) -> list[tuple[str, Any]]:
    return [choice for choice in choices if choice[0] != left_out]


def roles_given_by(user: User) -> QuerySet:
    """The roles that the user sees and that are not above his own; the service decides about the single one."""
    seen = Role.objects.visible_to(user)
    return seen.filter(pk__in=[role.pk for role in seen if policies.can_grant(user, role)]).order_by("name", "pk")


class TenantForm(ServiceForm):
    """A company; of its settings the one that the portal itself reads."""

    status = forms.ChoiceField(
        label=_("Status"),
        choices=_without(TenantStatus.choices, TenantStatus.DELETED),
        help_text=_("A suspended company is signed out at once, its tokens end."),
    )
    requires_second_factor = forms.BooleanField(
        label=_("Everybody needs a second factor"),
        required=False,
        help_text=_("Whoever signs in by password sets one up before anything else."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Show whether a second factor is required."""
        super().__init__(*args, **kwargs)
        self.initial["requires_second_factor"] = self.instance.requires_second_factor


class UserForm(ServiceForm):
    """A person; the password is asked for once, when he is added."""

    status = forms.ChoiceField(
        label=_("Status"),
        choices=_without(UserStatus.choices, UserStatus.DELETED),
        help_text=_("A suspended person is signed out at once, his tokens end."),
    )
    first_password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 8 characters. Empty: the person chooses one by a link. An invitation is usually better."),
    )


class RoleForm(ServiceForm):
    """A custom role: its base, and what of it the role has."""

    everything = forms.BooleanField(
        label=_("Everything that the base may do"),
        required=False,
        help_text=_("The ticks below count only without it."),
    )
    permissions = forms.MultipleChoiceField(
        label=_("Permissions"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer what the user has himself, and tick what the role has."""
        super().__init__(*args, **kwargs)
        own = self.request.user.role.granted | self.instance.granted
        offered = [(code, permission.act) for code, permission in PERMISSIONS.items() if code in own]
        self.fields["permissions"].choices = [(code, capfirst(str(act))) for code, act in offered]
        self.initial["everything"] = self.instance.permissions is None
        self.initial["permissions"] = [] if self.is_new else sorted(self.instance.granted)


class ProjectForm(ServiceForm):
    """A project; of its settings those that the portal itself reads."""

    members_only = forms.BooleanField(
        label=_("Closed"),
        required=False,
        help_text=_("Only members and administrators of the company reach the project."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Show whether the project is closed."""
        super().__init__(*args, **kwargs)
        self.initial["members_only"] = self.instance.members_only
