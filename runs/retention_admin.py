"""How long projects keep what runs leave behind, in the data administration: looked at there, changed on its page."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from qaportal.kit.admin import PortalModelAdmin

from .models import RetentionSweep, RetentionTerms


@admin.register(RetentionTerms)
class RetentionTermsAdmin(PortalModelAdmin):
    """For how many days projects keep results and files."""

    noun, plural = _("terms of retention"), _("Terms of retention")
    view_permission = "run.view"
    has_trail = False  # the trail of the project tells of its terms
    list_display = ("project", "results_days", "artifacts_days", "updated_by", "updated_at")
    list_filter = ("project",)
    list_select_related = ("project", "updated_by")
    ordering = ("-pk",)
    fields = ("project", "results_days", "artifacts_days", "created_by", "created_at", "updated_by", "updated_at")


@admin.register(RetentionSweep)
class RetentionSweepAdmin(PortalModelAdmin):
    """What the nights removed."""

    noun, plural = _("night of retention"), _("Nights of retention")
    view_permission = "run.view"
    has_trail = False
    list_display = ("started_at", "project", "results_days", "artifacts_days", "finished_at", "error")
    list_filter = ("started_at", "project")
    list_select_related = ("project",)
    ordering = ("-started_at", "-pk")
    fields = ("project", "started_at", "finished_at", "results_days", "artifacts_days", "counts", "error")
