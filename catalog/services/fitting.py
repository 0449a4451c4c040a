"""What a copy can take along into its project: what the other project does not know is left out and told."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Project, User

from ..choices import CaseState, FieldKind, FieldTarget
from ..models import CopyJob, CustomField, Template, TestCase
from .drafts import EDITABLE

_PLACED = ("folder", "owner", "state", "is_archived", "template", "custom_values")
_PLAIN = tuple(name for name in EDITABLE if name not in _PLACED)
FIELDS, TEMPLATES, OWNERS, STATES, KEYS = "fields", "templates", "owners", "states", "automation_keys"


def remark_words(remarks: Mapping[str, Mapping[str, int]]) -> list[tuple[str, int]]:
    """What was not taken over, in words, each with how many cases it concerns."""
    sentences = {
        FIELDS: _("The field %s, which the other project does not have like this"),
        TEMPLATES: _("The template %s; the default one stands in its place"),
        OWNERS: _("The owner %s, who does not reach the other project"),
        STATES: _("The state %s; the copies begin where new cases begin"),
        KEYS: _("The automation key: two cases of one project would claim the same results"),
    }
    return [
        (sentences[kind] % name if "%s" in sentences[kind] else sentences[kind], cases)
        for kind in sentences
        for name, cases in sorted(remarks.get(kind, {}).items())
    ]


class Fitting:
    """The rules of the project that the copies of a job go into, read once for a chunk of cases."""

    def __init__(self, job: CopyJob) -> None:
        """Read what the target knows."""
        self.job, self.target = job, job.target_project
        self.remarks: dict[str, Counter] = {kind: Counter() for kind in (FIELDS, TEMPLATES, OWNERS, STATES, KEYS)}
        if not job.is_within:
            self.people = set(User.objects.who_reach(self.target).values_list("pk", flat=True))
            self.source_fields, self.target_fields = (_fields_of(each) for each in (job.project, self.target))
            templates = list(Template.objects.in_project(self.target).filter(is_archived=False))
            self.templates = {each.name.casefold(): each for each in templates}
            self.default_template = next((each for each in templates if each.is_default), None)

    def case_for(self, source: TestCase, actor: User | None) -> TestCase:
        """The copy of the case, not stored yet and without an id."""
        copy = TestCase(project=self.target, created_by=actor, updated_by=actor, copied_from=source)
        for name in _PLAIN:
            setattr(copy, name, getattr(source, name))
        if not self.job.options["tags"]:
            copy.tags = []
        copy.folder_id = self.job.folder_map.get(str(source.folder_id), self.job.target_folder_id)
        copy.state = self._state(source)
        copy.owner_id, copy.template_id, copy.custom_values = source.owner_id, source.template_id, source.custom_values
        if self.job.is_within:
            if copy.automation_key:
                self.remarks[KEYS][""] += 1
                copy.automation_key = ""
            return copy
        copy.owner_id = self._owner(source)
        copy.template = self._template(source)
        copy.custom_values = self.values_for(source.custom_values)
        return copy

    def values_for(self, values: Mapping[str, Any], *, noted: bool = True) -> dict[str, Any]:
        """Those values whose field the target has under the same key and of the same kind."""
        kept = {}
        for key, value in values.items():
            field, known = self.source_fields.get(key), self.target_fields.get(key)
            if field and known and field.kind == known.kind and _is_offered(known, value):
                kept[key] = value
            elif noted:
                self.remarks[FIELDS][field.name if field else key] += 1
        return kept

    @property
    def shared_keys(self) -> list[str]:
        """The keys of the fields that both projects have alike."""
        known = self.target_fields
        return [key for key, field in self.source_fields.items() if key in known and known[key].kind == field.kind]

    def _state(self, source: TestCase) -> str:
        known = source.state in CaseState.values
        state = source.state if known else CaseState.ACTIVE
        if self.target.settings.get("requireApproval") and state != CaseState.DRAFT:
            state = CaseState.IN_REVIEW
        if state != source.state:
            self.remarks[STATES][source.get_state_display()] += 1
        return state

    def _owner(self, source: TestCase) -> int | None:
        if source.owner_id is None or source.owner_id in self.people:
            return source.owner_id
        self.remarks[OWNERS][source.owner.full_name] += 1
        return None

    def _template(self, source: TestCase) -> Template | None:
        if source.template is None:
            return self.default_template
        found = self.templates.get(source.template.name.casefold())
        if found is None:
            self.remarks[TEMPLATES][source.template.name] += 1
        return found or self.default_template

    def add_to(self, remarks: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
        """These remarks with those of this chunk."""
        return {
            kind: dict(Counter(remarks.get(kind, {})) + found)
            for kind, found in self.remarks.items()
            if found or remarks.get(kind)
        }


def _fields_of(project: Project) -> dict[str, CustomField]:
    found: Iterable[CustomField] = CustomField.objects.in_project(project).filter(
        target=FieldTarget.CASE, is_archived=False
    )
    return {field.key: field for field in found}


def _is_offered(field: CustomField, value: Any) -> bool:
    """Whether the list of the field has what is chosen; other kinds take what their like took."""
    if field.kind not in {FieldKind.DROPDOWN, FieldKind.MULTI_SELECT}:
        return True
    codes = {option["code"] for option in field.options}
    return set(value if isinstance(value, list) else [value]) <= codes
