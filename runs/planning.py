"""The shape of the input of planning: what a run by hand is made of, and who executes it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Project, User
from catalog.models import Folder, SavedView, TestCase
from catalog.tree import folder_choices
from qaportal.kit.forms import PortalForm
from releases.models import Release

from .filters import SHOWN_STATUSES
from .forms import OFFERED_RUNS, ReleaseChoice, RunChoice
from .models import TestRun
from .services.manual_runs import Assignment, Chosen

OFFERED_FOLDERS = 2_000
SHARING = [("", _("Nobody yet")), ("turn", _("In turn")), ("load", _("To whoever has the least to do"))]


class PeopleChoice(forms.ModelMultipleChoiceField):
    """People of the project; an empty value is nobody."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> Any:
        """The people that are named."""
        return super().clean([each for each in value or [] if each])

    def label_from_instance(self, person: User) -> str:
        """The name."""
        return person.full_name


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
        """Offer the people of the project."""
        super().__init__(*args, **kwargs)
        self.project = project
        self.fields["people"].queryset = User.objects.who_reach(project).order_by("first_name", "last_name")

    @property
    def assignment(self) -> Assignment:
        """What was chosen."""
        return shared_out(self.cleaned_data["people"], self.cleaned_data["sharing"])


class PlanForm(AssignForm):
    """A run to be executed by hand."""

    name = forms.CharField(label=_("Name"), max_length=300)
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
        values = self.cleaned_data
        statuses = [*values["statuses"], "error"] if "failed" in values["statuses"] else values["statuses"]
        folders = Folder.objects.visible_to(self.user).in_project(self.project).filter(pk__in=values["folders"])
        return Chosen(
            everything=values["everything"],
            case_ids=values["cases"],
            folders=list(folders) if values["folders"] else [],
            tags=values["tags"],
            view=values["view"],
            release=values["scope"],
            run=values["previous"],
            statuses=statuses,
        )
