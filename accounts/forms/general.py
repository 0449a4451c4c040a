"""Forms of signing in, of one's own name, of projects and their members."""

from allauth.account.forms import LoginForm
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from qaportal.kit.forms import PortalForm, style_widgets

from ..attempt_limits import RESET, count_address, count_client
from ..choices import RoleCode
from ..models import Project, Role, User
from ..services import passwords
from .fields import PersonField, RoleField, roles_for_project


class SignInForm(LoginForm):
    """E-mail, password and whether to stay signed in."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        """Word the fields as the portal does."""
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Work e-mail")
        self.fields["login"].widget.attrs.update(placeholder="", autocomplete="username", autofocus=True)
        self.fields["password"].widget.attrs.update(placeholder="")
        self.fields["remember"].label = _("Stay signed in on this device for 14 days")
        for field in self.fields.values():
            field.help_text = ""
        style_widgets(self)


class CompanySignInForm(PortalForm):
    """The address whose mail domain tells the company."""

    login = forms.EmailField(
        label=_("Work e-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )


class ForgottenPasswordForm(PortalForm):
    """The address to mail a link to; whether it is known is told to nobody."""

    email = forms.EmailField(
        label=_("Work e-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )

    def save(self, request: HttpRequest) -> str:
        """Ask for the mail; raises TooMany."""
        count_client(request, RESET)
        count_address(RESET, self.cleaned_data["email"])
        passwords.ask_for_reset(actor=None, email=self.cleaned_data["email"])
        return self.cleaned_data["email"]


class NameForm(PortalForm):
    """How the person is called."""

    first_name = forms.CharField(label=_("First name"), max_length=100, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=100, required=False)


class MemberForm(PortalForm):
    """A person and the role he has in the project."""

    user = PersonField(label=_("Person"), queryset=User.objects.none(), empty_label=_("Choose a person"))
    role = RoleField(label=_("Role in this project"), queryset=Role.objects.none(), empty_label=_("Choose a role"))

    def __init__(self, *args: object, project: Project, actor: User, **kwargs: object) -> None:
        """Offer the people of the tenant and the roles that the actor may give."""
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = (
            User.objects.visible_to(actor)
            .filter(is_active=True, tenant_id=project.tenant_id)
            .exclude(role__code__in=[RoleCode.SUPER_ADMIN, RoleCode.TENANT_ADMIN])
            .order_by("first_name", "last_name")
        )
        offered = roles_for_project(actor, project)
        self.fields["role"].queryset = Role.objects.filter(pk__in=[role.pk for role in offered])


class RoleForm(PortalForm):
    """The role of one member, changed in place."""

    role = RoleField(label=_("Role"), queryset=Role.objects.none())

    def __init__(self, *args: object, actor: User, **kwargs: object) -> None:
        """Offer the roles; the service says which of them the actor may give."""
        super().__init__(*args, **kwargs)
        self.fields["role"].queryset = Role.objects.visible_to(actor)


class ProjectForm(PortalForm):
    """A new project."""

    name = forms.CharField(label=_("Name"), max_length=200)
    key = forms.CharField(
        label=_("Key"),
        max_length=12,
        required=False,
        help_text=_("Capitals and digits, such as PAY. Empty: made of the name."),
    )
    description = forms.CharField(label=_("Description"), required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def clean_key(self) -> str:
        """The key in capitals."""
        return self.cleaned_data["key"].strip().upper()
