"""What the palette finds of releases, and their place in the sidebar."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Project, User
from accounts.permissions import decide
from qaportal.kit import navigation, search

from . import policies
from .models import Release


def find_releases(*, user: User, project: Project | None, words: str, limit: int) -> Iterator[search.Hit]:
    """Releases of the project by the start of version or name."""
    if project is None or not words:
        return
    found = Release.objects.visible_to(user).in_project(project)
    found = found.filter(Q(version__istartswith=words) | Q(name__istartswith=words)).select_related("project")
    for release in found.order_by("-release_date", "-pk")[:limit]:
        yield search.Hit(label=str(release), hint=_("Release"), icon="rocket", url=release.get_absolute_url())


def find_actions(*, user: User, project: Project | None, words: str, limit: int) -> Iterator[search.Hit]:
    """What can be done with releases."""
    label = _("New release")
    if project is None or words.lower() not in label.lower() or not policies.can_create_release(user, project):
        return
    yield search.Hit(label=label, hint=_("Action"), icon="plus", url=reverse("releases:create", args=[project.key]))


def register_all() -> None:
    """Register the sources of this app and its place in the sidebar."""
    search.register(search.Source("releases", gettext_lazy("Releases"), find_releases, order=30))
    search.register(search.Source("release_actions", gettext_lazy("Actions"), find_actions, order=5))
    navigation.register(
        navigation.Entry(
            code="releases",
            label=gettext_lazy("Releases"),
            icon="rocket",
            url_name="releases:list",
            group=20,
            order=30,
            prefix=("releases:", "runs:execution"),
            allowed=lambda user, project: bool(decide(user, "release.view", project)),
        )
    )
