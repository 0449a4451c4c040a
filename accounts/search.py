"""What the palette finds of accounts: projects and the pages of this app."""

from collections.abc import Iterator

from django.db.models import Q
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


def find_pages(*, user: User, project: Project | None, words: str, limit: int) -> Iterator[search.Hit]:
    """The pages of the sidebar by any part of their name."""
    for group in navigation.shown(user=user, project=project, current="") if project else []:
        for entry in group:
            if words.lower() in str(entry.label).lower():
                yield search.Hit(label=str(entry.label), hint=_("Page"), icon=entry.icon, url=entry.url)


def register_all() -> None:
    """Register the sources of this app and its place in the sidebar."""
    search.register(search.Source("projects", gettext_lazy("Projects"), find_projects, order=90))
    search.register(search.Source("pages", gettext_lazy("Go to"), find_pages, order=10))
    own_page = navigation.Entry("account", gettext_lazy("Your account"), "user-circle", "accounts:account", 10, 10)
    navigation.register(own_page, administration=True)
    navigation.register(
        navigation.Entry(
            code="sign_in",
            label=gettext_lazy("Sign-in"),
            icon="shield-lock",
            url_name="accounts:sign_in_settings",
            group=20,
            order=60,
            prefix=("accounts:sign_in", "accounts:domain"),
            allowed=lambda user, project: user.tenant_id is not None and bool(decide(user, "sign_in.manage")),
        ),
        administration=True,
    )
    navigation.register(
        navigation.Entry(
            code="audit",
            label=gettext_lazy("Audit log"),
            icon="history",
            url_name="accounts:audit_list",
            group=20,
            order=90,
            prefix="accounts:audit",
            allowed=lambda user, project: bool(decide(user, "audit.view")),
        ),
        administration=True,
    )
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
