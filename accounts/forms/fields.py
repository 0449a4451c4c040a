"""Fields that several forms of accounts use."""

from django import forms

from ..choices import RoleCode
from ..models import Project, Role, Tenant, User
from ..policies import can_grant


class PersonField(forms.ModelChoiceField):
    """One of several people; the address tells those of the same name apart."""

    def label_from_instance(self, person: User) -> str:
        """Name and address."""
        return f"{person.full_name} ({person.email})"


class RoleField(forms.ModelChoiceField):
    """One of several roles, by the name in the reader's language; `tells_company` where those of several mix."""

    tells_company = False

    def label_from_instance(self, role: Role) -> str:
        """The name, and the company's where it matters."""
        return f"{role.label} ({role.tenant.name})" if self.tells_company and role.tenant else role.label


def roles_on_offer(actor: User, tenant: Tenant | None) -> list[Role]:
    """The roles that the actor may give to people of the company; without one, to administrators of the platform."""
    for_platform = tenant is None
    return [
        role
        for role in Role.objects.visible_to(actor).of_tenant(tenant.pk if tenant else None).for_list()
        if (role.code == RoleCode.SUPER_ADMIN) == for_platform and can_grant(actor, role)
    ]


def roles_for_project(actor: User, project: Project) -> list[Role]:
    """The roles that the actor may give in the project."""
    found = Role.objects.visible_to(actor).of_tenant(project.tenant_id).for_list()
    return [role for role in found if can_grant(actor, role, project)]
