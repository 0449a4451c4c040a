"""What releases writes into the audit trail, in words."""

from django.utils.translation import gettext_lazy as _

from accounts.audit.words import Kind, Subject, register

from .models import Milestone, Release, ReleaseCase


def register_all() -> None:
    """Register the actions and the objects of releases."""
    register(
        Subject(
            "release",
            _("Releases"),
            {
                "created": _("created a release"),
                "updated": _("changed a release"),
                "deleted": _("deleted a release"),
                "scope_changed": _("changed the scope of a release"),
                "assigned": _("gave cases of a release to somebody"),
            },
        ),
        Subject(
            "release_case",
            _("Verdicts"),
            {
                "executed": _("set a verdict"),
                "updated": _("changed the details of a verdict"),
            },
        ),
        Subject(
            "milestone",
            _("Milestones"),
            {
                "created": _("planned a milestone"),
                "updated": _("changed a milestone"),
                "deleted": _("deleted a milestone"),
            },
        ),
        Kind(
            Milestone,
            _("Milestone"),
            lambda reader: Milestone.objects.visible_to(reader).select_related("project"),
        ),
        Kind(Release, _("Release"), lambda reader: Release.objects.visible_to(reader).select_related("project")),
        Kind(
            ReleaseCase,
            _("Case in a release"),
            lambda reader: ReleaseCase.objects.visible_to(reader).select_related("release__project"),
            lambda row: row.release.get_absolute_url(),
        ),
    )
