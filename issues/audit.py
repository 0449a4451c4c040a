"""What issues writes into the audit trail, in words."""

from django.utils.translation import gettext_lazy as _

from accounts.audit.words import Kind, Subject, register

from .models import Issue


def register_all() -> None:
    """Register the actions and the objects of issues."""
    register(
        Subject(
            "issue",
            _("Issues"),
            {
                "created": _("wrote an issue"),
                "updated": _("changed an issue"),
                "deleted": _("deleted an issue"),
                "linked": _("said where an issue was seen"),
                "unlinked": _("took back where an issue was seen"),
            },
        ),
        Kind(Issue, _("Issue"), lambda reader: Issue.objects.visible_to(reader).select_related("project")),
    )
