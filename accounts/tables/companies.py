"""Columns of the companies."""

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from qaportal.kit import wording
from qaportal.kit.templatetags import ui

from ..choices import TenantStatus
from ..models import Tenant
from .base import ListTable, clipped, column, link, nothing, state_mark


class CompanyTable(ListTable):
    """All companies, for the platform's administrator."""

    caption = gettext_lazy("Companies")
    name = column(gettext_lazy("Name"), "", "c-title", orderable=True, order_by=("name", "pk"))
    slug = column(gettext_lazy("Slug"), "w-sig", "c-sub", orderable=True)
    status = column(gettext_lazy("Status"), "w-status", "c-status", orderable=True)
    people = column(gettext_lazy("People"), "w-time q-r", "c-side q-r", orderable=True)
    tier = column(
        gettext_lazy("Subscription"), "w-sig q-wide", "q-wide", orderable=True, order_by=("subscription_tier", "pk")
    )
    created_at = column(gettext_lazy("Since"), "w-sig q-r q-wide", "q-r q-wide", orderable=True)

    class Meta(ListTable.Meta):
        model = Tenant
        fields: tuple[str, ...] = ()
        sequence = ("name", "slug", "status", "people", "tier", "created_at")

    def render_name(self, record: Tenant) -> SafeString:
        """The name, which opens the company."""
        return link(reverse("accounts:company_detail", args=[record.pk]), record.name)

    def render_slug(self, record: Tenant) -> SafeString:
        """Its name for API clients."""
        return clipped(record.slug)

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
        return record.subscription_tier or nothing()

    def render_created_at(self, record: Tenant) -> SafeString | str:
        """Since when it is here."""
        return ui.timeago(record.created_at)
