"""What accounts writes into the audit trail, in words."""

from django.utils.translation import gettext_lazy as _

from ..models import ApiToken, IdentityProvider, Invitation, Project, Role, Tenant, TenantDomain, User
from .words import Kind, Subject, register


def register_all() -> None:
    """Register the actions and the objects of accounts."""
    register(
        Subject(
            "tenant",
            _("Companies"),
            {
                "created": _("added a company"),
                "updated": _("changed a company"),
                "suspended": _("suspended a company"),
                "activated": _("let a company work again"),
                "deleted": _("deleted a company"),
                "restored": _("restored a company"),
                "signed_out_everywhere": _("ended every sign-in of a company"),
                "signed_out_without_second_factor": _("ended the sign-ins without a second factor"),
                "signed_out_of_passwords": _("ended the sign-ins by password"),
            },
        ),
        Subject(
            "user",
            _("People and sign-in"),
            {
                "created": _("added a person"),
                "registered": _("registered"),
                "registration_expired": _("removed a registration that nobody confirmed"),
                "updated": _("changed a person"),
                "suspended": _("suspended a person"),
                "activated": _("let a person work again"),
                "deleted": _("deleted a person"),
                "restored": _("restored a person"),
                "signed_in": _("signed in"),
                "signed_out": _("signed out"),
                "signed_out_everywhere": _("ended every sign-in of a person"),
                "sign_in_failed": _("failed to sign in"),
                "sign_in_refused": _("was not let in"),
                "locked_out": _("was locked out after too many attempts"),
                "linked": _("was linked to the identity provider"),
                "unlinked": _("was taken off the identity provider"),
                "email_verified": _("confirmed an address"),
                "verification_asked_for": _("asked for a link to confirm an address"),
                "password_changed": _("chose a new password"),
                "reset_asked_for": _("asked for a link to choose a password"),
                "reset_link_issued": _("made a link to choose a password"),
            },
        ),
        Subject(
            "second_factor",
            _("Second factors"),
            {
                "added": _("set up a second factor"),
                "updated": _("renamed a second factor"),
                "removed": _("removed a second factor"),
                "reset": _("took the second factors of a person away"),
            },
        ),
        Subject("recovery_codes", _("Second factors"), {"created": _("made new recovery codes")}),
        Subject("recovery_code", _("Second factors"), {"used": _("used a recovery code")}),
        Subject("session", _("People and sign-in"), {"revoked": _("ended a sign-in")}),
        Subject(
            "invitation",
            _("Invitations"),
            {
                "created": _("invited a person"),
                "resent": _("sent an invitation again"),
                "updated": _("changed an invitation"),
                "link_issued": _("made a link of an invitation"),
                "revoked": _("took an invitation back"),
                "accepted": _("accepted an invitation"),
            },
        ),
        Subject(
            "role",
            _("Roles"),
            {"created": _("created a role"), "updated": _("changed a role"), "deleted": _("deleted a role")},
        ),
        Subject(
            "member",
            _("Members of projects"),
            {
                "added": _("gave a role in a project"),
                "updated": _("changed a role in a project"),
                "removed": _("took a role in a project away"),
            },
        ),
        Subject(
            "api_token",
            _("API tokens"),
            {
                "created": _("made an API token"),
                "updated": _("changed an API token"),
                "revoked": _("revoked an API token"),
            },
        ),
        Subject(
            "domain",
            _("Mail domains"),
            {
                "added": _("added a mail domain"),
                "verified": _("confirmed a mail domain"),
                "removed": _("removed a mail domain"),
            },
        ),
        Subject(
            "identity_provider",
            _("Identity providers"),
            {
                "created": _("connected an identity provider"),
                "updated": _("changed an identity provider"),
                "removed": _("removed an identity provider"),
            },
        ),
        Subject(
            "project",
            _("Projects"),
            {
                "created": _("created a project"),
                "updated": _("changed a project"),
                "deleted": _("deleted a project"),
                "restored": _("restored a project"),
            },
        ),
        Subject("audit", _("Audit log"), {"exported": _("exported the audit log")}),
        Kind(Tenant, _("Company")),
        Kind(User, _("Person")),
        Kind(Role, _("Role")),
        Kind(Invitation, _("Invitation")),
        Kind(ApiToken, _("API token")),
        Kind(TenantDomain, _("Mail domain")),
        Kind(IdentityProvider, _("Identity provider")),
        Kind(Project, _("Project"), Project.objects.visible_to),
    )
