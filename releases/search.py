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
from .models import Milestone, Release


def ask_releases(*, user: User, asked: search.Asked) -> search.Answer:
    """Releases by version, name and description."""
    rows = Release.objects.visible_to(user).select_related("project")
    columns = ("version", "name", "description")
    return answer_plainly(rows, asked, columns=columns, title="version", record=_release_record)


def _release_record(release: Release) -> search.Record:
    return search.Record.of(release, title=str(release), hint=_("Release"))


def ask_milestones(*, user: User, asked: search.Asked) -> search.Answer:
    """Milestones by name and description."""
    rows = Milestone.objects.visible_to(user).select_related("project")
    return answer_plainly(rows, asked, columns=("name", "description"), title="name", record=_milestone_record)


def _milestone_record(milestone: Milestone) -> search.Record:
    return search.Record.of(milestone, title=milestone.name, hint=_("Milestone"))


def find_actions(*, user: User, project: Project | None, words: str, limit: int) -> Iterator[search.Hit]:
    """What can be done with releases."""
    label = _("New release")
    if project is None or words.lower() not in label.lower() or not policies.can_create_release(user, project):
        return
    yield search.Hit(label=label, hint=_("Action"), icon="plus", url=reverse("releases:create", args=[project.key]))


def register_all() -> None:
    """Register the sources of this app and its place in the sidebar."""
    search.register_kind(search.Kind("releases", gettext_lazy("Releases"), "rocket", ask_releases, 40))
    search.register_kind(search.Kind("milestones", gettext_lazy("Milestones"), "flag-3", ask_milestones, 45))
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
    navigation.register(
        navigation.Entry(
            code="milestones",
            label=gettext_lazy("Milestones"),
            icon="flag-3",
            url_name="releases:milestones",
            group=20,
            order=40,
            prefix="releases:milestone",
            allowed=lambda user, project: bool(decide(user, "release.view", project)),
        )
    )
