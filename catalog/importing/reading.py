"""What the cells of a case mean: values in the form in which cases keep them, or why one cannot be used."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.models import Project, User
from qaportal.kit.errors import InvalidInput, PortalError
from qaportal.kit.text import problem_in

from ..choices import ExistingCases
from ..columns import columns_by_name
from ..columns import values as words
from ..columns.custom import read_value
from ..columns.texts import FALSE, TRUE, folder_names, from_json, joined_steps, seconds_of
from ..exporting.tables import CUT
from ..models import Template
from ..services.drafts import usable_steps
from ..services.step_text import parse_steps
from ..services.stories import usable_story_id
from ..services.test_ids import parse_test_id
from .documents import text_of
from .formats.base import first_word
from .grouping import RawCase
from .options import Options

_TEXTS = ("description", "preconditions", "expected_result", "test_data")
_LINES = ("title", "automation_key", "automated_script_path", "epic_key")
_PLACES = ("module", "sub_module", "feature_section")


@dataclass(slots=True)
class Proposal:
    """A case as the file wants it; fields that the file does not name are not in it."""

    number: int
    test_id: str = ""
    external_id: str = ""
    title: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    custom: dict[str, Any] = field(default_factory=dict)
    place: list[str] | None = None
    steps: list[dict[str, Any]] | None = None
    story: str | None = None
    errors: dict[str, list[str]] = field(default_factory=dict)
    """By the names of the columns."""

    def refuse(self, name: str, words: str) -> None:
        """Note what is wrong with a column."""
        self.errors.setdefault(name, []).append(words)

    def take(self, error: PortalError, name: str) -> None:
        """Note what a service or a rule says no with."""
        for where, texts in (error.fields or {name: [error.message]}).items():
            self.errors.setdefault(where, []).extend(texts)


class CaseReader:
    """Reads the cases of one file for a project; people and templates are looked up once."""

    def __init__(self, project: Project, options: Options, *, source: str = "") -> None:
        """`source` is the tool whose ids the file holds."""
        self.project, self.options, self.source = project, options, source
        self.columns = columns_by_name(project)
        self._custom = {name: column.custom for name, column in self.columns.items() if column.custom}
        self._steps_are_mapped = any(name.startswith("step_") for name in options.columns)

    @cached_property
    def _people(self) -> dict[str, User]:
        people = User.objects.who_reach(self.project).select_related("role", "tenant")
        return {person.email.casefold(): person for person in people}

    @cached_property
    def _templates(self) -> dict[str, Template]:
        templates = Template.objects.in_project(self.project).in_use()
        return {template.name.casefold(): template for template in templates}

    def read(self, raw: RawCase) -> Proposal:
        """The case with what is wrong with it, all of it at once."""
        found = Proposal(raw.number)
        for name, value in raw.cells.items():
            try:
                self._read_cell(found, name, value)
            except PortalError as error:
                found.take(error, name)
        self._read_steps(found, raw)
        self._read_place(found, raw)
        found.title = str(found.fields.get("title", ""))[:500]
        return found

    def _read_cell(self, found: Proposal, name: str, value: Any) -> None:
        text = value if isinstance(value, str) else text_of(value)
        if problem := problem_in(text):
            raise InvalidInput(problem, fields={name: [problem]})
        if text.endswith(CUT):
            if not found.test_id and not found.external_id:
                found.refuse(name, _("The text was cut when it was exported; take the CSV."))
            return
        if name in self._custom:
            found.custom[self._custom[name].key] = read_value(self._custom[name], value)
        elif reader := _READERS.get(name):
            reader(self, found, name, value)
        elif name in _TEXTS or name in _LINES:
            found.fields[name] = text.strip() if name in _LINES else text

    # -- cells of their own kind -----------------------------------------------------------------------------------
    def _read_id(self, found: Proposal, name: str, value: Any) -> None:
        text = text_of(value).strip()
        if not text:
            return
        if name == "external_id":
            found.external_id = text[:200]
        elif self.options.existing != ExistingCases.CREATE:
            found.test_id = text[:200]
            found.test_id, _tag = parse_test_id(text)

    def _read_code(self, found: Proposal, name: str, value: Any) -> None:
        text = text_of(value).strip()
        if text:
            found.fields[name] = _CODES[name](text)
        elif name == "automation_status":
            found.fields[name] = None

    def _read_words(self, found: Proposal, name: str, value: Any) -> None:
        if isinstance(value, str) and value.strip().startswith("["):
            try:
                value = from_json(value)
            except ValueError:
                value = str(value)
        found.fields[name] = [text_of(each) for each in value] if isinstance(value, list) else text_of(value)

    def _read_owner(self, found: Proposal, name: str, value: Any) -> None:
        text = text_of(value).strip()
        person = self._people.get(text.casefold())
        if text and person is None:
            words = _("Nobody in the project has the address %s.") % text[:80]
            raise InvalidInput(words, fields={name: [words]})
        found.fields["owner"] = person

    def _read_template(self, found: Proposal, name: str, value: Any) -> None:
        text = text_of(value).strip()
        template = self._templates.get(text.casefold())
        if text and template is None:
            words = _("There is no template %s.") % text[:80]
            raise InvalidInput(words, fields={name: [words]})
        found.fields["template"] = template

    def _read_estimate(self, found: Proposal, name: str, value: Any) -> None:
        if isinstance(value, bool | list | dict):
            words = _("An estimate is a number of seconds, or such as 1h 30m.")
            raise InvalidInput(words, fields={name: [words]})
        found.fields[name] = seconds_of(text_of(value))

    def _read_examples(self, found: Proposal, name: str, value: Any) -> None:
        if isinstance(value, str):
            try:
                value = from_json(value) if value.strip() else None
            except ValueError as error:
                words = _("Examples are JSON with columns and rows.")
                raise InvalidInput(words, fields={name: [words]}) from error
        found.fields[name] = value

    def _read_flag(self, found: Proposal, name: str, value: Any) -> None:
        word = text_of(value).strip().casefold()
        if word not in TRUE | FALSE:
            words = _("Say true or false.")
            raise InvalidInput(words, fields={name: [words]})
        found.fields[name] = word in TRUE

    def _read_story(self, found: Proposal, name: str, value: Any) -> None:
        found.story = usable_story_id(first_word(value if isinstance(value, str) else text_of(value)))

    # -- steps and places ------------------------------------------------------------------------------------------
    def _read_steps(self, found: Proposal, raw: RawCase) -> None:
        whole = raw.cells.get("steps")
        if not self._steps_are_mapped and "steps" not in raw.cells:
            return
        try:
            given = raw.steps or self._whole_steps(whole)
            for step in given:
                if problem := next((each for text in step.values() if (each := problem_in(str(text)))), None):
                    raise InvalidInput(problem, fields={"steps": [problem]})
            found.steps = usable_steps(given)
        except PortalError as error:
            found.take(error, "steps")

    @staticmethod
    def _whole_steps(whole: Any) -> Sequence[dict[str, Any]]:
        if isinstance(whole, str) and whole.lstrip().startswith("["):
            try:
                whole = json.loads(whole)
            except (ValueError, RecursionError):
                return parse_steps(str(whole))
        if isinstance(whole, list):
            if all(isinstance(each, dict) for each in whole):
                return [{name: text_of(each.get(name)) for name in ("action", "expected", "data")} for each in whole]
            if all(isinstance(each, str) for each in whole):
                return [{"action": each} for each in whole]
            words = _("Steps are a list of texts, or of objects with action, expected and data.")
            raise InvalidInput(words, fields={"steps": [words]})
        return joined_steps(text_of(whole), "", "") if whole else []

    def _read_place(self, found: Proposal, raw: RawCase) -> None:
        """The names of the folders downwards; module, sub-module and feature where no folder is told."""
        folder = raw.cells.get("folder")
        parts = [" ".join(text_of(raw.cells.get(name)).split()) for name in _PLACES]
        if isinstance(folder, list):
            found.place = [name for each in folder if (name := " ".join(text_of(each).split()))]
        elif folder is not None and (text_of(folder).strip() or not any(parts)):
            found.place = folder_names(text_of(folder), self.options.folder_separator)
        elif any(name in raw.cells for name in _PLACES):
            found.place = [part for part in parts if part]
        if found.place and any(len(name) > 200 for name in found.place):
            found.refuse("folder", _("A name has at most %d characters.") % 200)
        if found.place and len(found.place) > 50:
            found.refuse("folder", _("The tree has at most %d levels.") % 50)


_CODES: dict[str, Callable[[Any], str]] = {
    "priority": words.priority_of,
    "test_type": words.type_of,
    "tag": words.tag_of,
    "state": words.state_of,
    "automation_status": words.automation_of,
}
_READERS: dict[str, Callable[[CaseReader, Proposal, str, Any], None]] = {
    **dict.fromkeys(("test_id", "external_id"), CaseReader._read_id),
    **dict.fromkeys(_CODES, CaseReader._read_code),
    **dict.fromkeys(("tags", "labels"), CaseReader._read_words),
    "owner": CaseReader._read_owner,
    "template": CaseReader._read_template,
    "estimate": CaseReader._read_estimate,
    "scenario_examples": CaseReader._read_examples,
    "is_archived": CaseReader._read_flag,
    "jira_story_id": CaseReader._read_story,
}
