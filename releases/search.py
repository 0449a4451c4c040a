"""What is found of releases, and their place in the sidebar."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Project, User
from accounts.permissions import decide
from catalog.plain_search import answer_plainly
from qaportal.kit import navigation, search

from . import policies
from .models import Release


def ask_releases(*, user: User, asked: search.Asked) -> search.Answer:
    """Releases by version, name and description."""
    rows = Release.objects.visible_to(user).select_related("project")
    columns = ("version", "name", "description")
    return answer_plainly(rows, asked, columns=columns, title="version", record=_release_record)


def _release_record(release: Release) -> search.Record:
    return search.Record(
        id=release.pk,
        title=str(release),
        url=release.get_absolute_url(),
        project_id=release.project_id,
        project_key=release.project.key,
        hint=_("Release"),
        created_at=release.created_at,
        updated_at=release.updated_at,
    )


def find_actions(*, user: User, project: Project | None, words: str, limit: int) -> Iterator[search.Hit]:
    """What can be done with releases."""
    label = _("New release")
    if project is None or words.lower() not in label.lower() or not policies.can_create_release(user, project):
        return
    yield search.Hit(label=label, hint=_("Action"), icon="plus", url=reverse("releases:create", args=[project.key]))


def register_all() -> None:
    """Register the sources of this app and its place in the sidebar."""
    search.register_kind(search.Kind("releases", gettext_lazy("Releases"), "rocket", ask_releases, 40))
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
