"""Forms of people and of invitations."""

import re
from email.utils import parseaddr
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from qaportal.kit.forms import PortalForm

from ..choices import UserStatus
from ..models import Project, Role, Tenant, User
from ..services.inviting import Invited
from .fields import RoleField, roles_for_project, roles_on_offer

MOST_ADDRESSES = 100


class PersonForm(PortalForm):
    """What somebody is called, his address and his role in the company."""

    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=100, required=False)
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=100, required=False)
    email = forms.EmailField(
        label=gettext_lazy("Work e-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    role = RoleField(label=gettext_lazy("Role in the company"), queryset=Role.objects.none(), empty_label=None)
    if_match = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, person: User, actor: User, **kwargs: Any) -> None:
        """Offer the roles that the actor may give, and the one that the person has."""
        super().__init__(*args, **kwargs)
        offered = {role.pk for role in roles_on_offer(actor, person.tenant)} | {person.role_id}
        self.fields["role"].queryset = Role.objects.filter(pk__in=offered).for_list()


class ProjectRoleForm(PortalForm):
    """A role in one project, for somebody who has none there yet."""

    project = forms.ModelChoiceField(
        label=gettext_lazy("Project"), queryset=Project.objects.none(), empty_label=gettext_lazy("Choose a project")
    )
    role = RoleField(
        label=gettext_lazy("Role there"), queryset=Role.objects.none(), empty_label=gettext_lazy("Choose a role")
    )

    def __init__(self, *args: Any, person: User, actor: User, **kwargs: Any) -> None:
        """Offer the projects of the person's company that the actor reaches; services say which role fits."""
        super().__init__(*args, auto_id="id_there_%s", **kwargs)  # the form of the person has a role too
        reached = Project.objects.visible_to(actor).filter(tenant_id=person.tenant_id)
        taken = person.memberships.values("project_id")
        self.fields["project"].queryset = reached.exclude(pk__in=taken).order_by("name")
        self.fields["project"].label_from_instance = lambda project: f"{project.key} {project.name}"
        sample = Project(tenant_id=person.tenant_id)
        offered = [role.pk for role in roles_for_project(actor, sample)] if person.tenant_id else []
        self.fields["role"].queryset = Role.objects.filter(pk__in=offered).for_list()


class PickedPeopleForm(PortalForm):
    """People picked in the list, and what is to become of them."""

    ids = forms.TypedMultipleChoiceField(coerce=int)
    status = forms.ChoiceField(choices=[(each.value, each.label) for each in (UserStatus.ACTIVE, UserStatus.SUSPENDED)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take any ids; whoever is out of reach is not found."""
        super().__init__(*args, **kwargs)
        self.fields["ids"].valid_value = lambda value: value.isascii() and value.isdigit() and len(value) <= 18


class InvitationForm(PortalForm):
    """Whom to invite, one address a line or between commas, and with which role."""

    company = forms.ModelChoiceField(
        label=gettext_lazy("Company"), queryset=Tenant.objects.none(), empty_label=gettext_lazy("Choose a company")
    )
    addresses = forms.CharField(
        label=gettext_lazy("Work e-mails"),
        max_length=40_000,
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "One a line, or between commas. A name may stand before: Lena Marsk <lena@example.com>."
        ),
    )
    role = RoleField(label=gettext_lazy("Role in the company"), queryset=Role.objects.none(), empty_label=None)

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        """Offer the roles that the actor may give; only an administrator of the platform chooses the company."""
        super().__init__(*args, **kwargs)
        if actor.is_super_admin:
            self.fields["company"].queryset = Tenant.objects.visible_to(actor).for_list()
            offered = [role for role in Role.objects.visible_to(actor).for_list() if role.code != "super_admin"]
        else:
            del self.fields["company"]
            offered = roles_on_offer(actor, actor.tenant)
        self.fields["role"].queryset = Role.objects.filter(pk__in=[role.pk for role in offered]).for_list()
        self.fields["role"].tells_company = actor.is_super_admin
        self.fields["role"].initial = next((role.pk for role in offered if role.code == "tester"), None)

    def clean_addresses(self) -> list[Invited]:
        """The addresses with the names before them, each once."""
        found: dict[str, Invited] = {}
        for written in _separated(self.cleaned_data["addresses"]):
            name, address = parseaddr(written) if "<" in written else ("", written)
            first_name, _blank, last_name = name.strip().partition(" ")
            found.setdefault(
                address.lower(), Invited(address.strip(), first_name[:100], last_name.strip()[:100], written)
            )
        if not found:
            raise ValidationError(_("Enter an address."))
        if len(found) > MOST_ADDRESSES:
            words = ngettext("At most %d address at once.", "At most %d addresses at once.", MOST_ADDRESSES)
            raise ValidationError(words % MOST_ADDRESSES)
        return list(found.values())


def _separated(text: str) -> list[str]:
    """What stands between line ends, commas and semicolons; several bare addresses may share a line."""
    parts: list[str] = []
    for part in re.split(r"[\r\n,;]+", text):
        parts += [part.strip()] if "<" in part else part.split()
    return [part for part in parts if part]
