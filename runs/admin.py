"""Runs, their tests, results and reports in the data administration."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from qaportal.kit.admin import NarrowedFilter, PortalModelAdmin
from qaportal.kit.errors import Decision

from . import failure_admin, policies, retention_admin  # noqa: F401 - register their own
from .models import Configuration, ReportImport, Result, RunCase, Session, TestRun
from .services import configurations, runs, sessions


class OfRun(NarrowedFilter):
    """The tests of one run."""

    title = _("run")
    parameter_name = lookup = "run"
    hint = _("Open a run and follow: Tests")


class OfTest(NarrowedFilter):
    """The attempts of one test."""

    title = _("test")
    parameter_name = lookup = "run_case"
    hint = _("Open a test and follow: Attempts")


@admin.register(TestRun)
class TestRunAdmin(PortalModelAdmin):
    """Runs: renamed, finished and deleted."""

    plural = _("Runs")
    view_permission = "run.view"
    changes = deletes = True
    list_display = ("number", "name", "kind", "status", "release", "project", "started_at")
    list_filter = ("status", "kind", "started_at", "project")
    list_select_related = ("release", "project")
    search_fields = ("name", "branch", "build", "external_id")
    sortable_by = ("started_at",)
    ordering = ("-started_at", "-pk")
    told = (
        *("number", "kind", "release", "project", "branch", "external_id", "started_at", "finished_at"),
        *("count_passed", "count_failed", "count_error", "count_skipped", "created_by", "created_at", "updated_at"),
    )
    fields = ("name", "description", "environment", "build", "status", *told)
    readonly_fields = told
    related_lists = (("runs_runcase", "run", _("Tests")),)

    def may_change(self, user: User, row: TestRun) -> Decision:
        """Whether the user may change the run."""
        return policies.can_edit_run(user, row)

    def may_delete(self, user: User, row: TestRun) -> Decision:
        """Whether the user may delete the run."""
        return policies.can_delete_run(user, row)

    def update(self, actor: User, row: TestRun, fields: dict[str, Any], if_match: str) -> TestRun:
        """Rename or finish the run."""
        return runs.update_run(actor=actor, run=row, if_match=if_match, **fields)

    def delete(self, actor: User, row: TestRun, if_match: str | None) -> None:
        """Hide the run; the verdicts it set stay."""
        runs.delete_run(actor=actor, run=row, if_match=if_match)


@admin.register(RunCase)
class RunCaseAdmin(PortalModelAdmin):
    """The tests of one run."""

    noun, plural = _("test of a run"), _("Tests of runs")
    view_permission = "run.view"
    has_trail = False
    list_display = ("name", "status", "case", "attempts", "is_flaky", "duration_ms")
    list_filter = (OfRun, "status")
    list_select_related = ("case",)
    ordering = ("position", "pk")
    fields = (
        *("name", "class_name", "run", "case", "project", "status", "attempts", "is_flaky", "matched_by"),
        *("automation_key", "error_summary", "executed_at", "duration_ms"),
    )
    related_lists = (("runs_result", "run_case", _("Attempts")),)


@admin.register(Result)
class ResultAdmin(PortalModelAdmin):
    """The attempts of one test."""

    noun, plural = _("result"), _("Results")
    view_permission = "run.view"
    has_trail = False
    list_display = ("attempt", "status", "source", "executor", "executed_at", "duration_ms")
    list_filter = (OfTest,)
    list_select_related = ("executor",)
    ordering = ("attempt", "pk")
    fields = (
        *("attempt", "name", "class_name", "run", "run_case", "project", "status", "source", "executor", "notes"),
        *("error_message", "stack_trace", "output", "started_at", "executed_at", "duration_ms"),
    )


@admin.register(ReportImport)
class ReportImportAdmin(PortalModelAdmin):
    """Uploaded reports and what became of them."""

    plural = _("Reports")
    view_permission = "run.view"
    list_display = ("file_name", "format", "state", "run", "project", "created_by", "created_at")
    list_filter = ("state", "created_at", "project")
    list_select_related = ("run", "project", "created_by")
    search_fields = ("file_name", "sha256__exact")
    sortable_by = ("created_at",)
    ordering = ("-created_at", "-pk")
    fields = (
        *("file_name", "format", "state", "error", "run", "project", "file", "sha256", "repaired", "creates_cases"),
        *("created_by", "created_at", "finished_at"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """The reports without what was asked and counted."""
        return super().get_queryset(request).defer("request", "warnings", "counts")


@admin.register(Configuration)
class ConfigurationAdmin(PortalModelAdmin):
    """Configurations: their rows of values are changed on their own page."""

    view_permission = "run.view"
    changes = deletes = True
    list_display = ("name", "in_words", "project", "created_at")
    list_filter = ("project",)
    list_select_related = ("project",)
    search_fields = ("name",)
    ordering = ("name", "-pk")
    fields = ("name", "in_words", "project", "created_by", "created_at", "updated_at")
    readonly_fields = ("in_words", "project", "created_by", "created_at", "updated_at")

    def may_change(self, user: User, row: Configuration) -> Decision:
        """Whether the user may change the configuration."""
        return policies.can_edit_configurations(user, row.project)

    def may_delete(self, user: User, row: Configuration) -> Decision:
        """Whether the user may delete the configuration."""
        return policies.can_edit_configurations(user, row.project)

    def update(self, actor: User, row: Configuration, fields: dict[str, Any], if_match: str) -> Configuration:
        """Rename the configuration."""
        return configurations.update_configuration(actor=actor, configuration=row, if_match=if_match, **fields)

    def delete(self, actor: User, row: Configuration, if_match: str | None) -> None:
        """Offer the configuration no more; its runs keep it."""
        configurations.delete_configuration(actor=actor, configuration=row, if_match=if_match)


@admin.register(Session)
class SessionAdmin(PortalModelAdmin):
    """Exploratory sessions: renamed and deleted; the timer runs on their own page."""

    view_permission = "run.view"
    changes = deletes = True
    list_display = ("name", "status", "assigned_to", "project", "started_at", "finished_at")
    list_filter = ("status", "project")
    list_select_related = ("project", "assigned_to")
    search_fields = ("name",)
    ordering = ("-pk",)
    told = (
        *("status", "estimate", "worked", "assigned_to", "release", "project", "started_at", "finished_at"),
        *("created_by", "created_at", "updated_at"),
    )
    fields = ("name", "charter", *told)
    readonly_fields = told

    def may_change(self, user: User, row: Session) -> Decision:
        """Whether the user may change the session."""
        return policies.can_edit_sessions(user, row.project)

    def may_delete(self, user: User, row: Session) -> Decision:
        """Whether the user may delete the session."""
        return policies.can_delete_sessions(user, row.project)

    def update(self, actor: User, row: Session, fields: dict[str, Any], if_match: str) -> Session:
        """Change name and charter."""
        return sessions.update_session(actor=actor, session=row, if_match=if_match, **fields)

    def delete(self, actor: User, row: Session, if_match: str | None) -> None:
        """Hide the session with its notes."""
        sessions.delete_session(actor=actor, session=row, if_match=if_match)
