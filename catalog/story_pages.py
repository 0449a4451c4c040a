"""What the page of a story shows: its facts, the cases that cover it, and cases that could."""

from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Project
from qaportal.kit.errors import InvalidInput
from qaportal.kit.views import PAGE_SIZES

from . import policies
from .coverage import NOTHING, Standing, standings
from .models import Story, TestCase, TestCaseStory
from .status_words import parse_status

PAGE_SIZE = 50
MOST_FOUND = 20
LONGEST_WORDS = 200


def story_tabs(project: Project, current: str) -> list[dict[str, Any]]:
    """The tabs that the lists of stories share."""
    offered = [
        ("list", _("Stories"), "catalog:story_list"),
        ("epics", _("Epics"), "catalog:story_epics"),
        ("matrix", _("Traceability"), "catalog:story_matrix"),
    ]
    return [
        {"label": label, "url": reverse(name, args=[project.key]), "is_current": code == current}
        for code, label, name in offered
    ]


def kept(request: HttpRequest, *left_out: str) -> list[tuple[str, str]]:
    """What a form takes along of the address: everything but what it sets itself, and the page."""
    lists = request.GET.lists()
    return [(name, value) for name, values in lists if name not in {*left_out, "page"} for value in values if value]


class StoryPage:
    """The state of the page of a story for one request."""

    def __init__(self, request: HttpRequest, story: Story) -> None:
        """Read the address."""
        self.request, self.story = request, story
        self.project: Project = story.project
        self.find = " ".join(request.GET.get("find", "").split())[:LONGEST_WORDS]
        self.statuses = self._statuses(request.GET.getlist("status"))

    @staticmethod
    def _statuses(given: list[str]) -> list[str]:
        words = []
        for each in given:
            try:
                words.append(parse_status(each).value)
            except InvalidInput:
                continue
        return words

    @cached_property
    def standing(self) -> Standing:
        """How far its cases are."""
        return standings([self.story]).get(self.story.pk, NOTHING)

    @cached_property
    def rows(self) -> Page:
        """The page of covering cases that the address asks for."""
        cases = TestCase.objects.visible_to(self.request.user).current().covering(self.story)
        if self.statuses:
            cases = cases.with_last_status(self.statuses)
        size = self.request.GET.get("per_page", "")
        size = int(size) if size in {str(each) for each in PAGE_SIZES} else PAGE_SIZE
        ids = cases.sorted_by(self.request.GET.get("sort", "")).values_list("pk", flat=True)
        page = Paginator(ids, size).get_page(self.request.GET.get("page"))
        page.object_list = TestCase.objects.rows_of(list(page.object_list))
        return page

    @cached_property
    def primary(self) -> set[int]:
        """The shown cases that cover this story first of all."""
        links = TestCaseStory.objects.filter(story=self.story, is_primary=True, case__in=[row.pk for row in self.rows])
        return set(links.values_list("case_id", flat=True))

    @cached_property
    def found(self) -> list[TestCase]:
        """Cases with the searched words that do not cover the story yet."""
        if not self.find:
            return []
        cases = TestCase.objects.visible_to(self.request.user).in_project(self.project).current().matching(self.find)
        covering = TestCaseStory.objects.filter(story=self.story).values("case")
        ids = cases.exclude(pk__in=covering).sorted_by("").values_list("pk", flat=True)[:MOST_FOUND]
        return TestCase.objects.rows_of(list(ids))

    @property
    def most_found(self) -> int:
        """How many found cases are shown at most."""
        return MOST_FOUND

    @property
    def crumbs(self) -> list[tuple[str, str]]:
        """Where the page is."""
        return [(_("Stories"), reverse("catalog:story_list", args=[self.project.key]))]

    @property
    def epic_url(self) -> str:
        """The list of the epic's stories."""
        return f"{reverse('catalog:story_list', args=[self.project.key])}?epic_id={self.story.epic_id}"

    @cached_property
    def may(self) -> dict[str, Any]:
        """The decisions that buttons show."""
        user = self.request.user
        return {
            "edit": policies.can_edit_stories(user, self.project),
            "delete": policies.can_delete_stories(user, self.project),
        }
