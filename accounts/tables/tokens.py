"""Columns of the API tokens."""

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qaportal.kit.templatetags import ui

from ..choices import TokenScope
from ..models import ApiToken
from .base import ListTable, actions, clipped, column, nothing, state_mark


class TokenTable(ListTable):
    """API tokens, the newest first."""

    caption = gettext_lazy("API tokens, the newest first")
    name = column(gettext_lazy("Name"), "", "c-title")
    owner = column(gettext_lazy("Acts as"), "w-sig q-wide", "q-wide")
    company = column(gettext_lazy("Company"), "w-sig q-wide", "q-wide")
    scopes = column(gettext_lazy("May"), "w-words q-wide", "q-wide")
    project = column(gettext_lazy("Project"), "w-id q-wide", "q-wide")
    state = column(gettext_lazy("State"), "w-status", "c-status")
    expires_at = column(gettext_lazy("Expires"), "w-id q-wide", "q-wide")
    last_used_at = column(gettext_lazy("Last used"), "w-sig", "c-sub")
    actions = actions("accounts/_token_actions.html")

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
        return clipped(record.user.tenant.name) if record.user.tenant else nothing(_("Platform"))

    def render_scopes(self, record: ApiToken) -> SafeString:
        """What it may do, in words."""
        return clipped(", ".join(str(TokenScope(scope).label) for scope in record.scopes))

    def render_project(self, record: ApiToken) -> SafeString:
        """The project that bounds it."""
        if record.project is None:
            return nothing(_("All"))
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
