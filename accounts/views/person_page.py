"""What the page of a person shows, in a constant number of queries."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from qaportal.kit.concurrency import etag
from qaportal.kit.errors import Decision, Denied

from .. import audit, policies
from ..audit.words import nobody_of, words_of
from ..forms.fields import roles_for_project
from ..forms.people import PersonForm, ProjectRoleForm
from ..models import ApiToken, AuditEntry, Membership, Project, Role, User
from ..permissions import decide
from ..sign_in.reauthentication import typed_before
from ..sign_in.second_factor import has_second_factor
from .control_page import ControlPage

MOST_TOKENS = 20
MOST_ENTRIES = 10
EDITABLE = ("first_name", "last_name", "email", "role")


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """A role in one project."""

    membership: Membership
    decision: Decision
    """Whether the reader may change it."""
    roles: list[Role]
    """The roles that he may give there."""

    @property
    def control(self) -> str:
        """What a refusal of a change names."""
        return f"project-{self.membership.project_id}"


def membership_rows(actor: User, person: User) -> list[MembershipRow]:
    """The person's roles in the projects that the reader sees."""
    visible = Project.objects.visible_to(actor).order_by().values("pk")
    rows = person.memberships.for_list().filter(project__in=visible)
    sample = Project(tenant_id=person.tenant_id)
    offered = roles_for_project(actor, sample) if person.tenant_id is not None else []
    return [MembershipRow(row, policies.can_change_member(actor, person, row.project), offered) for row in rows]


@dataclass(frozen=True, slots=True)
class Activity:
    """One entry of the trail on the page of a person: what is plain there is left out."""

    words: str
    who: str
    """Who did it, when it was somebody else."""
    what: str
    """What it was done to, when it was something else."""
    moment: datetime


def recent_activity(reader: User, person: User) -> list[Activity]:
    """The newest entries of the trail that the person wrote or that tell of him, as far as the reader sees them.

    Each half has an index of its own; one query for both would read the whole trail of the company.
    """
    visible = AuditEntry.objects.visible_to(reader).select_related("actor").order_by("-pk")
    found = [*visible.filter(actor=person)[:MOST_ENTRIES], *visible.about(person)[:MOST_ENTRIES]]
    entries = {entry.pk: entry for entry in found}.values()
    newest = sorted(entries, key=lambda entry: (entry.created_at, entry.pk), reverse=True)[:MOST_ENTRIES]
    return [_activity(entry, person) for entry in newest]


def _activity(entry: AuditEntry, person: User) -> Activity:
    who = entry.actor.full_name if entry.actor else nobody_of(entry.action)
    is_about = (entry.target_type, entry.target_id) == (person._meta.label_lower, str(person.pk))
    return Activity(
        words=words_of(entry.action),
        who="" if entry.actor_id == person.pk else who,
        what="" if is_about else entry.target_label,
        moment=entry.created_at,
    )


def _living(decision: Decision, person: User) -> Decision:
    """The decision, or that nothing of a deleted person can be changed."""
    if decision and person.deleted_at:
        return Denied(_("This person is deleted. Restore him first."), "deleted")
    return decision


@dataclass
class PersonPage(ControlPage):
    """The page of one person."""

    template = "accounts/person_detail.html"
    person: User
    form: PersonForm | None = None
    project_form: ProjectRoleForm | None = None

    @property
    def address(self) -> str:
        """Where the page is found."""
        return reverse("accounts:person_detail", args=[self.person.pk])

    def context(self) -> dict[str, Any]:
        """Everything that the template needs."""
        reader, person = self.request.user, self.person
        initial = audit.snapshot(person, EDITABLE) | {"if_match": etag(person)} | typed_before(self.request)
        decision = _living(policies.can_manage_user(reader, person), person)
        return {
            "person": person,
            "crumbs": [(_("People"), reverse("accounts:person_list")), (person.full_name, "")],
            "form": self.form or PersonForm(initial=initial, person=person, actor=reader),
            "decision": decision,
            "end_decision": policies.can_end_user(reader, person),
            "reset_decision": policies.can_copy_reset_link(reader, person),
            "has_second_factor": has_second_factor(person),
            "memberships": membership_rows(reader, person),
            "project_form": self._project_form(decision),
            "is_everywhere": person.is_tenant_admin,
            "tokens": ApiToken.objects.visible_to(reader).filter(user=person).for_list()[:MOST_TOKENS],
            "sees_tokens": bool(decide(reader, "token.manage")) or reader.pk == person.pk,
            "activity": recent_activity(reader, person),
        }

    def _project_form(self, decision: Decision) -> ProjectRoleForm | None:
        """The form for a role in one more project; none for whom it would change nothing."""
        if not decision or self.person.is_tenant_admin:
            return None
        return self.project_form or ProjectRoleForm(person=self.person, actor=self.request.user)
