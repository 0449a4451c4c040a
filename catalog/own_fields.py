"""The fields of a project's own, read once: which a case has, and what becomes of the values that are given."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Project, User
from qaportal.kit.errors import Decision, InvalidInput, RuleViolation

from . import policies
from .choices import FieldKind, FieldTarget
from .custom_values import Unusable, stored_value
from .models import CustomField, Template, TestCase

PREFIX = "custom_fields."
"""What refusals, forms and comparisons put before the key of a field."""


class StoredValues(dict):
    """Values out of a case or a version, taken whole and as they are, whatever became of fields and options since."""


class OwnFields:
    """The fields and templates of one project for as long as one request or service looks at them.

    Nothing is read before it is asked for, then two statements read everything, however many cases ask.
    """

    def __init__(
        self,
        project: Project,
        *,
        actor: User | None = None,
        target: str = FieldTarget.CASE,
        asks_required: bool = True,
    ) -> None:
        """Remember whose fields they are, who gives values (None is the portal itself), and of what they are."""
        self.project, self.actor, self.target, self.asks_required = project, actor, target, asks_required
        self._used: set[str] = set()

    # -- what there is ---------------------------------------------------------------------------------------------
    @cached_property
    def by_key(self) -> dict[str, CustomField]:
        """Every field of the target, archived ones too, in their order."""
        found = CustomField.objects.in_project(self.project).of(self.target).order_by("position", "pk")
        return {field.key: field for field in found}

    @cached_property
    def templates(self) -> dict[int, Template]:
        """Every template, archived ones too, the default one first; each with the keys of its fields."""
        return {each.pk: each for each in Template.objects.in_project(self.project).with_field_ids()}

    @cached_property
    def default_template(self) -> Template | None:
        """The template of cases that name none; there is one as soon as there is any template."""
        return next((each for each in self.templates.values() if each.is_default), None)

    @cached_property
    def may_change_restricted(self) -> Decision:
        """Whether the actor may change restricted fields."""
        return policies.can_edit_restricted(self.actor, self.project)

    @property
    def offered_templates(self) -> list[Template]:
        """The templates that can be chosen."""
        return [each for each in self.templates.values() if not each.is_archived]

    def template_of(self, template_id: int | None) -> Template | None:
        """The template of a case: its own, or the default one."""
        return self.templates.get(template_id) or self.default_template

    def of(self, template_id: int | None) -> list[CustomField]:
        """The fields in use of a case with this template, in the template's order; without templates all of them."""
        template = self.template_of(template_id)
        if template is None:
            return [field for field in self.by_key.values() if not field.is_archived]
        by_id = {field.pk: field for field in self.by_key.values() if not field.is_archived}
        return [by_id[pk] for pk in template.field_ids if pk in by_id]

    def field_named(self, word: object) -> CustomField | None:
        """The field with this key, id or name."""
        if isinstance(word, str) and word in self.by_key:
            return self.by_key[word]
        text = str(word).strip().casefold()
        fields = sorted(self.by_key.values(), key=lambda field: field.is_archived)
        return next((each for each in fields if text in {str(each.pk), each.name.casefold()}), None)

    # -- what becomes of given values --------------------------------------------------------------------------------
    def put(self, case: TestCase, given: Mapping[str, Any] | None) -> None:
        """Bring the given values, by their keys, into those of a case; what is not given stays.

        A new case gets the default template where it names none, and the defaults of its fields. Raises InvalidInput
        naming each field as `custom_fields.<key>`.
        """
        is_new = case._state.adding
        if is_new and case.template_id is None and self.default_template is not None:
            case.template_id = self.default_template.pk
        if not is_new and not given and not isinstance(given, StoredValues):
            return
        case.custom_values = self.merged(
            case.custom_values, {} if given is None else given, template_id=case.template_id, is_new=is_new
        )

    def choose_template(self, case: TestCase, template: Template | None) -> None:
        """Give the case a template of its project that is in use; raises InvalidInput naming `template`."""
        if template is not None and template.pk != case.template_id:
            known = self.templates.get(template.pk)
            if known is None or known.is_archived:
                words = _("There is no such template in the project.")
                raise InvalidInput(words, fields={"template": [words]})
        case.template_id = template.pk if template else None

    def merged(
        self, before: Mapping[str, Any], given: Mapping[str, Any], *, template_id: int | None, is_new: bool
    ) -> dict[str, Any]:
        """The values after the given ones are brought in; see `put`."""
        if isinstance(given, StoredValues):
            return self._replaced(before, given, is_new=is_new)
        if not given and not (is_new and self.by_key):
            return dict(before)
        fields = {field.key: field for field in self.of(template_id)}
        defaults = {key: field.default for key, field in fields.items() if is_new and field.default is not None}
        after, problems = {**defaults, **before}, {}
        for key, value in given.items():
            try:
                self._put_one(after, str(key), value, fields)
            except Unusable as error:
                problems[f"{PREFIX}{str(key)[:100]}"] = [str(error)]
        asked = fields if is_new else before.keys() - after.keys()
        for key in asked if self.asks_required else ():
            if self._is_missing(fields.get(key), after) and f"{PREFIX}{key}" not in problems:
                problems[f"{PREFIX}{key}"] = [_("%s is needed.") % fields[key].name]
        if problems:
            raise InvalidInput(next(iter(problems.values()))[0], fields=problems)
        self._used |= {key for key in after if key in self.by_key and not self.by_key[key].is_used}
        return after

    def _put_one(self, after: dict[str, Any], key: str, given: Any, fields: Mapping[str, CustomField]) -> None:
        field, kept = self.by_key.get(key), after.get(key)
        if field is None:
            raise Unusable(_("There is no such field."))
        if key not in fields and given not in (None, "", [], kept):
            raise Unusable(self._not_there(field))
        value = kept if key not in fields and given == kept else stored_value(field, given, kept=kept)
        if value == kept and type(value) is type(kept):
            return
        if field.is_restricted and not self.may_change_restricted:
            raise Unusable(self.may_change_restricted.reason)
        after.pop(key, None)
        if value is not None:
            after[key] = value

    def _not_there(self, field: CustomField) -> str:
        if field.is_archived:
            return _("This field is archived.")
        return _("The case's template does not have this field.")

    def _is_missing(self, field: CustomField | None, after: Mapping[str, Any]) -> bool:
        """Whether a field that has to say something says nothing, and the actor could change that."""
        if field is None or not field.is_required or (field.is_restricted and not self.may_change_restricted):
            return False
        return not after.get(field.key) if field.kind == FieldKind.CHECKBOX else field.key not in after

    def _replaced(self, before: Mapping[str, Any], given: Mapping[str, Any], *, is_new: bool) -> dict[str, Any]:
        """The stored values of another time or case; restricted ones stay where the actor may not change them."""
        after = {key: value for key, value in given.items() if key in self.by_key}
        for key, field in self.by_key.items():
            if not is_new and field.is_restricted and not self.may_change_restricted:
                after.pop(key, None)
                if key in before:
                    after[key] = before[key]
        self._used |= {key for key in after if not self.by_key[key].is_used}
        return after

    def keep_used(self) -> None:
        """Note the fields that hold their first value now: their kind stands from here on.

        Raises RuleViolation when somebody changed the kind of one meanwhile.
        """
        if not self._used:
            return
        wanted = {self.by_key[key].pk: self.by_key[key] for key in self._used}
        locked = CustomField.objects.filter(pk__in=wanted).select_for_update(no_key=True).order_by("pk")
        for stored in locked:
            if stored.kind != wanted[stored.pk].kind:
                raise RuleViolation(_("The field %s was changed meanwhile. Try again.") % stored.name, "field_changed")
        CustomField.objects.filter(pk__in=wanted).update(is_used=True)
        for field in wanted.values():
            field.is_used = True
        self._used = set()


def note_used(project: Project, keys: Iterable[str]) -> None:
    """Note that the fields of cases with these keys hold values; see `OwnFields.keep_used`."""
    unused = CustomField.objects.in_project(project).of(FieldTarget.CASE).filter(is_used=False, key__in=set(keys))
    unused.update(is_used=True)
