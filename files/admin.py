"""Stored files in the data administration: read; they go with what names them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from qaportal.kit.admin import PortalModelAdmin

from .models import StoredFile


@admin.register(StoredFile)
class StoredFileAdmin(PortalModelAdmin):
    """What is stored, how much, and whether something names it."""

    noun, plural = _("file"), _("Files")
    list_display = ("name", "content_type", "size", "state", "project", "tenant", "created_by", "claimed_at")
    list_filter = ("state", "project", "tenant")
    list_select_related = ("project", "tenant", "created_by")
    search_fields = ("name", "sha256__exact")
    sortable_by = ()
    ordering = ("-pk",)
    fields = (
        *("name", "content_type", "encoding", "size", "sha256", "state", "external_url", "project", "tenant"),
        *("created_by", "created_at", "claimed_at"),
    )
