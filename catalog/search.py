"""What the palette finds of the catalog, and the catalog's place in the sidebar."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Project, User
from accounts.permissions import decide
from qaportal.kit import navigation, search

from . import policies
from .models import Folder, Story, TestCase


def find_cases(*, user: User, project: Project | None, words: str, limit: int) -> Iterator[search.Hit]:
    """Cases of the project by the start of their id or title."""
    if project is None or not words or not decide(user, "case.view", project):
        return
    found = TestCase.objects.visible_to(user).in_project(project).current().starting_with(words)
    for case in found.select_related("project").only("test_id", "title", "project__key")[:limit]:
        yield search.Hit(label=case.title, hint=case.test_id, icon="list-details", url=case.get_absolute_url())


def find_folders(*, user: User, project: Project | None, words: str, limit: int) -> Iterator[search.Hit]:
    """Folders of the project by the start of their name."""
    if project is None or not words or not decide(user, "case.view", project):
        return
    found = Folder.objects.visible_to(user).in_project(project).filter(name__istartswith=words)
    for folder in found.select_related("project", "parent").order_by("depth", "name")[:limit]:
        hint = folder.parent.name if folder.parent else _("Folder")
        yield search.Hit(label=folder.name, hint=hint, icon="folder", url=folder.get_absolute_url())


def find_stories(*, user: User, project: Project | None, words: str, limit: int) -> Iterator[search.Hit]:
    """Stories of the project by the start of their id or words of their title."""
    if project is None or not words or not decide(user, "case.view", project):
        return
    found = Story.objects.visible_to(user).in_project(project).starting_with(words).select_related("project")
    for story in found.only("story_id", "title", "project__key")[:limit]:
        label = story.title or _("Not described yet")
        yield search.Hit(label=label, hint=story.story_id, icon="bookmark", url=story.get_absolute_url())


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
    search.register(search.Source("cases", gettext_lazy("Test cases"), find_cases, order=20))
    search.register(search.Source("folders", gettext_lazy("Folders"), find_folders, order=30))
    search.register(search.Source("stories", gettext_lazy("Stories"), find_stories, order=40))
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
            count=lambda user, project: TestCase.objects.living().in_project(project).current().count(),
            allowed=lambda user, project: bool(decide(user, "case.view", project)),
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
            count=lambda user, project: Story.objects.living().in_project(project).count(),
            allowed=lambda user, project: bool(decide(user, "case.view", project)),
        )
    )
