"""What the palette finds of accounts: projects and the pages of this app."""

from collections.abc import Callable, Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qaportal.kit import navigation, search

from .models import Project, User
from .permissions import decide


def find_projects(*, user: User, project: Project | None, words: str, limit: int) -> Iterator[search.Hit]:
    """Projects by key or start of name."""
    if not words:
        return
    found = Project.objects.visible_to(user).filter(Q(key__istartswith=words) | Q(name__istartswith=words))
    for each in found.order_by("name")[:limit]:
        yield search.Hit(label=each.name, hint=each.key, icon="folders", url=each.get_absolute_url())


def find_people(*, user: User, project: Project | None, words: str, limit: int) -> Iterator[search.Hit]:
    """People of the company by any part of name or address, for those who may see them."""
    if not words or not decide(user, "user.view"):
        return
    for each in User.objects.visible_to(user).matching(words).order_by("first_name", "last_name", "pk")[:limit]:
        yield search.Hit(
            label=each.full_name, hint=each.email, icon="user", url=reverse("accounts:person_detail", args=[each.pk])
        )


def find_pages(*, user: User, project: Project | None, words: str, limit: int) -> Iterator[search.Hit]:
    """The pages of the project and of the administration by any part of their name."""
    groups = navigation.shown(user=user, project=project, current="") if project else []
    for group in groups + navigation.shown(user=user, project=None, current="", administration=True):
        for entry in group:
            if words.lower() in str(entry.label).lower():
                yield search.Hit(label=str(entry.label), hint=_("Page"), icon=entry.icon, url=entry.url)


def _allowed(code: str) -> Callable[[User, object], bool]:
    return lambda user, project: bool(decide(user, code))


def _administration() -> Iterator[navigation.Entry]:
    """The sidebar of the administration: what is one's own, what is the company's, what is the platform's."""
    entry = navigation.Entry
    yield entry("account", gettext_lazy("Your account"), "user-circle", "accounts:account", 10, 10)
    yield entry(
        *("own_tokens", gettext_lazy("Your API tokens"), "key", "accounts:token_list", 10, 40),
        prefix="accounts:token_",
    )
    yield entry(
        *("people", gettext_lazy("People"), "users", "accounts:person_list", 20, 10),
        prefix="accounts:person_",
        allowed=_allowed("user.view"),
    )
    yield entry(
        *("invitations", gettext_lazy("Invitations"), "mail", "accounts:invitation_list", 20, 20),
        prefix="accounts:invitation_",
        allowed=_allowed("user.manage"),
    )
    yield entry(
        *("roles", gettext_lazy("Roles"), "id-badge", "accounts:role_list", 20, 30),
        prefix="accounts:role_",
        allowed=_allowed("role.view"),
    )
    yield entry(
        *("company_tokens", gettext_lazy("API tokens"), "plug", "accounts:company_token_list", 20, 40),
        prefix="accounts:company_token_",
        allowed=_allowed("token.manage"),
    )
    yield entry(
        *("sign_in", gettext_lazy("Sign-in"), "shield-lock", "accounts:sign_in_settings", 20, 70),
        prefix=("accounts:sign_in", "accounts:domain"),
        allowed=lambda user, project: user.tenant_id is not None and bool(decide(user, "sign_in.manage")),
    )
    yield entry(
        *("audit", gettext_lazy("Audit log"), "history", "accounts:audit_list", 20, 90),
        prefix="accounts:audit",
        allowed=_allowed("audit.view"),
    )
    yield entry(
        *("data", gettext_lazy("Data (admin)"), "database", "admin:index", 40, 90),
        allowed=lambda user, project: user.is_staff,
    )
    yield entry(
        *("company", gettext_lazy("Company"), "building", "accounts:company", 20, 60),
        allowed=lambda user, project: user.tenant_id is not None and bool(decide(user, "tenant.manage")),
    )
    yield entry(
        *("companies", gettext_lazy("Companies"), "building-community", "accounts:company_list", 30, 10),
        prefix=("accounts:company_list", "accounts:company_create", "accounts:company_detail"),
        allowed=_allowed("tenant.create"),
    )


def register_all() -> None:
    """Register the sources of this app and its place in the sidebar."""
    search.register(search.Source("projects", gettext_lazy("Projects"), find_projects, order=90))
    search.register(search.Source("people", gettext_lazy("People"), find_people, order=95))
    search.register(search.Source("pages", gettext_lazy("Go to"), find_pages, order=10))
    for entry in _administration():
        navigation.register(entry, administration=True)
    navigation.register(
        navigation.Entry(
            code="members",
            label=gettext_lazy("Members"),
            icon="users",
            url_name="accounts:member_list",
            group=90,
            order=10,
            prefix="accounts:member",
            allowed=lambda user, project: bool(decide(user, "member.view", project)),
        )
    )
