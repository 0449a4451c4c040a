"""The shape of the input about cases."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from qaportal.kit.forms import PortalForm

from ..choices import AutomationStatus, CaseLinkType, Priority, TestTag, TestType
from ..models import LONGEST_ESTIMATE, CustomField, TestCase
from ..models.versions import LONGEST_REASON
from ..own_fields import PREFIX, OwnFields
from ..services.drafts import EDITABLE, default_tag
from ..services.states import starting_state
from ..services.stories import primary_story_id
from ..workflow import workflow_of
from .fields import ExamplesField, FolderField, long_text
from .own_fields import Control, OwnFieldsForm, carried, controls, given_values

EMPTY_STEPS = 2
BESIDES = {"folder", "owner", "story_id", "template", "reason"}
"""Fields of the form that are no plain attribute of a case."""


def read_steps(data: QueryDict) -> list[dict[str, Any]]:
    """The steps of a posted form, in the order of its rows, empty rows included."""
    texts = zip(*[data.getlist(f"step_{name}") for name in ("action", "expected", "data")], strict=False)
    shared, files = data.getlist("step_shared"), data.getlist("step_files")
    steps = []
    for place, (action, expected, extra) in enumerate(texts):
        step: dict[str, Any] = {"action": action, "expected": expected, "data": extra}
        if place < len(files) and files[place].strip():
            step["attachments"] = [each for each in files[place].split(",") if each.strip()]
        if place < len(shared) and shared[place].strip():
            step = {"action": "", "expected": "", "data": "", "shared_steps_id": shared[place].strip()}
        steps.append(step)
    return steps


class CaseForm(PortalForm):
    """A case as its writer sees it; steps stand beside it in rows of their own."""

    title = forms.CharField(label=_("Title"), max_length=500, widget=forms.TextInput(attrs={"autofocus": True}))
    folder = FolderField(label=_("Folder"))
    priority = forms.ChoiceField(label=_("Priority"), choices=[(each.code, each.label) for each in reversed(Priority)])
    test_type = forms.ChoiceField(label=_("Type"), choices=TestType.choices)
    tag = forms.ChoiceField(label=_("Works on"), choices=TestTag.choices)
    preconditions = long_text(_("Before you start"), 2)
    expected_result = long_text(_("Expected result"), 2)
    test_data = long_text(_("Test data"), 2)
    tags = forms.CharField(
        label=_("Tags"), required=False, max_length=5000, help_text=_("Separated by commas, such as smoke, regression.")
    )
    labels = forms.CharField(
        label=_("Labels"), required=False, max_length=5000, help_text=_("What a tracker calls it; separated by commas.")
    )
    scenario_examples = ExamplesField(label=_("Examples"))
    description = long_text(_("Description"), 2)
    owner = forms.TypedChoiceField(label=_("Owner"), required=False, coerce=int, empty_value=None)
    estimate = forms.FloatField(
        label=_("Estimate in minutes"), required=False, min_value=0, max_value=LONGEST_ESTIMATE / 60
    )
    story_id = forms.CharField(label=_("Story"), required=False, max_length=50)
    epic_key = forms.CharField(label=_("Epic"), required=False, max_length=50)
    state = forms.ChoiceField(label=_("State"))
    automation_status = forms.ChoiceField(
        label=_("Automation"), required=False, choices=[("", _("Not said")), *AutomationStatus.choices]
    )
    automation_key = forms.CharField(
        label=_("Automation key"), required=False, max_length=1000, help_text=_("Finds this case in uploaded reports.")
    )
    automated_script_path = forms.CharField(label=_("Script"), required=False, max_length=1000)
    template = forms.TypedChoiceField(label=_("Template"), required=False, coerce=int, empty_value=None)
    reason = forms.CharField(
        label=_("Why"), required=False, max_length=LONGEST_REASON, help_text=_("Kept with the version.")
    )

    def __init__(
        self,
        *args: Any,
        project: Project,
        user: User,
        owner: User | None = None,
        typed: QueryDict | None = None,
        **kwargs: Any,
    ) -> None:
        """Offer the project's folders and people, and the case's owner even when he does not work here any more.

        `typed` is what a form holds in which another template was chosen: nothing of it is checked yet.
        """
        super().__init__(*args, **kwargs)
        self._add_own_fields(OwnFields(project, actor=user), typed)
        self.fields["folder"].offer(project, user, _("In no folder"))
        self.people = {each.pk: each for each in User.objects.who_reach(project).select_related("role", "tenant")}
        if owner is not None:
            self.people.setdefault(owner.pk, owner)
        people = sorted(((pk, each.full_name) for pk, each in self.people.items()), key=lambda each: each[1].casefold())
        self.fields["owner"].choices = [("", _("Nobody")), *people]
        self.fields["estimate"].widget.attrs["step"] = "any"
        self.fields["state"].choices = workflow_of(project).choices_beside(self.initial.get("state"))

    def _add_own_fields(self, own: OwnFields, typed: QueryDict | None) -> None:
        """Draw the custom fields of the chosen template, and offer the others where there are any."""
        self.own, self.typed, values = own, typed, self.initial.pop("custom_values", None)
        self._stored_template, self._stored_values = self.initial.get("template"), values or {}
        effective = own.template_of(self._stored_template)
        self.initial["template"] = effective.pk if effective else None
        offered = {each.pk: each.name for each in ([effective] if effective else []) + own.offered_templates}
        chosen = (typed or (self.data if self.is_bound else {})).get("template", "")
        chosen = next((pk for pk in offered if str(pk) == chosen), self.initial["template"])
        self.own_fields = self._fields_to_draw(chosen)
        drawn = OwnFieldsForm(
            self.data if self.is_bound else None, own=own, fields=self.own_fields, values=values, typed=typed
        )
        self.fields.update(drawn.fields)
        self.initial.update(drawn.initial)
        self.fields["template"].choices = sorted(offered.items(), key=lambda each: each[1].casefold())
        if len(offered) < 2:
            del self.fields["template"]
        if typed is not None:
            self.show_typed(typed)

    def _fields_to_draw(self, template_id: int | None) -> list[CustomField]:
        """The custom fields that the form shows."""
        return self.own.of(template_id)

    @property
    def own_controls(self) -> list[Control]:
        """The custom fields, in the order of the template."""
        return controls(self, self.own_fields)

    @property
    def carried(self) -> list[tuple[str, str]]:
        """What was typed into custom fields that the chosen template does not have."""
        typed = self.typed if self.typed is not None else self.data
        return carried(typed, self.own_fields) if typed else []

    @staticmethod
    def initial_of_new(project: Project, folder_id: str) -> dict[str, Any]:
        """What the form shows before anything is typed."""
        return {
            "folder": folder_id,
            "tag": default_tag(project),
            "priority": Priority.MEDIUM.code,
            "test_type": TestType.MANUAL,
            "state": starting_state(project, ""),
        }

    @staticmethod
    def initial_of(case: TestCase) -> dict[str, Any]:
        """What the form shows of a stored case."""
        return {**CaseForm._shown(case), "story_id": primary_story_id(case)}

    @staticmethod
    def _shown(case: TestCase) -> dict[str, Any]:
        """Every field but the story."""
        names = [name for name in CaseForm.base_fields if name not in BESIDES]
        return {
            **{name: getattr(case, name) for name in names},
            "folder": case.folder_id,
            "owner": case.owner_id,
            "template": case.template_id,
            "custom_values": case.custom_values,
            "priority": case.priority_code,
            "tags": ", ".join(case.tags),
            "labels": ", ".join(case.labels),
            "estimate": round(case.estimate / 60, 2) if case.estimate is not None else None,
        }

    def show_typed(self, data: QueryDict) -> None:
        """Show what was typed into the form, right or wrong, as if it stood there."""
        for name, field in self.fields.items():
            if not name.startswith(PREFIX):
                self.initial[name] = field.widget.value_from_datadict(data, {}, name)

    @staticmethod
    def initial_of_document(document: Mapping[str, Any]) -> dict[str, Any]:
        """What the form shows of what a version, or a merge of two, says."""
        case = TestCase(**{TestCase._meta.get_field(name).attname: document[name] for name in EDITABLE})
        return {**CaseForm._shown(case), "story_id": document["story"]}

    def values(self) -> dict[str, Any]:
        """The cleaned input as the services take it; the folder is left as its id."""
        values = dict(self.cleaned_data)
        minutes = values["estimate"]
        values["estimate"] = None if minutes is None else round(minutes * 60)
        values["owner"] = self.people.get(values["owner"])
        values = {name: value for name, value in values.items() if not name.startswith(PREFIX)}
        values["custom_values"] = given_values(self, self.own_fields, self._stored_values)
        values.pop("reason")  # says something about the save and nothing about the case
        chosen = values.pop("template", None)
        if chosen is not None and chosen != self.initial["template"]:
            values["template"] = self.own.templates[chosen]
        if "scenario_examples" not in self.changed_data:
            values["scenario_examples"] = self.initial.get("scenario_examples")
        return values


class CaseLinkForm(PortalForm):
    """Another case and how it belongs to this one; the direction is part of the kind."""

    NEEDED_BY = "needed_by"
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[
            (CaseLinkType.DEPENDS_ON, _("Depends on")),
            (NEEDED_BY, _("Is needed by")),
            (CaseLinkType.SAME_TEST, _("Same test, other source")),
        ],
    )
    other = forms.CharField(
        label=_("ID of the other case"), max_length=40, widget=forms.TextInput(attrs={"placeholder": "TC_UI_114"})
    )
