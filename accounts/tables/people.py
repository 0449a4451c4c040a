"""Columns of the people and of the invitations."""

from collections.abc import Collection
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qaportal.kit.templatetags import ui

from .. import policies
from ..choices import InvitationState, UserStatus
from ..models import Invitation, User
from .base import ListTable, actions, clipped, column, format_html_lazy, link, nothing, state_mark


class PersonTable(ListTable):
    """The people of a company, or of all for the platform's administrator; `actor` is the reader."""

    caption = gettext_lazy("People")
    pick = column(
        format_html_lazy(
            '<input class="form-check-input" type="checkbox" aria-label="{}">',
            gettext_lazy("Pick everybody on this page"),
        ),
        *("w-check", "c-check"),
    )
    name = column(gettext_lazy("Name"), "", "c-title", orderable=True, order_by=("first_name", "last_name", "pk"))
    email = column(gettext_lazy("E-mail"), "", "c-sub", orderable=True)
    role = column(gettext_lazy("Role"), "w-words", "c-side")
    company = column(gettext_lazy("Company"), "w-sig q-wide", "q-wide", orderable=True, order_by=("tenant__name", "pk"))
    status = column(gettext_lazy("Status"), "w-status", "c-status", orderable=True)
    way = column(gettext_lazy("Signs in by"), "w-sig q-wide", "q-wide")
    last_login = column(gettext_lazy("Last sign-in"), "w-sig q-r q-wide", "q-r q-wide", orderable=True)

    class Meta(ListTable.Meta):
        model = User
        fields: tuple[str, ...] = ()
        sequence = ("pick", "name", "email", "role", "company", "status", "way", "last_login")

    def __init__(self, *args: Any, actor: User, picked: Collection[str] = (), **kwargs: Any) -> None:
        """Keep the reader, whose rights decide who can be picked, and whom he had picked already."""
        self.actor, self.picked = actor, picked
        super().__init__(*args, **kwargs)

    def order_last_login(self, queryset: QuerySet, is_descending: bool) -> tuple[QuerySet, bool]:
        """Whoever never signed in stands last either way."""
        moment = F("last_login")
        order = moment.desc(nulls_last=True) if is_descending else moment.asc(nulls_last=True)
        return queryset.order_by(order, "pk"), True

    def render_pick(self, record: User) -> SafeString | str:
        """A checkbox for whoever the reader may suspend."""
        decision = policies.can_end_user(self.actor, record)
        if not decision:
            return format_html('<span class="q-check-none" title="{}"></span>', decision.reason)
        return format_html(
            '<input class="form-check-input" type="checkbox" name="ids" value="{}" form="picked" aria-label="{}"{}>',
            record.pk,
            _("Pick %s") % record.full_name,
            SafeString(" checked") if str(record.pk) in self.picked else "",
        )

    def render_name(self, record: User) -> SafeString:
        """Avatar and name, which opens the person."""
        avatar = format_html('<span class="q-avatar" aria-hidden="true">{}</span>', record.initials)
        name = link(reverse("accounts:person_detail", args=[record.pk]), record.full_name)
        mark = format_html('<span class="q-tag">{}</span>', _("you")) if record.pk == self.actor.pk else ""
        return format_html('<span class="q-person">{}{}{}</span>', avatar, name, mark)

    def render_email(self, record: User) -> SafeString:
        """The address."""
        return clipped(record.email)

    def render_role(self, record: User) -> str:
        """The role in the company."""
        return clipped(record.role.label)

    def render_company(self, record: User) -> SafeString:
        """The company, for those who see several."""
        return clipped(record.tenant.name) if record.tenant else nothing(_("Platform"))

    def render_status(self, record: User) -> SafeString:
        """Whether the person may sign in."""
        return state_mark(UserStatus(record.status))

    def render_way(self, record: User) -> str:
        """By password, or through the company's identity provider."""
        return _("Password") if record.auth_provider == "local" else _("Identity provider")

    def render_last_login(self, record: User) -> SafeString | str:
        """When the person signed in last."""
        return ui.timeago(record.last_login)


class InvitationTable(ListTable):
    """Invitations, the newest first."""

    caption = gettext_lazy("Invitations, the newest first")
    email = column(gettext_lazy("E-mail"), "", "c-title")
    company = column(gettext_lazy("Company"), "w-sig q-wide", "q-wide")
    role = column(gettext_lazy("Role"), "w-sig", "c-sub")
    state = column(gettext_lazy("State"), "w-status", "c-status")
    expires_at = column(gettext_lazy("Until"), "w-id q-wide", "q-wide")
    invited_by = column(gettext_lazy("Invited by"), "w-sig q-wide", "q-wide")
    actions = actions("accounts/_invitation_actions.html")

    class Meta(ListTable.Meta):
        model = Invitation
        fields: tuple[str, ...] = ()
        sequence = ("email", "company", "role", "state", "expires_at", "invited_by", "actions")

    def render_email(self, record: Invitation) -> SafeString:
        """The address, after the name where one was given."""
        name = f"{record.first_name} {record.last_name}".strip()
        address = format_html('<span class="q-name" title="{}">{}</span>', record.email, record.email)
        return format_html('<span class="q-row">{}<span class="q-3 q-clip">{}</span></span>', address, name)

    def render_company(self, record: Invitation) -> SafeString:
        """Who invites."""
        return clipped(record.tenant.name)

    def render_role(self, record: Invitation) -> SafeString:
        """The role that waits."""
        return clipped(record.role.label)

    def render_state(self, record: Invitation) -> SafeString:
        """What has become of it."""
        return state_mark(record.state)

    def render_expires_at(self, record: Invitation) -> SafeString | str:
        """Until when the link works, or when it was used."""
        if record.state == InvitationState.REVOKED:
            return nothing()
        return ui.timeago(record.accepted_at or record.expires_at)

    def render_invited_by(self, record: Invitation) -> SafeString:
        """Who invited."""
        return ui.person(record.invited_by)
