"""What would become of the cases of a file: each is compared with what is stored, stretch by stretch."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Project, User
from qaportal.kit.errors import InvalidInput, PortalError

from ..choices import ExistingCases, RowVerdict
from ..exporting.source import told_steps
from ..models import CaseOrigin, Folder, Template, TestCase
from ..services.drafts import EDITABLE, CaseDraft, assign, default_tag, usable_words
from .grouping import raw_cases
from .options import Options
from .reading import CaseReader, Proposal
from .source import Source

STRETCH = 1_000


@dataclass(slots=True)
class PlannedCase:
    """One case of the file with its verdict, and all that carrying it out needs."""

    proposal: Proposal
    verdict: str
    case: TestCase | None = None
    """The stored case, with the new values already on it where it would be updated."""
    changes: dict[str, list[Any]] = field(default_factory=dict)
    draft: CaseDraft | None = None
    read_version: int = 0
    """The version of the stored case that the file was compared with."""

    @property
    def number(self) -> int:
        """The row of the file."""
        return self.proposal.number


class Folders:
    """The living folders of the project by the names that lead to them."""

    def __init__(self, project: Project, root: Folder | None) -> None:
        """Load the tree once."""
        self.root = root
        rows = Folder.objects.living().in_project(project).values_list("pk", "parent_id", "name")
        self._below = {(parent, name.lower()): pk for pk, parent, name in rows}

    def find(self, names: Sequence[str]) -> int | None:
        """The id of the folder, or None for one that has to be made; without names the root of the import."""
        current = self.root.pk if self.root else None
        for name in names:
            current = self._below.get((current, name.lower()))
            if current is None:
                return None
        return current


class Planner:
    """Gives the cases of a file their verdicts; it writes nothing."""

    def __init__(
        self, actor: User, project: Project, options: Options, *, source: str = "", locks: bool = False
    ) -> None:
        """Load what every stretch needs; `locks` keeps everybody else from the stored cases that are compared."""
        self.actor, self.project, self.options, self.source = actor, project, options, source
        self.locks = locks
        self.reader = CaseReader(project, options, source=source)
        self.root = self._chosen(Folder.objects.living(), options.folder_id, "folder")
        self.template = self._chosen(Template.objects.in_use(), options.template_id, "template")
        self.folders = Folders(project, self.root)
        self._seen: dict[str, int] = {}

    def _chosen(self, rows: Any, key: int | None, name: str) -> Any:
        if key is None:
            return None
        found = rows.in_project(self.project).filter(pk=key).first()
        if found is None:
            raise InvalidInput(_("Not found."), "not_found", fields={name: [_("There is no such object.")]})
        found.project = self.project
        return found

    def plan(self, source: Source, *, after: int = 0) -> Iterator[list[PlannedCase]]:
        """The cases of the file in stretches; those up to the row `after` are done already and left out."""
        proposals = (self.reader.read(raw) for raw in raw_cases(source, self.options) if raw.number > after)
        while stretch := list(islice(proposals, STRETCH)):
            yield self.planned(stretch)

    def planned(self, proposals: Sequence[Proposal]) -> list[PlannedCase]:
        """The verdict of each."""
        stored = self._stored(proposals)
        taken = self._taken([each.test_id for each in proposals if each.test_id and each.test_id not in stored])
        return [self._planned(proposal, stored, taken) for proposal in proposals]

    def _stored(self, proposals: Iterable[Proposal]) -> dict[str, TestCase]:
        """The living cases that the rows name, by id; those of another tool by its mark and id."""
        if self.options.existing == ExistingCases.CREATE:
            return {}
        ids = {each.test_id for each in proposals if each.test_id}
        foreign = {each.external_id for each in proposals if each.external_id}
        origins = CaseOrigin.objects.cases_by_id(self.project, self.source, foreign) if foreign else {}
        living = TestCase.objects.living().in_project(self.project).order_by("pk")
        if self.locks:
            living = living.select_for_update(of=("self",))
        found = {case.pk: case for case in living.filter(test_id__in=ids).for_files()}
        missing = set(origins.values()) - set(found)
        found |= {case.pk: case for case in living.filter(pk__in=missing).for_files()} if missing else {}
        for case in found.values():
            case.project = self.project
        by_id = {case.test_id: case for case in found.values()}
        return by_id | {f"\x00{name}": found[pk] for name, pk in origins.items() if pk in found}

    def _taken(self, ids: Sequence[str]) -> set[str]:
        """Ids that cases had which are deleted now."""
        if not ids:
            return set()
        return set(TestCase.objects.in_project(self.project).filter(test_id__in=ids).values_list("test_id", flat=True))

    def _planned(self, proposal: Proposal, stored: dict[str, TestCase], taken: set[str]) -> PlannedCase:
        case = stored.get(proposal.test_id) if proposal.test_id else None
        if case is None and proposal.external_id:
            case = stored.get(f"\x00{proposal.external_id}")
        self._refuse_doubles(proposal)
        if case is not None and self.options.existing == ExistingCases.SKIP and not proposal.errors:
            return PlannedCase(proposal, RowVerdict.SKIPPED, case)
        try:
            planned = self._updated(proposal, case) if case is not None else self._created(proposal, taken)
        except PortalError as error:
            proposal.take(error, "title")
            planned = PlannedCase(proposal, RowVerdict.REFUSED, case)
        if proposal.errors:
            planned.verdict = RowVerdict.REFUSED
        return planned

    def _refuse_doubles(self, proposal: Proposal) -> None:
        for name, key in (("test_id", proposal.test_id), ("external_id", proposal.external_id)):
            if not key or self.options.existing == ExistingCases.CREATE:
                continue
            first = self._seen.setdefault(f"{name}:{key}", proposal.number)
            if first != proposal.number:
                facts = {"id": key, "row": first}
                proposal.refuse(name, _("%(id)s is there already: row %(row)d of the file has it.") % facts)

    def _updated(self, proposal: Proposal, case: TestCase) -> PlannedCase:
        before = audit.snapshot(case, EDITABLE)
        assign(case, self._fields_for(proposal, case))
        after = audit.snapshot(case, EDITABLE)
        if proposal.place is not None:
            after["folder"] = self._folder_after(proposal)
        if not case.title:
            proposal.refuse("title", _("A case needs a title."))
        changes = audit.changes_between(before, after)
        steps = [told for step in case.steps.all() for told in told_steps(step)]
        if proposal.steps is not None and proposal.steps != steps:
            changes["steps"] = [steps, proposal.steps]
        story = next((link.story.story_id for link in case.story_links.all()), "")
        if proposal.story is not None and proposal.story != story:
            changes["story"] = [story, proposal.story]
        verdict = RowVerdict.UPDATE if changes else RowVerdict.UNCHANGED
        return PlannedCase(proposal, verdict, case, changes, read_version=case.version)

    def _fields_for(self, proposal: Proposal, case: TestCase) -> dict[str, Any]:
        fields = dict(proposal.fields)
        if self.options.merges_tags and "tags" in fields:
            fields["tags"] = usable_words([*case.tags, *usable_words(fields["tags"], "tags")], "tags")
        if proposal.custom:
            merged = {**case.custom_values, **proposal.custom}
            fields["custom_values"] = {key: value for key, value in merged.items() if value is not None}
        return fields

    def _folder_after(self, proposal: Proposal) -> Any:
        """The key of the folder, or the names of one that has to be made."""
        key = self.folders.find(proposal.place or [])
        return key if key is not None or not proposal.place else "/".join(proposal.place)

    def _created(self, proposal: Proposal, taken: set[str]) -> PlannedCase:
        if proposal.test_id in taken:
            words = _("%s is taken: an id is never used twice, not even that of a deleted case.") % proposal.test_id
            proposal.refuse("test_id", words)
        fields = {name: value for name, value in proposal.fields.items() if name != "title"}
        custom = {key: value for key, value in proposal.custom.items() if value is not None}
        fields["template"] = fields.get("template") or self.template
        draft = CaseDraft(
            title=proposal.fields.get("title", ""),
            folder=self.root,
            folder_path=tuple(proposal.place or ()),
            test_id=proposal.test_id,
            steps=proposal.steps or (),
            story_id=proposal.story or "",
            custom_values=custom,
            **fields,
        )
        probe = TestCase(project=self.project)
        values = {name: value for name, value in fields.items() if name != "tag"}
        assign(probe, {"title": draft.title, "tag": draft.tag or default_tag(self.project), **values})
        if not probe.title and "title" not in proposal.errors:
            proposal.refuse("title", _("A case needs a title."))
        return PlannedCase(proposal, RowVerdict.CREATE, draft=draft)
