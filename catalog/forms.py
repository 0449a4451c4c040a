"""The shape of the input of the catalog's pages."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from qaportal.kit.forms import MarkdownArea, PortalForm

from .choices import AutomationStatus, CaseLinkType, CaseState, Priority, TestTag, TestType
from .models import LONGEST_ESTIMATE, Folder, Story, TestCase
from .services.drafts import EDITABLE, LONGEST_TEXT, default_tag
from .services.stories import primary_story_id
from .tree import folder_choices

EMPTY_STEPS = 2
MOST_PICKED = 5_000


def read_steps(data: QueryDict) -> list[dict[str, str]]:
    """The steps of a posted form, in the order of its rows, empty rows included."""
    columns = [data.getlist(f"step_{name}") for name in ("action", "expected", "data")]
    return [
        {"action": action, "expected": expected, "data": extra}
        for action, expected, extra in zip(*columns, strict=False)
    ]


def read_ids(data: QueryDict) -> list[int]:
    """The picked ids; what is not a number is left out, and so is what is beyond the most that can be picked."""
    return [int(each) for each in data.getlist("ids") if each.isascii() and each.isdigit() and len(each) < 18][
        :MOST_PICKED
    ]


def _text(label: Any, rows: int, help_text: Any = "") -> forms.CharField:
    """A text in Markdown."""
    return forms.CharField(
        label=label, required=False, max_length=LONGEST_TEXT, widget=MarkdownArea(rows), help_text=help_text
    )


class FolderField(forms.TypedChoiceField):
    """One of the project's folders, by id, or none."""

    def __init__(self, **kwargs: Any) -> None:
        """Offer nothing until the form knows its project."""
        super().__init__(coerce=int, empty_value=None, required=False, **kwargs)

    def offer(self, project: Project, user: User, nothing: Any, *, without: Folder | None = None) -> None:
        """Offer the folders of the project and a word for none."""
        self.choices = [("", nothing), *folder_choices(project, user, without=without)]


class CaseForm(PortalForm):
    """A case as its writer sees it; steps stand beside it in rows of their own."""

    title = forms.CharField(label=_("Title"), max_length=500, widget=forms.TextInput(attrs={"autofocus": True}))
    folder = FolderField(label=_("Folder"))
    priority = forms.ChoiceField(label=_("Priority"), choices=[(each.code, each.label) for each in reversed(Priority)])
    test_type = forms.ChoiceField(label=_("Type"), choices=TestType.choices)
    tag = forms.ChoiceField(label=_("Works on"), choices=TestTag.choices)
    preconditions = _text(_("Before you start"), 2)
    expected_result = _text(_("Expected result"), 2)
    test_data = _text(_("Test data"), 2)
    tags = forms.CharField(
        label=_("Tags"), required=False, max_length=5000, help_text=_("Separated by commas, such as smoke, regression.")
    )
    description = _text(_("Description"), 2)
    owner = forms.TypedChoiceField(label=_("Owner"), required=False, coerce=int, empty_value=None)
    estimate = forms.FloatField(
        label=_("Estimate in minutes"), required=False, min_value=0, max_value=LONGEST_ESTIMATE / 60
    )
    story_id = forms.CharField(label=_("Story"), required=False, max_length=50)
    epic_key = forms.CharField(label=_("Epic"), required=False, max_length=50)
    state = forms.ChoiceField(label=_("State"), choices=CaseState.choices)
    automation_status = forms.ChoiceField(
        label=_("Automation"), required=False, choices=[("", _("Not said")), *AutomationStatus.choices]
    )
    automation_key = forms.CharField(
        label=_("Automation key"), required=False, max_length=1000, help_text=_("Finds this case in uploaded reports.")
    )
    automated_script_path = forms.CharField(label=_("Script"), required=False, max_length=1000)

    def __init__(self, *args: Any, project: Project, user: User, owner: User | None = None, **kwargs: Any) -> None:
        """Offer the project's folders and people, and the case's owner even when he does not work here any more."""
        super().__init__(*args, **kwargs)
        self.fields["folder"].offer(project, user, _("In no folder"))
        self.people = {each.pk: each for each in User.objects.who_reach(project).select_related("role", "tenant")}
        if owner is not None:
            self.people.setdefault(owner.pk, owner)
        people = sorted(((pk, each.full_name) for pk, each in self.people.items()), key=lambda each: each[1].casefold())
        self.fields["owner"].choices = [("", _("Nobody")), *people]
        self.fields["estimate"].widget.attrs["step"] = "any"

    @staticmethod
    def initial_of_new(project: Project, folder_id: str) -> dict[str, Any]:
        """What the form shows before anything is typed."""
        return {
            "folder": folder_id,
            "tag": default_tag(project),
            "priority": Priority.MEDIUM.code,
            "test_type": TestType.MANUAL,
            "state": CaseState.IN_REVIEW if project.settings.get("requireApproval") else CaseState.ACTIVE,
        }

    @staticmethod
    def initial_of(case: TestCase) -> dict[str, Any]:
        """What the form shows of a stored case."""
        return {**CaseForm._shown(case), "story_id": primary_story_id(case)}

    @staticmethod
    def _shown(case: TestCase) -> dict[str, Any]:
        """Every field but the story."""
        names = [name for name in CaseForm.base_fields if name not in {"folder", "owner", "story_id"}]
        return {
            **{name: getattr(case, name) for name in names},
            "folder": case.folder_id,
            "owner": case.owner_id,
            "priority": case.priority_code,
            "tags": ", ".join(case.tags),
            "estimate": round(case.estimate / 60, 2) if case.estimate is not None else None,
        }

    @classmethod
    def initial_of_typed(cls, data: QueryDict) -> dict[str, Any]:
        """What the form shows of what was typed into it, right or wrong."""
        return {name: field.widget.value_from_datadict(data, {}, name) for name, field in cls.base_fields.items()}

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
        return values


class FolderForm(PortalForm):
    """A folder's name and place."""

    name = forms.CharField(label=_("Name"), max_length=200, widget=forms.TextInput(attrs={"autofocus": True}))
    parent = FolderField(label=_("Below"))
    description = forms.CharField(
        label=_("Description"), required=False, max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, project: Project, user: User, folder: Folder | None = None, **kwargs: Any) -> None:
        """Offer every place but those below the folder itself."""
        super().__init__(*args, **kwargs)
        self.fields["parent"].offer(project, user, _("At the top"), without=folder)


class MoveForm(PortalForm):
    """Where picked cases go."""

    folder = FolderField(label=_("Folder"))

    def __init__(self, *args: Any, project: Project, user: User, **kwargs: Any) -> None:
        """Offer the project's folders."""
        super().__init__(*args, **kwargs)
        self.fields["folder"].offer(project, user, _("In no folder"))


class StoryForm(PortalForm):
    """A story as its writer sees it."""

    story_id = forms.CharField(label=_("ID"), max_length=50, help_text=_("Such as PAY-312. It never changes."))
    title = forms.CharField(label=_("Title"), max_length=500)
    epic_id = forms.CharField(label=_("Epic"), required=False, max_length=50)
    status = forms.CharField(label=_("Status"), required=False, max_length=50)
    priority = forms.CharField(label=_("Priority"), required=False, max_length=20)
    assignee = forms.CharField(label=_("Assignee"), required=False, max_length=200)
    sprint = forms.CharField(label=_("Sprint"), required=False, max_length=200)
    release_name = forms.CharField(label=_("Release"), required=False, max_length=100)
    description = _text(_("Description"), 5)
    if_match = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, story: Story | None = None, **kwargs: Any) -> None:
        """The id of a stored story stands still."""
        super().__init__(*args, **kwargs)
        first = "title" if story else "story_id"
        self.fields[first].widget.attrs.update(autofocus=True, autocomplete="off")
        if story is not None:
            del self.fields["story_id"]

    @classmethod
    def initial_of(cls, story: Story) -> dict[str, Any]:
        """The facts of the story as the form shows them."""
        shown = {name: getattr(story, name) for name in cls.base_fields if name not in {"if_match", "release_name"}}
        return {**shown, "release_name": story.release}

    def facts(self) -> dict[str, Any]:
        """What was typed, as the services take it."""
        facts = {name: value for name, value in self.cleaned_data.items() if name not in {"if_match", "release_name"}}
        return {**facts, "release": self.cleaned_data["release_name"]}

    def refuse(self, error: Any) -> None:
        """Show a service's refusal; what it says of the release stands beside its field."""
        if "release" in error.fields:
            error.fields["release_name"] = error.fields.pop("release")
        super().refuse(error)


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
