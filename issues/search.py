"""What is found of issues, and their place in the sidebar."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Project, User
from catalog.plain_search import answer_plainly
from qaportal.kit import navigation, search

from . import policies
from .models import Issue


def ask_issues(*, user: User, asked: search.Asked) -> search.Answer:
    """Issues by title, ticket and description."""
    rows = Issue.objects.visible_to(user).select_related("project")
    columns = ("title", "external_key", "description")
    return answer_plainly(rows, asked, columns=columns, title="title", record=_issue_record)


def _issue_record(issue: Issue) -> search.Record:
    return search.Record.of(issue, title=issue.title, hint=_("Issue"), code=issue.external_key)


def find_actions(*, user: User, project: Project | None, words: str, limit: int) -> Iterator[search.Hit]:
    """Writing a new issue."""
    label = _("New issue")
    if project is None or words.lower() not in label.lower() or not policies.can_edit_issues(user, project):
        return
    yield search.Hit(label=label, hint=_("Action"), icon="bug", url=reverse("issues:create", args=[project.key]))


def open_issues(user: User, project: Project) -> int | None:
    """How many are still to be solved."""
    return Issue.objects.living().in_project(project).open().count() or None


def register_all() -> None:
    """Register the sources of this app and its place in the sidebar."""
    search.register_kind(search.Kind("issues", gettext_lazy("Issues"), "bug", ask_issues, 60))
    search.register(search.Source("issue-actions", gettext_lazy("Actions"), find_actions, order=5))
    navigation.register(
        navigation.Entry(
            code="issues",
            label=gettext_lazy("Issues"),
            icon="bug",
            url_name="issues:list",
            group=20,
            order=60,
            prefix="issues:",
            count=open_issues,
            allowed=lambda user, project: bool(policies.can_read_issues(user, project)),
        )
    )
