"""The form of a custom role."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qaportal.kit.forms import PortalForm

from ..choices import ROLE_SCOPE, RoleCode
from ..models import Role, Tenant, User
from ..permissions import PERMISSIONS, permissions_of


def bases_on_offer(actor: User, *, for_platform: bool = False) -> list[RoleCode]:
    """The built-in roles on which the actor may base a role of his own."""
    ranks = [code for code in RoleCode if Role(code=code).rank <= actor.role.rank]
    return [code for code in ranks if for_platform or code != RoleCode.SUPER_ADMIN]


class CustomRoleForm(PortalForm):
    """Name, base and permissions of a role that a company makes for itself."""

    name = forms.CharField(label=_("Name"), max_length=100)
    code = forms.ChoiceField(
        label=_("Based on"), help_text=_("The role can have what this one has, or less; nobody lower gives it.")
    )
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    company = forms.ModelChoiceField(
        label=_("Company"), queryset=Tenant.objects.none(), required=False, empty_label=_("All companies")
    )
    permissions = forms.MultipleChoiceField(
        choices=[(code, code) for code in PERMISSIONS], required=False, widget=forms.CheckboxSelectMultiple
    )
    if_match = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, actor: User, role: Role | None = None, **kwargs: Any) -> None:
        """Offer the bases; the company is chosen once, by an administrator of the platform."""
        super().__init__(*args, **kwargs)
        bases = [(code.value, code.label) for code in bases_on_offer(actor)]
        self.fields["code"].choices = bases
        if role is None and actor.is_super_admin:
            self.fields["company"].queryset = Tenant.objects.visible_to(actor).for_list()
        else:
            del self.fields["company"]
        self.actor = actor

    @property
    def base(self) -> str:
        """The base that is chosen now, also in a form that is not valid."""
        chosen = self["code"].value()
        offered = [code for code, _label in self.fields["code"].choices]
        return chosen if chosen in offered else RoleCode.TESTER if RoleCode.TESTER in offered else offered[-1]

    @property
    def chosen(self) -> frozenset[str]:
        """The permissions that are ticked now."""
        value = self["permissions"].value()
        return permissions_of(self.base) if value is None else frozenset(value) & permissions_of(self.base)

    def role_fields(self) -> dict[str, Any]:
        """What services take: the scope follows from the base."""
        kept = {name: self.cleaned_data[name] for name in ("name", "code", "description")}
        return kept | {"scope": ROLE_SCOPE[kept["code"]], "permissions": sorted(self.chosen)}

    @classmethod
    def initial_of(cls, role: Role) -> dict[str, Any]:
        """The role as the form shows it."""
        return {
            "name": role.name,
            "code": role.code,
            "description": role.description,
            "permissions": sorted(role.granted),
        }
