"""What the pages of shared steps show: the list, one of them with its versions, and where it is used."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from qaportal.kit.text import key_in

from . import policies
from .comparison import Row, step_rows
from .models import SharedSteps, SharedStepsVersion, TestCase
from .step_rows import StepRow, shared_rows

ON_A_PAGE = 50
MOST_VERSIONS = 50
MOST_OFFERED = 10


class SharedStepsList:
    """The shared steps of a project that fit what is searched."""

    def __init__(self, request: HttpRequest) -> None:
        """Read the address."""
        self.request, self.project = request, request.project
        self.words = " ".join(request.GET.get("q", "").split())[:200]

    @cached_property
    def found(self) -> Any:
        """Those that fit, by title."""
        visible = SharedSteps.objects.visible_to(self.request.user).in_project(self.project)
        return visible.matching(self.words).for_list()

    @cached_property
    def rows(self) -> Page:
        """The page that the address asks for."""
        return Paginator(self.found, ON_A_PAGE).get_page(self.request.GET.get("page"))

    @cached_property
    def offered(self) -> list[StepRow]:
        """The first of them as rows of a case's form."""
        return shared_rows(self.found.select_related("project")[:MOST_OFFERED])

    @property
    def may_create(self) -> Any:
        """Whether the reader may write some."""
        return policies.can_edit_shared_steps(self.request.user, self.project)


class SharedStepsPage:
    """One group of shared steps."""

    def __init__(self, request: HttpRequest, shared: SharedSteps) -> None:
        """Read the address."""
        self.request, self.shared, self.project = request, shared, request.project

    @cached_property
    def row(self) -> StepRow:
        """The steps with their files."""
        return shared_rows([self.shared])[0]

    @cached_property
    def users(self) -> Page:
        """A page of the cases that use them, by id."""
        visible = TestCase.objects.visible_to(self.request.user).in_project(self.project).that_use(self.shared)
        found = visible.select_related("project", "folder", "activity").defer("search", "folded", "steps_text")
        return Paginator(found.sorted_by("id"), ON_A_PAGE).get_page(self.request.GET.get("page"))

    @cached_property
    def versions(self) -> list[SharedStepsVersion]:
        """The newest versions."""
        visible = SharedStepsVersion.objects.visible_to(self.request.user)
        return list(visible.filter(shared_steps=self.shared).for_list()[:MOST_VERSIONS])

    @cached_property
    def compared(self) -> SharedStepsVersion | None:
        """The version that the address names."""
        number = key_in(self.request.GET.get("version"))
        visible = SharedStepsVersion.objects.visible_to(self.request.user).filter(shared_steps=self.shared)
        return visible.filter(number=number).first() if number and number < 2**31 else None

    @cached_property
    def differences(self) -> list[Row]:
        """What was changed between the compared version and now."""
        if self.compared is None:
            return []
        return list(step_rows(self.compared.document["steps"], self.shared.steps, project=self.project))

    @property
    def may_edit(self) -> Any:
        """Whether the reader may change them."""
        return policies.can_edit_shared_steps(self.request.user, self.project)

    @property
    def may_delete(self) -> Any:
        """Whether the reader may delete them."""
        return policies.can_delete_shared_steps(self.request.user, self.project)

    @property
    def crumbs(self) -> list[tuple[str, str]]:
        """Where the page is."""
        return [
            (_("Test cases"), reverse("catalog:case_list", args=[self.project.key])),
            (_("Shared steps"), reverse("catalog:shared_steps_list", args=[self.project.key])),
        ]
