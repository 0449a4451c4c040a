"""The shape of the input of the pages of runs."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Project
from qaportal.kit.forms import PortalForm
from qaportal.kit.wording import number
from releases.models import Milestone, Release

from .choices import RunStatus
from .models import Configuration, TestRun

OFFERED_RUNS = 200


class ReleaseChoice(forms.ModelChoiceField):
    """A release of the project."""

    def label_from_instance(self, release: Release) -> str:
        """Version and name."""
        return str(release)


class RunChoice(forms.ModelChoiceField):
    """A run of the project."""

    def label_from_instance(self, run: TestRun) -> str:
        """Number and name."""
        return f"{run.number} · {run.name}"


class ConfigurationChoice(forms.ModelChoiceField):
    """A configuration of the project."""

    def label_from_instance(self, configuration: Configuration) -> str:
        """The name, with the values that it does not say itself."""
        return configuration.name_and_values


class RunFactsForm(PortalForm):
    """What is known of a run beside its results."""

    release = ReleaseChoice(
        label=gettext_lazy("Release"),
        queryset=Release.objects.none(),
        required=False,
        empty_label=gettext_lazy("No release"),
    )
    environment = forms.CharField(label=gettext_lazy("Environment"), max_length=120, required=False)
    build = forms.CharField(label=gettext_lazy("Build"), max_length=200, required=False)
    branch = forms.CharField(label=gettext_lazy("Branch"), max_length=200, required=False)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        """Offer the releases of the project."""
        super().__init__(*args, **kwargs)
        releases = Release.objects.living().in_project(project)
        self.fields["release"].queryset = self.offered(releases).order_by("-pk")

    def offered(self, releases: Any) -> Any:
        """The releases that can be chosen."""
        return releases.open()


class ManyFilesInput(forms.ClearableFileInput):
    """A field for several files at once."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """One file or several; its value is a list."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Check each file alone."""
        files = data if isinstance(data, list | tuple) else [data]
        return [super(ManyFilesField, self).clean(file, initial) for file in files or [None]]


class UploadForm(RunFactsForm):
    """Reports and what to do with them."""

    report = ManyFilesField(
        label=gettext_lazy("Test reports"),
        max_length=255,
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("The file is empty."),
            "missing": gettext_lazy("Choose a file."),
        },
    )
    run = RunChoice(
        label=gettext_lazy("Into"),
        queryset=TestRun.objects.none(),
        required=False,
        empty_label=gettext_lazy("A new run"),
        help_text=gettext_lazy("Results of a test that the run has already become its next attempt."),
    )
    configuration = ConfigurationChoice(
        label=gettext_lazy("Configuration"),
        queryset=Configuration.objects.none(),
        required=False,
        empty_label=gettext_lazy("None"),
        help_text=gettext_lazy("What the tests ran in, such as a browser and a system."),
    )
    run_name = forms.CharField(
        label=gettext_lazy("Name of the new run"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Empty: the name in the report, or the file's name."),
    )
    external_id = forms.CharField(
        label=gettext_lazy("External id"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Shards of one build that name the same id land in one run."),
    )
    creates_cases = forms.BooleanField(
        label=gettext_lazy("Create a test case for every test that has none"), required=False
    )
    dry_run = forms.BooleanField(label=gettext_lazy("Only look: tell what is in it and store nothing"), required=False)
    field_order = [
        "report",
        "run",
        "run_name",
        "release",
        "configuration",
        "environment",
        "build",
        "branch",
        "external_id",
        "creates_cases",
        "dry_run",
    ]

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        """Offer the newest runs that take results."""
        super().__init__(*args, project=project, **kwargs)
        runs = TestRun.objects.living().in_project(project).filter(is_implicit=False)
        runs = runs.exclude(status=RunStatus.CANCELLED).order_by("-started_at", "-number")
        field = self.fields["run"]
        field.queryset = runs
        field.choices = [
            ("", field.empty_label),
            *((run.pk, field.label_from_instance(run)) for run in runs[:OFFERED_RUNS]),
        ]
        self.fields["configuration"].queryset = Configuration.objects.in_project(project).for_choice()
        self.fields["report"].widget.attrs["accept"] = ".xml,.trx,.json,.ndjson,.jsonl,.tap,.txt,.log,.zip,.gz"

    def clean_report(self) -> list[Any]:
        """Refuse more than the portal takes."""
        reports = self.cleaned_data["report"]
        if sum(report.size for report in reports) > settings.UPLOAD_LIMIT:
            megabytes = number(settings.UPLOAD_LIMIT // 2**20)
            raise forms.ValidationError(_("The file is larger than %s MB, the most that is taken.") % megabytes)
        return reports

    def clean(self) -> dict[str, Any]:
        """An existing run has its release and its external id already."""
        cleaned = super().clean()
        run, release = cleaned.get("run"), cleaned.get("release")
        if run is not None:
            if release is not None and run.release_id != release.pk:
                self.add_error("release", _("The run belongs to another release. Leave this empty, or edit the run."))
            configuration = cleaned.get("configuration")
            if configuration is not None and run.configuration_id != configuration.pk:
                words = _("The run is executed in another configuration. Leave this empty, or edit the run.")
                self.add_error("configuration", words)
            if cleaned.get("external_id"):
                self.add_error("external_id", _("Only a new run can be given an external id."))
        return cleaned


class ConfigurationForm(PortalForm):
    """A configuration; its values stand beside it in rows of their own."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    values = forms.CharField(required=False)
    """Never shown: what is wrong with the rows is said beside them in its name."""
    if_match = forms.CharField(required=False, widget=forms.HiddenInput)


class RunForm(RunFactsForm):
    """A run's name and facts."""

    milestone = forms.ModelChoiceField(
        label=gettext_lazy("Milestone"),
        queryset=Milestone.objects.none(),
        required=False,
        empty_label=gettext_lazy("None"),
    )
    configuration = ConfigurationChoice(
        label=gettext_lazy("Configuration"),
        queryset=Configuration.objects.none(),
        required=False,
        empty_label=gettext_lazy("None"),
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=300)
    description = forms.CharField(
        label=gettext_lazy("Description"), required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=20_000
    )
    status = forms.ChoiceField(label=gettext_lazy("Status"), choices=RunStatus.choices)
    due = forms.DateTimeField(
        label=gettext_lazy("Due"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    version = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)
    field_order = [
        *("name", "description", "status", "release", "milestone", "configuration", "environment", "build", "branch"),
        "due",
    ]

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        """Offer the milestones that are worked towards and the configurations, and what the run has already."""
        super().__init__(*args, project=project, **kwargs)
        for name, model in (("milestone", Milestone), ("configuration", Configuration)):
            chosen = getattr(self.initial.get(name), "pk", None)
            self.fields[name].queryset = model.objects.in_project(project).for_choice(chosen)

    def offered(self, releases: Any) -> Any:
        """Every release: a run keeps the one it has, whether it has shipped or not."""
        return releases


class LinkForm(PortalForm):
    """The case that a reported test belongs to."""

    case = forms.CharField(label=gettext_lazy("Test case"), max_length=40)
