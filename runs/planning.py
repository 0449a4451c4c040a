"""The shape of the input of planning: what a run by hand is made of, and who executes it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from catalog.models import Folder, SavedView, TestCase
from catalog.tree import folder_choices
from qaportal.kit.errors import InvalidInput
from qaportal.kit.forms import PortalForm
from releases.models import Milestone, Release

from .combinations import axes_of, combined
from .filters import SHOWN_STATUSES
from .forms import OFFERED_RUNS, ReleaseChoice, RunChoice
from .models import Configuration, TestRun
from .services.manual_runs import Assignment, Chosen

OFFERED_FOLDERS = 2_000
LONGEST_AXES = 4_000
COMBINING = [("", _("Every combination")), ("pairs", _("In pairs: each two values meet once, in fewer runs"))]
SHARING = [("", _("Nobody yet")), ("turn", _("In turn")), ("load", _("To whoever has the least to do"))]


SOURCES = (*("everything", "folders", "tags", "view", "scope", "previous", "statuses", "cases"),)
"""The fields that say what a run is made of."""


class PeopleChoice(forms.ModelMultipleChoiceField):
    """People of the project; an empty value is nobody."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> Any:
        """The people that are named."""
        return super().clean([each for each in value or [] if each])

    def label_from_instance(self, person: User) -> str:
        """The name."""
        return person.full_name


class ConfigurationsChoice(forms.ModelMultipleChoiceField):
    """Configurations of the project."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, configuration: Configuration) -> str:
        """The name, with the values that it does not say itself."""
        return configuration.name_and_values


def shared_out(people: Any, sharing: str) -> Assignment:
    """Who executes the tests, as a form says it; one person needs no way of sharing."""
    return Assignment(people=list(people), by_load=sharing == "load")


class AssignForm(PortalForm):
    """Who executes tests."""

    people = PeopleChoice(label=_("Executed by"), queryset=User.objects.none(), required=False)
    sharing = forms.ChoiceField(
        label=_("Several people share the tests"), choices=SHARING[1:], required=False, initial="turn"
    )

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        """Offer those who may record results in the project."""
        super().__init__(*args, **kwargs)
        self.project = project
        people = User.objects.who_may("result.record", project)
        self.fields["people"].queryset = people.order_by("first_name", "last_name")

    @property
    def assignment(self) -> Assignment:
        """What was chosen."""
        return shared_out(self.cleaned_data["people"], self.cleaned_data["sharing"])


EXAMPLE_AXES = "Browser: Firefox, Chrome, Safari\nSystem: Windows 11, macOS 26"


def _known_axes(configurations: Any) -> str:
    """What configurations vary already, as the form takes it."""
    known: dict[str, list[str]] = {}
    for configuration in configurations[:OFFERED_RUNS]:
        for name, value in configuration.pairs:
            values = known.setdefault(name, [])
            if value not in values and len(values) < 4:
                values.append(value)
    return "\n".join(f"{name}: {', '.join(values)}" for name, values in list(known.items())[:3])


def combinations_of(axes: str, combine: str) -> list[dict[str, str]]:
    """The combinations that the form asks for; raises InvalidInput naming `axes`."""
    return combined(axes_of(axes), is_pairwise=combine == "pairs")


class PlanForm(AssignForm):
    """A run to be executed by hand."""

    name = forms.CharField(label=_("Name"), max_length=300, widget=forms.TextInput(attrs={"autofocus": True}))
    description = forms.CharField(
        label=_("Description"), required=False, widget=forms.Textarea(attrs={"rows": 2}), max_length=20_000
    )
    release = ReleaseChoice(
        label=_("Release"), queryset=Release.objects.none(), required=False, empty_label=_("No release")
    )
    environment = forms.CharField(label=_("Environment"), max_length=120, required=False)
    build = forms.CharField(label=_("Build"), max_length=200, required=False)
    due = forms.DateTimeField(
        label=_("Due"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    milestone = forms.ModelChoiceField(
        label=_("Milestone"), queryset=Milestone.objects.none(), required=False, empty_label=_("None")
    )
    configurations = ConfigurationsChoice(
        label=_("Configurations, one run each"), queryset=Configuration.objects.none(), required=False
    )
    axes = forms.CharField(
        label=_("Combine"),
        required=False,
        max_length=LONGEST_AXES,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=_("What varies, one a line. Configurations that the project does not have yet are added."),
    )
    combine = forms.ChoiceField(label=_("How"), choices=COMBINING, required=False)
    everything = forms.BooleanField(label=_("Every current case of the project"), required=False)
    folders = forms.MultipleChoiceField(
        label=_("Folders, with what lies below"), required=False, widget=forms.CheckboxSelectMultiple
    )
    tags = forms.MultipleChoiceField(label=_("Tags, any of them"), required=False, widget=forms.CheckboxSelectMultiple)
    view = forms.ModelChoiceField(
        label=_("Saved view"), queryset=SavedView.objects.none(), required=False, empty_label=_("None")
    )
    scope = ReleaseChoice(
        label=_("What a release covers"), queryset=Release.objects.none(), required=False, empty_label=_("None")
    )
    previous = RunChoice(
        label=_("An earlier run"), queryset=TestRun.objects.none(), required=False, empty_label=_("None")
    )
    statuses = forms.MultipleChoiceField(
        label=_("Of it, tests that are"),
        choices=SHOWN_STATUSES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        initial=["failed", "blocked"],
    )
    cases = forms.CharField(
        label=_("Single cases"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "TC_UI_001, TC_API_014"}),
        help_text=_("Their ids, with commas or one a line."),
    )

    def __init__(self, *args: Any, user: User, project: Project, **kwargs: Any) -> None:
        """Offer what the project has."""
        super().__init__(*args, project=project, **kwargs)
        releases = Release.objects.visible_to(user).in_project(project).order_by("-pk")
        self.fields["release"].queryset = releases.open()
        self.fields["scope"].queryset = releases
        self.fields["view"].queryset = SavedView.objects.visible_to(user).in_project(project)
        folders = folder_choices(project, user)[:OFFERED_FOLDERS]
        self.fields["folders"].choices = [(str(pk), name) for pk, name in folders]
        tags = TestCase.objects.visible_to(user).in_project(project).used_tags()
        self.fields["tags"].choices = [(tag, tag) for tag in tags]
        runs = TestRun.objects.visible_to(user).in_project(project).order_by("-started_at", "-number")
        field = self.fields["previous"]
        field.queryset = runs
        field.choices = [
            ("", field.empty_label),
            *((run.pk, field.label_from_instance(run)) for run in runs[:OFFERED_RUNS]),
        ]
        self.user = user
        self.fields["milestone"].queryset = Milestone.objects.in_project(project).for_choice(None)
        offered = Configuration.objects.visible_to(user).in_project(project).for_choice()
        self.fields["configurations"].queryset = offered
        self.fields["axes"].widget.attrs["placeholder"] = _known_axes(offered) or EXAMPLE_AXES

    def clean(self) -> dict[str, Any]:
        """Work out the combinations."""
        cleaned = super().clean()
        try:
            self.combinations = combinations_of(cleaned.get("axes") or "", cleaned.get("combine") or "")
        except InvalidInput as error:
            self.combinations = []
            self.refuse(error)
        return cleaned

    def clean_cases(self) -> list[int]:
        """The keys of the named cases."""
        words = self.cleaned_data["cases"].replace(",", " ").split()
        wanted = {word.upper() for word in words}
        found = TestCase.objects.visible_to(self.user).in_project(self.project).filter(test_id__in=wanted)
        by_id = dict(found.values_list("test_id", "pk"))
        if missing := sorted(wanted - set(by_id)):
            raise forms.ValidationError(_("There is no case %s.") % ", ".join(missing[:5]))
        return list(by_id.values())

    @property
    def chosen(self) -> Chosen:
        """What the run is made of."""
        values = {name: self.cleaned_data.get(name) for name in SOURCES}  # what cannot be used names nothing
        statuses = [*(values["statuses"] or []), *(["error"] if "failed" in (values["statuses"] or []) else [])]
        folders = Folder.objects.visible_to(self.user).in_project(self.project).filter(pk__in=values["folders"] or [])
        return Chosen(
            everything=bool(values["everything"]),
            case_ids=values["cases"] or [],
            folders=list(folders) if values["folders"] else [],
            tags=values["tags"] or [],
            view=values["view"],
            release=values["scope"],
            run=values["previous"],
            statuses=statuses,
        )
