"""The shape of the input of the pages of runs."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Project
from qaportal.kit.forms import PortalForm
from qaportal.kit.wording import number
from releases.models import Release

from .choices import RunStatus
from .models import TestRun

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


class UploadForm(RunFactsForm):
    """A report and what to do with it."""

    report = forms.FileField(
        label=gettext_lazy("JUnit XML report"),
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
        self.fields["report"].widget.attrs["accept"] = ".xml,.gz,application/xml,text/xml,application/gzip"

    def clean_report(self) -> Any:
        """Refuse a file that is larger than the portal takes."""
        report = self.cleaned_data["report"]
        if report.size > settings.UPLOAD_LIMIT:
            megabytes = number(settings.UPLOAD_LIMIT // 2**20)
            raise forms.ValidationError(_("The file is larger than %s MB, the most that is taken.") % megabytes)
        return report

    def clean(self) -> dict[str, Any]:
        """An existing run has its release and its external id already."""
        cleaned = super().clean()
        run, release = cleaned.get("run"), cleaned.get("release")
        if run is not None:
            if release is not None and run.release_id != release.pk:
                self.add_error("release", _("The run belongs to another release. Leave this empty, or edit the run."))
            if cleaned.get("external_id"):
                self.add_error("external_id", _("Only a new run can be given an external id."))
        return cleaned


class RunForm(RunFactsForm):
    """A run's name and facts."""

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
    field_order = ["name", "description", "status", "release", "environment", "build", "branch", "due"]

    def offered(self, releases: Any) -> Any:
        """Every release: a run keeps the one it has, whether it has shipped or not."""
        return releases


class LinkForm(PortalForm):
    """The case that a reported test belongs to."""

    case = forms.CharField(label=gettext_lazy("Test case"), max_length=40)
