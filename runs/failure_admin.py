"""What is known of failures, in the data administration: looked at there, changed on its pages."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from qaportal.kit.admin import PortalModelAdmin

from .models import FailureCluster, FailureRule, Quarantine, RunCluster, TestStability


@admin.register(FailureCluster)
class FailureClusterAdmin(PortalModelAdmin):
    """Causes of failures."""

    noun, plural = _("cause of failures"), _("Causes of failures")
    view_permission = "run.view"
    has_trail = False
    list_display = ("title", "occurrences", "project", "first_seen", "last_seen")
    list_filter = ("last_seen", "project")
    list_select_related = ("project",)
    ordering = ("-last_seen", "-pk")
    fields = ("title", "fingerprint", "thrown_at", "occurrences", "project", "first_seen", "last_seen")


@admin.register(FailureRule)
class FailureRuleAdmin(PortalModelAdmin):
    """Rules that class failures."""

    noun, plural = _("rule for failures"), _("Rules for failures")
    view_permission = "run.view"
    list_display = ("name", "cause", "state", "ticket", "project", "expires_on")
    list_filter = ("cause", "state", "project")
    list_select_related = ("project",)
    ordering = ("-pk",)
    fields = (
        *("name", "cause", "state", "pattern", "fingerprint", "path_pattern", "ticket", "owner", "expires_on"),
        *("project", "fixed_at", "reopened_at", "created_by", "created_at"),
    )


@admin.register(Quarantine)
class QuarantineAdmin(PortalModelAdmin):
    """Tests whose failures do not count."""

    noun, plural = _("test in quarantine"), _("Quarantine")
    view_permission = "run.view"
    list_display = ("name", "reason", "case", "project", "expires_on", "lifted_at")
    list_filter = ("expires_on", "project")
    list_select_related = ("case", "project")
    ordering = ("-pk",)
    fields = ("name", "reason", "case", "project", "expires_on", "lifted_at", "created_by", "created_at")


@admin.register(RunCluster)
class RunClusterAdmin(PortalModelAdmin):
    """Causes of failures in runs."""

    noun, plural = _("cause in a run"), _("Causes in runs")
    view_permission = "run.view"
    has_trail = False
    list_display = ("cluster", "run", "tests", "quarantined", "rule", "project")
    list_filter = ("project",)
    list_select_related = ("cluster", "run", "rule", "project")
    ordering = ("-pk",)
    fields = ("cluster", "run", "tests", "quarantined", "rule", "project", "created_at", "updated_at")


@admin.register(TestStability)
class TestStabilityAdmin(PortalModelAdmin):
    """How tests that ever failed did lately."""

    noun, plural = _("stability of a test"), _("Stability of tests")
    view_permission = "run.view"
    has_trail = False
    list_display = ("name", "recent", "score", "runs", "case", "project", "last_seen")
    list_filter = ("last_seen", "project")
    list_select_related = ("case", "project")
    ordering = ("-pk",)
    fields = (
        *("name", "class_name", "test_key", "occurrence", "case", "recent", "runs", "score", "last_run", "project"),
        "last_seen",
    )
