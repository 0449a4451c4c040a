"""The pages of the audit log."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.paginator import Page
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from qaportal.kit.paging import CappedPaginator
from qaportal.kit.text import key_in
from qaportal.kit.views import FilteredListView, FragmentMixin

from .. import policies
from ..audit.export import csv_lines
from ..audit.filters import AuditFilter, people
from ..audit.reading import shown
from ..audit.tables import AuditTable
from ..models import AuditEntry
from ..services.audit_exports import record_export

FILTER_FIELDS = ("person", "action", "kind", "object", "project", "company", "since", "until", "correlation")
LIST_KEYS = ("page", "before", "entry")


def _kept(request: HttpRequest, *without: str) -> list[tuple[str, str]]:
    """What a form carries along in hidden fields: the query without the named keys."""
    return [(name, value) for name, value in request.GET.items() if name not in without and value]


def _address(request: HttpRequest, **changes: Any) -> str:
    """The current address with keys replaced, or removed by None."""
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = str(value)
    return f"{request.path}?{query.urlencode()}" if query else request.path


class AuditListView(LoginRequiredMixin, FragmentMixin, FilteredListView):
    """The audit log; htmx asks for the list with its drawer, `#panes`."""

    table_class, filterset_class, fragment = AuditTable, AuditFilter, "panes"
    template_name = "accounts/audit_list.html"
    paginator_class = CappedPaginator

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The list, for those who may read it."""
        policies.can_read_audit_log(request.user).require()
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet:
        """The entries the user may see, the newest first."""
        return AuditEntry.objects.visible_to(self.request.user).for_list()

    @cached_property
    def opened(self) -> AuditEntry | None:
        """The entry whose drawer is open."""
        key = key_in(self.request.GET.get("entry", ""))
        return None if key is None else self.get_queryset().filter(pk=key).first()

    def get_table_kwargs(self) -> dict[str, Any]:
        """Which row is open, and where a row leads."""
        return {
            "opened": self.opened.pk if self.opened else None,
            "link_to": lambda entry: _address(self.request, entry=entry.pk),
            "shows_company": self.request.user.is_super_admin,
        }

    def chips(self, filterset: Any) -> list[dict[str, str]]:
        """The active filters; a person is called by his name."""
        chips = [chip for chip in super().chips(filterset) if chip["name"] != "before"]
        for chip in chips:
            if chip["name"] == "person" and key_in(chip["value"]) is not None:
                person = people(self.request.user, chip["value"]).first()
                chip["value"] = person.full_name if person else chip["value"]
            elif chip["name"] in {"action", "kind", "project", "company"}:
                chip["value"] = _chosen(filterset.form, chip["name"]) or chip["value"]
        return chips

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The list, the drawer and what leads on."""
        context = super().get_context_data(**kwargs)
        query = self.request.GET.copy()
        for name in (*LIST_KEYS, "per_page"):
            query.pop(name, None)
        context.update(
            drawer=shown(self.opened, self.request.user) if self.opened else None,
            close_url=_address(self.request, entry=None),
            older_url=self.older_url(context["page_obj"]),
            newest_url=_address(self.request, before=None, page=None, entry=None),
            export_url=f"{reverse('accounts:audit_export')}?{query.urlencode()}",
            kept_by_search=_kept(self.request, "q", *LIST_KEYS),
            kept_by_filters=_kept(self.request, *FILTER_FIELDS, *LIST_KEYS),
            is_filtered=any(self.request.GET.get(name) for name in ("q", *FILTER_FIELDS)),
        )
        return context

    def older_url(self, page: Page) -> str:
        """What stands below the last page that is counted."""
        rows = list(page.object_list)
        if not rows or page.has_next() or not page.paginator.is_capped:
            return ""
        return _address(self.request, before=rows[-1].record.pk, page=None, entry=None)


def _chosen(form: Any, name: str) -> str:
    """The words of the chosen option; groups of options are looked into."""
    value = form.cleaned_data.get(name)
    if hasattr(value, "pk"):
        return str(value)
    for code, label in form.fields[name].choices:
        inner = label if isinstance(label, list | tuple) else [(code, label)]
        for each, words in inner:
            if str(each) == str(value):
                return str(words)
    return ""


@require_GET
@login_required
def audit_entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """One entry on a page of its own."""
    entry = get_object_or_404(AuditEntry.objects.visible_to(request.user).for_list(), pk=entry_id)
    policies.can_read_audit_log(request.user).require()
    context = {"drawer": shown(entry, request.user), "crumbs": [(_("Audit log"), reverse("accounts:audit_list"))]}
    return render(request, "accounts/audit_entry.html", context)


@require_GET
@login_required
def audit_export(request: HttpRequest) -> HttpResponse:
    """What the filters let through, as CSV."""
    entries = AuditEntry.objects.visible_to(request.user).for_list()
    found = AuditFilter(request.GET, queryset=entries, request=request)
    record_export(
        actor=request.user, filters={name: request.GET[name] for name in ("q", *FILTER_FIELDS) if name in request.GET}
    )
    response = StreamingHttpResponse(csv_lines(found.qs), content_type="text/csv; charset=utf-8")
    name = f"audit-log-{timezone.now():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
