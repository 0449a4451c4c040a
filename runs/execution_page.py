"""What the execution page of a release shows: its cases by folder, filtered, with the one that is open."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

from django.contrib.postgres.fields import ArrayField
from django.core.paginator import Page, Paginator
from django.db.models import F, Func, IntegerField, Prefetch, QuerySet, Value
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from catalog.choices import FieldTarget, Priority, TestType
from catalog.forms.own_fields import OwnFieldsForm
from catalog.models import Folder, TestStep
from catalog.own_fields import OwnFields
from catalog.shown_values import ShownValues, shown_values
from qaportal.kit.text import key_in
from qaportal.kit.views import Refusal
from releases.filters import ReleaseCaseFilter, in_folder
from releases.models import Release, ReleaseCase
from releases.tree import NO_FOLDER, Node, ScopeTree, scope_tree

from .models import Result

ROWS = 100
TYPE_ICONS = {
    TestType.MANUAL: "hand-finger",
    TestType.SEMI_AUTOMATED: "arrows-exchange",
    TestType.AUTOMATED: "robot",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A small sign beside a case."""

    icon: str
    label: str
    title: str


@dataclass(frozen=True, slots=True)
class Row:
    """A case of the release as the page lists it."""

    scope: ReleaseCase
    set_url: str
    open_url: str
    is_open: bool

    @property
    def pk(self) -> int:
        """The id of the scope row, which names the parts of the page."""
        return self.scope.pk

    @property
    def case(self) -> Any:
        """The case."""
        return self.scope.case

    @property
    def priority(self) -> str:
        """The code of the priority that counts in this release."""
        return Priority(self.scope.priority or self.case.priority).code

    @property
    def marks(self) -> list[Mark]:
        """What is to be known about the verdict beside its status, the weightiest alone, then who executes the case."""
        kind = TestType(self.case.test_type)
        word = str(kind.label)
        found = [Mark(TYPE_ICONS[kind], word, word)]
        if self.scope.bug_ids:
            found.insert(0, Mark("bug", self.scope.bug_ids[0], ", ".join(self.scope.bug_ids)))
        elif self.is_edited_since:
            found.insert(0, Mark("pencil-exclamation", _("Edited after this result"), _("Edited after this result")))
        elif self.scope.is_flaky:
            found.insert(0, Mark("repeat", _("Flaky"), _("Passed on retry")))
        elif self.scope.comments:
            found.insert(0, Mark("message", _("Has a note"), self.scope.comments[:200]))
        return found

    @property
    def is_edited_since(self) -> bool:
        """Whether the case was changed after the verdict was given."""
        version = self.scope.case_version
        return version is not None and self.case.version > version


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one folder that stand on this page."""

    folder_id: int
    name: str
    total: int
    executed: int
    rows: list[Row]


def group_of(node: Node | None, rows: list[Row]) -> Group:
    """The head of a folder's rows with how many cases lie in it, on this page or not."""
    if node is None:
        return Group(NO_FOLDER, "", len(rows), 0, rows)
    return Group(node.pk, node.name, node.own_total, node.own_executed, rows)


def last_values(scope: ReleaseCase) -> dict[str, Any] | None:
    """What the last result of the case in its release says in the project's own fields, None while there is none."""
    if scope.last_result_id is None:
        return None
    found = Result.objects.filter(pk=scope.last_result_id).values_list("custom_values", flat=True)
    return found.first() or {}


class ExecutionPage:
    """One reading of the page; the query string holds its whole state."""

    def __init__(
        self,
        release: Release,
        *,
        user: User,
        query: QueryDict,
        typed: QueryDict | None = None,
        refusal: Refusal | None = None,
    ) -> None:
        """Read `folder`, `open`, `case`, `page` and the filters; what makes no sense is left out.

        `typed` and `refusal` are what somebody sent about the open case, and why it was refused.
        """
        self.release = release
        self.typed, self.refusal = typed, refusal
        self.user = user
        self.query = query
        self.folder_id = key_in(query.get("folder"))
        self.opened = {number for part in query.get("open", "").split(".") if (number := key_in(part))}
        self.case_id = query.get("case", "").replace("\x00", "")[:40]

    @property
    def columns(self) -> int:
        """How many columns the table has: an open case takes the place of those that the title needs."""
        return 4 if self.case_id else 6

    @cached_property
    def tree(self) -> ScopeTree:
        """The folders of the scope with the verdicts below each."""
        tree = scope_tree(self.release)
        tree.unfold(here=self.folder_id, opened=self.opened)
        return tree

    @cached_property
    def filterset(self) -> ReleaseCaseFilter:
        """The filters over the whole scope."""
        scope = ReleaseCase.objects.living().filter(release=self.release)
        return ReleaseCaseFilter(self.query, queryset=scope, user=self.user, project=self.release.project)

    @cached_property
    def found(self) -> QuerySet[ReleaseCase]:
        """The cases that the folder and the filters leave, in the order of the tree."""
        folder: Folder | int | None = None
        if self.folder_id is not None and self.folder_id in self.tree.nodes:
            node = self.tree.nodes[self.folder_id]
            folder = Folder(pk=node.pk, path=node.path) if node.pk != NO_FOLDER else NO_FOLDER
        in_tree = Func(
            Value(self.tree.order(), output_field=ArrayField(IntegerField())),
            F("case__folder_id"),
            function="array_position",
            output_field=IntegerField(),
        )
        found = in_folder(self.filterset.qs, folder).for_rows()
        return found.order_by(in_tree.asc(nulls_last=True), "position", "pk")

    @cached_property
    def _addresses(self) -> tuple[str, str, str]:
        """The parts of a row's addresses before and after what differs from row to row."""
        query = self.query.copy()
        kept = f"?{text}" if (text := query.urlencode()) else ""
        query.pop("case", None)
        others = f"{text}&" if (text := query.urlencode()) else ""
        place = [self.release.project.key, self.release.tail, 0]
        before, _zero, after = reverse("runs:set_verdict", args=place).rpartition("/0/")
        return f"{before}/", f"/{after}{kept}", f"{self.release.get_absolute_url()}?{others}"

    def _row(self, scope: ReleaseCase) -> Row:
        before, after, opening = self._addresses
        return Row(
            scope=scope,
            set_url=f"{before}{scope.pk}{after}",
            open_url=f"{opening}case={quote(scope.case.test_id)}",
            is_open=scope.case.test_id == self.case_id,
        )

    @cached_property
    def page(self) -> Page:
        """The page of rows."""
        page = Paginator(self.found, ROWS).get_page(self.query.get("page"))
        page.object_list = [self._row(scope) for scope in page.object_list]
        return page

    @cached_property
    def groups(self) -> list[Group]:
        """The rows of the page under their folders."""
        found: list[Group] = []
        for row in self.page.object_list:
            folder_id = row.case.folder_id or NO_FOLDER
            if not found or found[-1].folder_id != folder_id:
                found.append(group_of(self.tree.nodes.get(folder_id), []))
            found[-1].rows.append(row)
        return found

    def row_of(self, scope: ReleaseCase) -> Row:
        """One row as the page shows it."""
        return self._row(scope)

    def group_with(self, scope: ReleaseCase) -> Group:
        """The head of the folder that the case lies in."""
        return group_of(self.tree.nodes.get(scope.case.folder_id or NO_FOLDER), [])

    @cached_property
    def opened_row(self) -> Row | None:
        """The case whose steps are shown, if it is one of the release."""
        if not self.case_id:
            return None
        scope = ReleaseCase.objects.living().filter(release=self.release, case__test_id=self.case_id)
        steps = Prefetch("case__steps", queryset=TestStep.objects.for_detail())
        found = scope.for_list().defer(None).defer("case__search", "case__folded").prefetch_related(steps).first()
        return self._row(found) if found else None

    @cached_property
    def own_form(self) -> OwnFieldsForm | None:
        """The project's own fields of results for the open case, with what its last result says; None without any."""
        row = self.opened_row
        own = OwnFields(self.release.project, actor=self.user, target=FieldTarget.RESULT)
        if row is None or not own.by_key:
            return None
        known = {
            "own": own,
            "fields": own.of(row.case.template_id),
            "values": last_values(row.scope),
            "form_id": "verdict",
            "use_required_attribute": False,
        }
        if self.refusal is None:
            return OwnFieldsForm(**known)
        form = OwnFieldsForm(self.typed, **known)
        form.errors.clear()
        form.refuse(self.refusal)
        return form

    @cached_property
    def own_values(self) -> ShownValues:
        """What the last result of the open case says in the project's own fields, to read."""
        form = self.own_form
        return shown_values(form.own, form.stored, self.opened_row.case.template_id) if form else ShownValues(())

    @cached_property
    def close_url(self) -> str:
        """The page without the open case."""
        query = self.query.copy()
        query.pop("case", None)
        return f"{self.release.get_absolute_url()}?{query.urlencode()}" if query else self.release.get_absolute_url()

    @cached_property
    def neighbours(self) -> dict[str, Row | None]:
        """The rows before and after the open one on this page."""
        rows = self.page.object_list
        place = next((number for number, row in enumerate(rows) if row.is_open), None)
        before = rows[place - 1] if place else None
        after = rows[place + 1] if place is not None and place + 1 < len(rows) else None
        return {"previous": before, "next": after}
