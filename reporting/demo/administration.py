"""What the administration of the demo shows: seats, roles, invitations, tokens, a domain, somebody who is suspended."""

from datetime import timedelta

from django.utils import timezone

from accounts import audit
from accounts.choices import ROLE_SCOPE, RoleCode, TokenScope, UserStatus
from accounts.models import ApiToken, Invitation, Project, Role, Tenant, TenantDomain, User
from accounts.permissions import permissions_of
from accounts.services.api_tokens import create_api_token
from accounts.services.invitations import LIFETIME
from accounts.services.people import create_user, set_project_role
from accounts.services.roles import create_role
from accounts.services.users import update_user

from .days import Days
from .people import PASSWORD, email_of

PLATFORM_EMAIL, PLATFORM_NAME = "platform@qaportal.example", ("Rike", "Solm")
SEATS, SUBSCRIPTION = 12, "team"
ROLE_NAME = "Release manager"
LEFT_OUT = ("folder.delete", "case.delete", "run.delete", "project.edit")
MORE_PEOPLE = {"releases": ("Sanna", "Vik"), "former": ("Niko", "Harl")}
INVITED = (("petra.lund", 3, RoleCode.TESTER), ("timo.aaker", 16, RoleCode.DEVELOPER))  # days ago
SIGN_INS = {"admin": 2, "quality": 1, "tester": 1, "tester2": 3, "developer": 1, "viewer": 9, "releases": 4}  # days ago


def make_platform_administrator() -> User:
    """Somebody who sees all companies and belongs to none."""
    return create_user(
        actor=None,
        email=PLATFORM_EMAIL,
        password=PASSWORD,
        tenant=None,
        role=RoleCode.SUPER_ADMIN,
        first_name=PLATFORM_NAME[0],
        last_name=PLATFORM_NAME[1],
        is_email_verified=True,
    )


def make_administration(project: Project, people: dict[str, User], days: Days) -> None:
    """Fill the pages of the company's administrator."""
    tenant, admin = project.tenant, people["admin"]
    began = days.at(420, "08:30")
    Tenant.objects.filter(pk=tenant.pk).update(max_users=SEATS, subscription_tier=SUBSCRIPTION, created_at=began)
    with audit.dated(days.at(300, "09:20")):
        TenantDomain.objects.create(tenant=tenant, domain=f"{tenant.slug}.example", verified_at=days.at(300, "09:20"))
        role = _release_manager(tenant, admin)
        more = {code: _add(tenant, admin, code, role) for code in MORE_PEOPLE}
        set_project_role(
            actor=admin, project=project, user=more["former"], role=Role.objects.built_in(RoleCode.DEVELOPER)
        )
    with audit.dated(days.at(21, "16:40")):
        update_user(actor=admin, user=more["former"], status=UserStatus.SUSPENDED)
    _invite(tenant, admin, days)
    _make_tokens(project, people, days)
    for code, ago in SIGN_INS.items():
        User.objects.filter(email=email_of(code, tenant.slug)).update(last_login=days.at(ago, "08:50"))


def _release_manager(tenant: Tenant, admin: User) -> Role:
    """A role of the company's own: a quality manager who deletes nothing."""
    base = RoleCode.QUALITY_MANAGER
    return create_role(
        actor=admin,
        tenant=tenant,
        name=ROLE_NAME,
        code=base,
        scope=ROLE_SCOPE[base],
        description="Plans releases and decides on them; removes nothing.",
        permissions=sorted(permissions_of(base) - set(LEFT_OUT)),
    )


def _add(tenant: Tenant, admin: User, code: str, role: Role) -> User:
    first_name, last_name = MORE_PEOPLE[code]
    return create_user(
        actor=admin,
        email=email_of(code, tenant.slug),
        password=PASSWORD,
        tenant=tenant,
        role=role if code == "releases" else RoleCode.TESTER,
        first_name=first_name,
        last_name=last_name,
        is_email_verified=True,
    )


def _invite(tenant: Tenant, admin: User, days: Days) -> None:
    """An invitation that waits and one that nobody used in time; no mail is sent to people who do not exist."""
    for name, ago, code in INVITED:
        moment = days.at(ago, "10:15")
        first_name, _dot, last_name = name.partition(".")
        invitation = Invitation.objects.create(
            tenant=tenant,
            email=email_of(name, tenant.slug),
            first_name=first_name.capitalize(),
            last_name=last_name.capitalize(),
            role=Role.objects.built_in(code),
            invited_by=admin,
            nonce=f"{ago:032x}",
            expires_at=moment + LIFETIME,
        )
        with audit.dated(moment):
            audit.record("invitation.created", actor=admin, target=invitation, role=invitation.role.name)


def _make_tokens(project: Project, people: dict[str, User], days: Days) -> None:
    """What the nightly build and a dashboard use; nobody learns the tokens themselves."""
    now = timezone.now()
    with audit.dated(days.at(54, "11:05")):
        build, _secret = create_api_token(
            actor=people["developer"],
            name="Nightly build",
            scopes=[TokenScope.RESULTS_WRITE],
            project=project,
            expires_at=now + timedelta(days=36),
        )
    with audit.dated(days.at(12, "14:30")):
        create_api_token(actor=people["admin"], name="Dashboard in the hall", scopes=[TokenScope.READ])
    ApiToken.objects.filter(pk=build.pk).update(last_used_at=days.at(1, "23:10"))
