"""What is found of the catalog, and the catalog's place in the sidebar."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Project, User
from accounts.permissions import decide
from qaportal.kit import navigation, search

from . import policies
from .case_search import ask_cases
from .models import Folder, Story
from .plain_search import answer_plainly
from .sidebar import sidebar_counts


def ask_folders(*, user: User, asked: search.Asked) -> search.Answer:
    """Folders by the words of their name and description."""
    rows = Folder.objects.visible_to(user).select_related("project", "parent")
    return answer_plainly(rows, asked, columns=("name", "description"), title="name", record=_folder_record)


def ask_stories(*, user: User, asked: search.Asked) -> search.Answer:
    """Stories by their id, epic and the words of their title."""
    rows = Story.objects.visible_to(user).living().select_related("project")
    return answer_plainly(rows, asked, columns=("story_id", "title", "epic_id"), title="title", record=_story_record)


def _folder_record(folder: Folder) -> search.Record:
    return search.Record.of(folder, title=folder.name, hint=folder.parent.name if folder.parent else _("Folder"))


def _story_record(story: Story) -> search.Record:
    return search.Record.of(story, title=story.title or story.story_id, hint=_("Story"), code=story.story_id)


def find_actions(*, user: User, project: Project | None, words: str, limit: int) -> Iterator[search.Hit]:
    """Writing a new case or story."""
    if project is None:
        return
    label = _("New test case")
    if words.lower() in label.lower() and policies.can_edit_cases(user, project):
        yield search.Hit(
            label=label, hint=_("Action"), icon="plus", url=reverse("catalog:case_create", args=[project.key])
        )
    label = _("New story")
    if words.lower() in label.lower() and policies.can_edit_stories(user, project):
        yield search.Hit(
            label=label, hint=_("Action"), icon="plus", url=reverse("catalog:story_create", args=[project.key])
        )


def register_all() -> None:
    """Register the sources of this app and its place in the sidebar."""
    search.register_kind(search.Kind("repository_cases", gettext_lazy("Test cases"), "list-details", ask_cases, 20))
    search.register_kind(search.Kind("folders", gettext_lazy("Folders"), "folder", ask_folders, 30))
    search.register_kind(search.Kind("stories", gettext_lazy("Stories"), "book", ask_stories, 35))
    search.register(search.Source("case-actions", gettext_lazy("Actions"), find_actions, order=5))
    navigation.register(
        navigation.Entry(
            code="cases",
            label=gettext_lazy("Test cases"),
            icon="list-details",
            url_name="catalog:case_list",
            group=10,
            order=10,
            prefix="catalog:",
            count=lambda user, project: sidebar_counts(user, project).cases,
            allowed=lambda user, project: bool(decide(user, "case.view", project)),
        )
    )
    navigation.register(
        navigation.Entry(
            code="reviews",
            label=gettext_lazy("Reviews"),
            icon="eye",
            url_name="catalog:review_list",
            group=10,
            order=15,
            prefix="catalog:review_list",
            count=lambda user, project: sidebar_counts(user, project).reviews or None,
            allowed=lambda user, project: bool(decide(user, "case.view", project)),
        )
    )
    navigation.register(
        navigation.Entry(
            code="workflow",
            label=gettext_lazy("Workflow"),
            icon="route",
            url_name="catalog:workflow",
            group=90,
            order=30,
            prefix="catalog:workflow",
            allowed=lambda user, project: bool(policies.can_edit_workflow(user, project)),
        )
    )
    navigation.register(
        navigation.Entry(
            code="custom_fields",
            label=gettext_lazy("Custom fields"),
            icon="adjustments-horizontal",
            url_name="catalog:field_list",
            group=90,
            order=20,
            prefix=("catalog:field_", "catalog:template_"),
            allowed=lambda user, project: bool(decide(user, "field.edit", project)),
        )
    )
    navigation.register(
        navigation.Entry(
            code="stories",
            label=gettext_lazy("Stories"),
            icon="bookmark",
            url_name="catalog:story_list",
            group=20,
            order=50,
            prefix="catalog:story_",
            count=lambda user, project: sidebar_counts(user, project).stories,
            allowed=lambda user, project: bool(decide(user, "case.view", project)),
        )
    )
