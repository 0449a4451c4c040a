"""Rows of accounts' tables."""

from dataclasses import dataclass
from typing import Any

import django_tables2 as tables
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from qaportal.kit import drawing, wording
from qaportal.kit.errors import Decision
from qaportal.kit.tables import PortalTable
from qaportal.kit.templatetags import ui

from . import policies
from .choices import InvitationState, TenantStatus, TokenScope, UserStatus
from .forms.fields import roles_for_project
from .models import ApiToken, Invitation, Project, Role, Tenant, User

format_html_lazy = lazy(format_html, SafeString)


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A person as the members page shows him."""

    user: User
    role: Role
    is_own_role: bool
    """Whether the role was given in this project, not inherited from the company."""
    decision: Decision
    roles: list[Role]
    """The roles that the reader may give him."""


def member_rows(actor: User, project: Project) -> list[MemberRow]:
    """Everybody who reaches the project with his role there, in a constant number of queries."""
    people = list(
        User.objects.who_reach(project)
        .select_related("role", "tenant")
        .prefetch_related("memberships__role")
        .order_by("first_name", "last_name", "email")
    )
    offered = roles_for_project(actor, project)
    rows = []
    for user in people:
        own = {membership.project_id: membership.role for membership in user.memberships.all()}
        user.__dict__["roles_by_project"] = own
        role = user.role_in(project)
        if role is not None:
            decision = policies.can_change_member(actor, user, project)
            rows.append(MemberRow(user, role, project.pk in own, decision, offered))
    return rows


# -- lists of the administration -------------------------------------------------------------------------------------
_NEUTRAL = {"active": "enabled", "open": "pending"}
"""Statuses whose code another app uses for something that has a colour."""


def state_mark(state: Any) -> SafeString:
    """What has become of a person, a company, an invitation or a token, as glyph and word."""
    return drawing.status_html(_NEUTRAL.get(state.value, state.value), word=state.label)


def _nothing(words: str = "–") -> SafeString:
    return format_html('<span class="q-3">{}</span>', words)


def _clipped(words: str) -> SafeString:
    return format_html('<span class="q-clip" title="{}">{}</span>', words, words)


def _link(url: str, name: str) -> SafeString:
    """The name that opens the row."""
    return format_html('<a class="q-name" href="{}" title="{}">{}</a>', url, name, name)


def _column(label: Any, th: str = "", td: str = "", **options: Any) -> tables.Column:
    """A column with the classes of its head and of its cells; it sorts only where that is said."""
    attrs = {"th": {"class": th}, "td": {"class": td}}
    return tables.Column(verbose_name=label, empty_values=(), attrs=attrs, **{"orderable": False} | options)


def _actions(template: str) -> tables.TemplateColumn:
    """The column with the buttons of a row."""
    return tables.TemplateColumn(
        template_name=template,
        verbose_name=format_html_lazy('<span class="visually-hidden">{}</span>', gettext_lazy("Actions")),
        orderable=False,
        attrs={"th": {"class": "w-sig q-r"}, "td": {"class": "c-side q-r"}},
    )


class ListTable(PortalTable):
    """Base of the lists of the administration: `hidden` names the columns that this reader does not get."""

    def __init__(self, *args: Any, hidden: tuple[str, ...] = (), **kwargs: Any) -> None:
        """Leave the hidden columns out."""
        super().__init__(*args, exclude=hidden, **kwargs)

    class Meta(PortalTable.Meta):
        order_by_field = "sort"


class PersonTable(ListTable):
    """The people of a company, or of all for the platform's administrator; `actor` is the reader."""

    caption = gettext_lazy("People")
    pick = _column(
        format_html_lazy(
            '<input class="form-check-input" type="checkbox" aria-label="{}">',
            gettext_lazy("Pick everybody on this page"),
        ),
        *("w-check", "c-check"),
    )
    name = _column(gettext_lazy("Name"), "", "c-title", orderable=True, order_by=("first_name", "last_name", "pk"))
    email = _column(gettext_lazy("E-mail"), "", "c-sub", orderable=True)
    role = _column(gettext_lazy("Role"), "w-words", "c-side")
    company = _column(
        gettext_lazy("Company"), "w-sig q-wide", "q-wide", orderable=True, order_by=("tenant__name", "pk")
    )
    status = _column(gettext_lazy("Status"), "w-status", "c-status", orderable=True)
    way = _column(gettext_lazy("Signs in by"), "w-sig q-wide", "q-wide")
    last_login = _column(gettext_lazy("Last sign-in"), "w-sig q-r q-wide", "q-r q-wide", orderable=True)

    class Meta(ListTable.Meta):
        model = User
        fields: tuple[str, ...] = ()
        sequence = ("pick", "name", "email", "role", "company", "status", "way", "last_login")

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        """Keep the reader, whose rights decide who can be picked."""
        self.actor = actor
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
            '<input class="form-check-input" type="checkbox" name="ids" value="{}" form="picked" aria-label="{}">',
            record.pk,
            _("Pick %s") % record.full_name,
        )

    def render_name(self, record: User) -> SafeString:
        """Avatar and name, which opens the person."""
        avatar = format_html('<span class="q-avatar" aria-hidden="true">{}</span>', record.initials)
        link = _link(reverse("accounts:person_detail", args=[record.pk]), record.full_name)
        mark = format_html('<span class="q-tag">{}</span>', _("you")) if record.pk == self.actor.pk else ""
        return format_html('<span class="q-person">{}{}{}</span>', avatar, link, mark)

    def render_email(self, record: User) -> SafeString:
        """The address."""
        return _clipped(record.email)

    def render_role(self, record: User) -> str:
        """The role in the company."""
        return _clipped(record.role.label)

    def render_company(self, record: User) -> SafeString:
        """The company, for those who see several."""
        return _clipped(record.tenant.name) if record.tenant else _nothing(_("Platform"))

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
    email = _column(gettext_lazy("E-mail"), "", "c-title")
    company = _column(gettext_lazy("Company"), "w-sig q-wide", "q-wide")
    role = _column(gettext_lazy("Role"), "w-sig", "c-sub")
    state = _column(gettext_lazy("State"), "w-status", "c-status")
    expires_at = _column(gettext_lazy("Until"), "w-id q-wide", "q-wide")
    invited_by = _column(gettext_lazy("Invited by"), "w-sig q-wide", "q-wide")
    actions = _actions("accounts/_invitation_actions.html")

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
        return _clipped(record.tenant.name)

    def render_role(self, record: Invitation) -> SafeString:
        """The role that waits."""
        return _clipped(record.role.label)

    def render_state(self, record: Invitation) -> SafeString:
        """What has become of it."""
        return state_mark(record.state)

    def render_expires_at(self, record: Invitation) -> SafeString | str:
        """Until when the link works, or when it was used."""
        if record.state == InvitationState.REVOKED:
            return _nothing()
        return ui.timeago(record.accepted_at or record.expires_at)

    def render_invited_by(self, record: Invitation) -> SafeString:
        """Who invited."""
        return ui.person(record.invited_by)


class TokenTable(ListTable):
    """API tokens, the newest first."""

    caption = gettext_lazy("API tokens, the newest first")
    name = _column(gettext_lazy("Name"), "", "c-title")
    owner = _column(gettext_lazy("Acts as"), "w-sig q-wide", "q-wide")
    company = _column(gettext_lazy("Company"), "w-sig q-wide", "q-wide")
    scopes = _column(gettext_lazy("May"), "w-words q-wide", "q-wide")
    project = _column(gettext_lazy("Project"), "w-id q-wide", "q-wide")
    state = _column(gettext_lazy("State"), "w-status", "c-status")
    expires_at = _column(gettext_lazy("Expires"), "w-id q-wide", "q-wide")
    last_used_at = _column(gettext_lazy("Last used"), "w-sig", "c-sub")
    actions = _actions("accounts/_token_actions.html")

    class Meta(ListTable.Meta):
        model = ApiToken
        fields: tuple[str, ...] = ()
        sequence = ("name", "owner", "company", "scopes", "project", "state", "expires_at", "last_used_at", "actions")

    def render_name(self, record: ApiToken) -> SafeString:
        """The name and the beginning, which tells tokens apart."""
        return format_html(
            '<span class="q-row"><span class="q-name" title="{}">{}</span><span class="q-3 q-mono">{}…</span></span>',
            record.name,
            record.name,
            record.prefix,
        )

    def render_owner(self, record: ApiToken) -> SafeString:
        """As whom it acts."""
        return ui.person(record.user)

    def render_company(self, record: ApiToken) -> SafeString:
        """Whose it is."""
        return _clipped(record.user.tenant.name) if record.user.tenant else _nothing(_("Platform"))

    def render_scopes(self, record: ApiToken) -> SafeString:
        """What it may do, in words."""
        return _clipped(", ".join(str(TokenScope(scope).label) for scope in record.scopes))

    def render_project(self, record: ApiToken) -> SafeString:
        """The project that bounds it."""
        if record.project is None:
            return _nothing(_("All"))
        return format_html('<span class="q-id" title="{}">{}</span>', record.project.name, record.project.key)

    def render_state(self, record: ApiToken) -> SafeString:
        """What has become of it."""
        return state_mark(record.state)

    def render_expires_at(self, record: ApiToken) -> SafeString | str:
        """When it ends by itself."""
        return ui.timeago(record.expires_at)

    def render_last_used_at(self, record: ApiToken) -> SafeString | str:
        """When it was used last."""
        return ui.timeago(record.last_used_at, empty=_("Not used yet"))


class CompanyTable(ListTable):
    """All companies, for the platform's administrator."""

    caption = gettext_lazy("Companies")
    name = _column(gettext_lazy("Name"), "", "c-title", orderable=True, order_by=("name", "pk"))
    slug = _column(gettext_lazy("Slug"), "w-sig", "c-sub", orderable=True)
    status = _column(gettext_lazy("Status"), "w-status", "c-status", orderable=True)
    people = _column(gettext_lazy("People"), "w-time q-r", "c-side q-r", orderable=True)
    tier = _column(
        gettext_lazy("Subscription"), "w-sig q-wide", "q-wide", orderable=True, order_by=("subscription_tier", "pk")
    )
    created_at = _column(gettext_lazy("Since"), "w-sig q-r q-wide", "q-r q-wide", orderable=True)

    class Meta(ListTable.Meta):
        model = Tenant
        fields: tuple[str, ...] = ()
        sequence = ("name", "slug", "status", "people", "tier", "created_at")

    def render_name(self, record: Tenant) -> SafeString:
        """The name, which opens the company."""
        return _link(reverse("accounts:company_detail", args=[record.pk]), record.name)

    def render_slug(self, record: Tenant) -> SafeString:
        """Its name for API clients."""
        return _clipped(record.slug)

    def render_status(self, record: Tenant) -> SafeString:
        """Whether it may work."""
        return state_mark(TenantStatus(record.status))

    def render_people(self, record: Tenant) -> SafeString:
        """How many people it has, of how many seats; where no head says what is counted, the words do."""
        shown = wording.number(record.people)
        if record.max_users:
            shown = _("%(taken)s of %(most)s") % {"taken": shown, "most": wording.number(record.max_users)}
        words = ngettext("person", "people", record.max_users or record.people)
        return format_html('{}<span class="q-narrow">&nbsp;{}</span>', shown, words)

    def render_tier(self, record: Tenant) -> SafeString | str:
        """What it has subscribed to."""
        return record.subscription_tier or _nothing()

    def render_created_at(self, record: Tenant) -> SafeString | str:
        """Since when it is here."""
        return ui.timeago(record.created_at)
