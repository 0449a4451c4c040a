"""Filters of runs and of the tests in them, shared by page and API."""

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Project
from qaportal.kit.forms import style_widgets
from releases.models import Release

from .choices import FailureCause, RuleState, RunKind, RunStatus, SessionStatus
from .models import Configuration, FailureCluster, FailureRule, Quarantine, Result, RunCase, Session, TestRun
from .querysets import FAILURES

LONGEST_WORDS = 200
SHOWN_STATUSES = [
    ("passed", _("Passed")),
    ("failed", _("Failed")),
    ("blocked", _("Blocked")),
    ("skipped", _("Skipped")),
    ("in_progress", _("In progress")),
    ("not_started", _("Not started")),
]
"""The six statuses that people tell apart; an error is a failure."""


class ProjectFilterSet(filters.FilterSet):
    """Base: the portal's look and the project that the choices come from."""

    def __init__(self, *args: Any, project: Project | None = None, **kwargs: Any) -> None:
        """Keep the project; without one, as in the API's description, no choice is offered."""
        self.project = project
        super().__init__(*args, **kwargs)
        style_widgets(self.form)


def releases_of(request: Any) -> QuerySet:
    """The releases that the filter offers."""
    project = getattr(request, "project", None)
    if project is None:
        return Release.objects.none()
    return Release.objects.living().in_project(project).select_related("project").order_by("-pk")


def clusters_of(request: Any) -> QuerySet:
    """The causes of failures that can be asked for."""
    project = getattr(request, "project", None)
    found = FailureCluster.objects.visible_to(request.user) if project is not None else FailureCluster.objects.none()
    return found.in_project(project) if project is not None else found


class RunFilter(ProjectFilterSet):
    """Runs of a project."""

    q = filters.CharFilter(label=_("Find"), method="find", max_length=LONGEST_WORDS)
    status = filters.MultipleChoiceFilter(label=_("Status"), choices=RunStatus.choices)
    verdict = filters.ChoiceFilter(
        label=_("Outcome"),
        method="ended",
        choices=[("failed", _("With failures")), ("passed", _("Without failures")), ("flaky", _("With flaky tests"))],
    )
    kind = filters.MultipleChoiceFilter(label=_("Kind"), choices=RunKind.choices)
    release = filters.ModelChoiceFilter(label=_("Release"), queryset=releases_of)
    branch = filters.CharFilter(label=_("Branch"), lookup_expr="iexact", max_length=LONGEST_WORDS)
    environment = filters.CharFilter(label=_("Environment"), lookup_expr="iexact", max_length=LONGEST_WORDS)
    pinned = filters.ChoiceFilter(
        label=_("Only"), choices=[("1", _("pinned"))], method="only_pinned", empty_label=_("Any")
    )

    class Meta:
        model = TestRun
        fields: list[str] = []

    def only_pinned(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Runs that are kept whatever their age."""
        return queryset.pinned()

    def find(self, queryset: QuerySet, name: str, words: str) -> QuerySet:
        """Runs whose number is this, or whose name, build, branch or external id holds the words."""
        words = words.strip().lstrip("#")
        found = Q(name__icontains=words) | Q(build__istartswith=words) | Q(branch__icontains=words)
        found |= Q(external_id__iexact=words)
        if words.isascii() and words.isdigit() and len(words) < 10:
            found |= Q(number=int(words))
        return queryset.filter(found)

    def ended(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Runs with or without failures."""
        failing = Q(count_failed__gt=0) | Q(count_error__gt=0)
        return queryset.filter({"failed": failing, "passed": ~failing, "flaky": Q(count_flaky__gt=0)}[value])


class RunCaseFilter(ProjectFilterSet):
    """Tests of one run."""

    q = filters.CharFilter(label=_("Find"), method="find", max_length=LONGEST_WORDS)
    status = filters.MultipleChoiceFilter(
        label=_("Result"), choices=SHOWN_STATUSES, method="of_status", widget=forms.CheckboxSelectMultiple
    )
    assigned = filters.ChoiceFilter(
        label=_("Executed by"),
        choices=[("me", _("me")), ("nobody", _("nobody"))],
        method="of_person",
        empty_label=_("Anybody"),
    )
    flaky = filters.ChoiceFilter(
        label=_("Only"), choices=[("1", _("passed on retry"))], method="only_flaky", empty_label=_("Any")
    )
    cluster = filters.ModelChoiceFilter(label=_("Fingerprint"), queryset=clusters_of, method="of_cluster")
    cause = filters.ChoiceFilter(
        label=_("Class"), choices=[*FailureCause.choices, ("unsorted", _("To sort"))], method="of_cause"
    )
    quarantine = filters.ChoiceFilter(
        label=_("Quarantine"), choices=[("1", _("in quarantine")), ("0", _("not in quarantine"))], method="held"
    )

    class Meta:
        model = RunCase
        fields: list[str] = []

    def find(self, queryset: QuerySet, name: str, words: str) -> QuerySet:
        """Tests whose name, class, case id or failure holds the words."""
        return queryset.matching(words)

    def of_status(self, queryset: QuerySet, name: str, values: list[str]) -> QuerySet:
        """Tests that ended so; an error counts as failed."""
        if not values:
            return queryset
        wanted = [*values, *(str(status) for status in FAILURES)] if "failed" in values else values
        return queryset.filter(status__in=wanted)

    def of_person(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Tests that the reader, or nobody yet, is to execute."""
        return queryset.filter(assigned_to=self.request.user if value == "me" else None)

    def only_flaky(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Tests that passed after they had failed."""
        return queryset.filter(is_flaky=True)

    def of_cluster(self, queryset: QuerySet, name: str, value: FailureCluster) -> QuerySet:
        """Tests whose last attempt failed for this cause."""
        return queryset.filter(fingerprint=value.fingerprint)

    def of_cause(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Failures that a rule classes so, or that none does."""
        if value == "unsorted":
            return queryset.failures().filter(rule__isnull=True)
        return queryset.failures().filter(rule__cause=value)

    def held(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Tests whose failures do not count, or do."""
        return queryset.filter(is_quarantined=value == "1")


def queue_of(tests: QuerySet, filters: dict[str, str], user: Any) -> QuerySet:
    """The tests that a tester works through: by status (`left` for those without a verdict) and by who executes them.

    `assigned` is `me`, `nobody` or somebody's id; what makes no sense narrows nothing.
    """
    status, person = filters.get("status", ""), filters.get("assigned", "")
    if status == "left":
        tests = tests.left()
    elif status in dict(SHOWN_STATUSES):
        tests = tests.filter(status__in=FAILURES if status == "failed" else [status])
    if person == "me":
        tests = tests.filter(assigned_to=user)
    elif person == "nobody":
        tests = tests.filter(assigned_to__isnull=True)
    elif person.isascii() and person.isdigit() and len(person) < 18:
        tests = tests.filter(assigned_to=int(person))
    return tests


class SuiteRunFilter(filters.FilterSet):
    """Runs that clients report, for the API."""

    external_id = filters.CharFilter(max_length=LONGEST_WORDS, help_text="The client's own id of the run.")
    name = filters.CharFilter(max_length=300)
    branch = filters.CharFilter(max_length=LONGEST_WORDS)
    build = filters.CharFilter(max_length=LONGEST_WORDS)
    environment = filters.CharFilter(max_length=LONGEST_WORDS)
    status = filters.ChoiceFilter(
        method="in_status",
        choices=[("running", "running"), ("completed", "completed"), ("aborted", "aborted")],
    )

    class Meta:
        model = TestRun
        fields: list[str] = []

    def in_status(self, queryset: QuerySet, name: str, word: str) -> QuerySet:
        """Runs that go on, came to their end, or did not."""
        meant = {"running": [RunStatus.ACTIVE], "completed": [RunStatus.COMPLETED]}
        return queryset.filter(status__in=meant.get(word, [RunStatus.CANCELLED, RunStatus.INTERRUPTED]))


class SessionFilter(filters.FilterSet):
    """Exploratory sessions by words and status."""

    q = filters.CharFilter(label=_("Words"), method="having_words")
    status = filters.MultipleChoiceFilter(
        label=_("Status"), choices=SessionStatus.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Session
        fields: list[str] = []

    def having_words(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Those whose name or charter holds the words."""
        return queryset.filter(Q(name__icontains=value) | Q(charter__icontains=value))


class ConfigurationFilter(filters.FilterSet):
    """Configurations by their name or a part of it."""

    q = filters.CharFilter(label=_("Words"), field_name="name", lookup_expr="icontains")
    name = filters.CharFilter(label=_("Name"), lookup_expr="iexact")

    class Meta:
        model = Configuration
        fields: list[str] = []


class FailureClusterApiFilter(filters.FilterSet):
    """Causes of failures, for clients."""

    fingerprint = filters.UUIDFilter()
    q = filters.CharFilter(label=_("Words"), field_name="title", lookup_expr="icontains", max_length=LONGEST_WORDS)

    class Meta:
        model = FailureCluster
        fields: list[str] = []


class FailureRuleApiFilter(filters.FilterSet):
    """Rules, for clients."""

    cause = filters.ChoiceFilter(choices=FailureCause.choices)
    state = filters.ChoiceFilter(choices=RuleState.choices)

    class Meta:
        model = FailureRule
        fields: list[str] = []


class QuarantineApiFilter(filters.FilterSet):
    """Tests in quarantine, for clients."""

    in_force = filters.BooleanFilter(method="counting_today")

    class Meta:
        model = Quarantine
        fields: list[str] = []

    def counting_today(self, queryset: QuerySet, name: str, value: bool) -> QuerySet:
        """Those whose last day has not passed, or those whose day has."""
        in_force = Quarantine.objects.in_force().values("pk")
        return queryset.filter(pk__in=in_force) if value else queryset.exclude(pk__in=in_force)


class TestRunApiFilter(filters.FilterSet):
    """Runs, for clients that plan and execute them."""

    __test__ = False

    status = filters.ChoiceFilter(
        method="in_status",
        choices=[(word, word) for word in ("ACTIVE", "COMPLETED", "CANCELLED", "active", "completed", "cancelled")],
    )
    kind = filters.ChoiceFilter(choices=RunKind.choices)

    class Meta:
        model = TestRun
        fields: list[str] = []

    def in_status(self, queryset: QuerySet, name: str, word: str) -> QuerySet:
        """Runs that go on, came to their end, or did not."""
        word = word.lower()
        ended = [RunStatus.CANCELLED, RunStatus.INTERRUPTED] if word == RunStatus.CANCELLED else [word]
        return queryset.filter(status__in=ended)


class ExecutionFilter(filters.FilterSet):
    """Executions by their case, release, tester and verdict."""

    test_case_id = filters.NumberFilter(field_name="case_id", min_value=0, max_value=2**63 - 1)
    release_id = filters.NumberFilter(field_name="run__release_id", min_value=0, max_value=2**63 - 1)
    executor_id = filters.NumberFilter(field_name="executor_id", min_value=0, max_value=2**63 - 1)
    status = filters.ChoiceFilter(
        method="with_status", choices=[(word, word) for word in ("pass", "fail", "pending", "skipped")]
    )

    class Meta:
        model = Result
        fields: list[str] = []

    def with_status(self, queryset: QuerySet, name: str, word: str) -> QuerySet:
        """Executions that ended so."""
        meant = {"pass": ["passed"], "fail": FAILURES, "skipped": ["skipped"]}
        return queryset.filter(status__in=meant.get(word, ["blocked", "in_progress", "not_started"]))
