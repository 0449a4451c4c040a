"""What files writes into the audit trail, in words."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.audit.words import Kind, Subject, register

from .models import StoredFile


def register_all() -> None:
    """Register the actions and the objects of files."""
    register(
        Subject(
            "file",
            _("Files"),
            {
                "announced": _("announced a file"),
                "stored": _("stored a file"),
                "claimed": _("attached a file"),
                "removed": _("removed a file"),
                "lost": _("noticed that a file was lost"),
                "delivered": _("brought a file to the storage that had waited for it"),
                "found": _("noticed that a lost file was back"),
            },
        ),
        Kind(
            StoredFile,
            _("File"),
            lambda reader: StoredFile.objects.visible_to(reader).select_related("project"),
            lambda file: reverse("files:download", args=[file.project.key, file.pk]),
        ),
    )
