"""Executing the cases of a release by hand."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView

from accounts.models import User
from accounts.project_pages import ProjectMixin, get_visible, project_page
from catalog.choices import FieldTarget
from catalog.forms.own_fields import DRAWN, OwnFieldsForm, as_sent
from catalog.own_fields import OwnFields
from qaportal.kit.statuses import shown
from qaportal.kit.views import (
    FragmentMixin,
    Refusal,
    announce,
    carried,
    filter_chips,
    render_fragment,
    shown_refusal,
    tell,
    wants_fragment,
)
from releases import policies as release_policies
from releases.choices import EXECUTED, ExecutionStatus
from releases.head import release_head
from releases.models import Release, ReleaseCase
from releases.services.scope import update_scope_row

from .. import policies
from ..execution_page import ExecutionPage, last_values
from ..services.verdicts import set_verdict

TEMPLATE = "runs/execution.html"
PARTS = {"summary", "modules", "drawer"}


class VerdictForm(forms.Form):
    """What a tester says about a case: the verdict, and a note and bugs where the page asked for them."""

    status = forms.ChoiceField(choices=ExecutionStatus.choices)
    comments = forms.CharField(required=False, max_length=20_000)
    bug_ids = forms.CharField(required=False, max_length=2_000)

    def given(self) -> dict[str, Any]:
        """The fields that were sent; the others stay as they are."""
        found: dict[str, Any] = {"status": self.cleaned_data["status"]}
        if "comments" in self.data:
            found["comments"] = self.cleaned_data["comments"]
        if "bug_ids" in self.data:
            words = self.cleaned_data["bug_ids"].replace(",", " ").split()
            found["bug_ids"] = list(dict.fromkeys(words))
        return found


def _load(request: HttpRequest, pk: int) -> Release:
    return get_visible(Release.objects.for_list(), request, pk=pk)


def _part(request: HttpRequest) -> str:
    """The part of the page that htmx wants to replace, by the id of its target."""
    wanted = (request.htmx.target or "").rpartition("#")[2]
    return wanted if wanted in PARTS else "panes"


def _context(request: HttpRequest, page: ExecutionPage, **more: Any) -> dict[str, Any]:
    release = page.release
    decision = policies.can_record(request.user, release.project) and release_policies.is_open(release)
    return {
        "project": request.project,
        "release": release,
        "page": page,
        "decision": decision,
        "refusal": Refusal(),
        "refused_row": None,
        "verdicts": [{"code": code, "mark": shown(code)} for code in EXECUTED],
        **more,
    }


class ExecutionView(ProjectMixin, FragmentMixin, TemplateView):
    """The cases of a release to execute; htmx asks for the panes, the summary, the tree or the open case alone."""

    template_name = TEMPLATE

    def fragment_name(self) -> str:
        """The part that is to be replaced."""
        return _part(self.request)

    def get_context_data(self, pk: int, **kwargs: Any) -> dict[str, Any]:
        """The page; the head only where it is shown."""
        request = self.request
        page = ExecutionPage(_load(request, pk), user=request.user, query=request.GET)
        context = super().get_context_data(**kwargs) | _context(request, page)
        part = _part(request) if wants_fragment(request) else ""
        if part in {"", "summary", "panes"}:
            context["head"] = release_head(page.release, user=request.user, current="execution")
        if part in {"", "panes"}:
            context["chips"] = filter_chips(request, page.filterset)
            context["kept_by_search"] = carried(request, "q", "case")
            context["kept_by_filters"] = carried(request, "status", "assigned", "priority", "type", "case")
        return context


def _answer(request: HttpRequest, page: ExecutionPage, scope: ReleaseCase, refusal: Refusal) -> HttpResponse:
    """The row with the head of its folder, or the open case with its row, whichever asked."""
    row = page.row_of(scope)
    context = _context(request, page, row=row, refusal=refusal, refused_row=row.pk if refusal else None)
    in_drawer = _part(request) == "drawer"
    context["group"] = None if in_drawer else page.group_with(scope)
    fragment = "drawer_answer" if in_drawer else "row_answer"
    return render_fragment(request, f"{TEMPLATE}#{fragment}", context, status=refusal.status)


def _back(request: HttpRequest, release: Release) -> HttpResponse:
    query = request.GET.urlencode()
    address = release.get_absolute_url()
    return HttpResponseRedirect(f"{address}?{query}" if query else address)


def _announced(
    response: HttpResponse, before: ReleaseCase, after: ReleaseCase, url: str, *, in_drawer: bool
) -> HttpResponse:
    """Say what was done, with a way back, and let the parts that count verdicts load themselves again."""
    words = _("%(case)s is now %(status)s") % {
        "case": after.case.test_id,
        "status": str(shown(after.execution_status).word).lower(),
    }
    values = {
        "status": before.execution_status,
        "comments": before.comments,
        "bug_ids": ",".join(before.bug_ids),
        **as_sent(last_values(before)),
    }
    tell(response, words, undo={"url": url, "values": values})
    names = ["release-changed"] if in_drawer else ["release-changed", f"verdict-{after.pk}"]
    return announce(response, *names)


@require_POST
@project_page
def set_verdict_here(request: HttpRequest, pk: int, row_id: int) -> HttpResponse:
    """Set the verdict of a case where it is seen; a refusal stands below its row."""
    release = _load(request, pk)
    scope = get_visible(ReleaseCase.objects.for_list().filter(release=release), request, pk=row_id)
    form = VerdictForm(request.POST)
    changed = scope
    with shown_refusal(request) as refusal:
        if form.is_valid():
            values = own_values_in(request, scope)
            changed = set_verdict(actor=request.user, release_case=scope, custom_values=values, **form.given())
    if not form.is_valid():
        refusal = Refusal(" ".join(text for texts in form.errors.values() for text in texts), "invalid", 422)
    if not wants_fragment(request):
        if refusal:
            messages.error(request, refusal.message)
        return _back(request, release)
    page = ExecutionPage(
        release, user=request.user, query=_query_of(request, scope), typed=request.POST, refusal=refusal or None
    )
    response = _answer(request, page, changed, refusal)
    return (
        response
        if refusal
        else _announced(response, scope, changed, page.row_of(scope).set_url, in_drawer=_part(request) == "drawer")
    )


def own_values_in(request: HttpRequest, scope: ReleaseCase) -> dict[str, Any] | None:
    """What the form says in the project's own fields of results; None where it shows none."""
    if DRAWN not in request.POST:
        return None
    own = OwnFields(request.project, actor=request.user, target=FieldTarget.RESULT)
    return OwnFieldsForm(request.POST, own=own, fields=own.of(scope.case.template_id), values={}).typed_values()


def _query_of(request: HttpRequest, scope: ReleaseCase) -> Any:
    """The state of the page that the row stands on; the drawer's own answer keeps its case open."""
    query = request.GET.copy()
    if _part(request) == "drawer":
        query["case"] = scope.case.test_id
    return query


class AssigneeForm(forms.Form):
    """Who is to execute a case."""

    assigned_to = forms.ModelChoiceField(queryset=User.objects.none(), required=False)

    def __init__(self, *args: Any, release: Release, **kwargs: Any) -> None:
        """Offer those who may record results in the project."""
        super().__init__(*args, **kwargs)
        self.fields["assigned_to"].queryset = User.objects.who_may("result.record", release.project)


@require_POST
@project_page
def assign_here(request: HttpRequest, pk: int, row_id: int) -> HttpResponse:
    """Give a case to a person, or to nobody."""
    release = _load(request, pk)
    scope = get_visible(ReleaseCase.objects.for_list().filter(release=release), request, pk=row_id)
    form = AssigneeForm(request.POST, release=release)
    with shown_refusal(request) as refusal:
        if form.is_valid():
            person = form.cleaned_data["assigned_to"]
            scope = update_scope_row(actor=request.user, release_case=scope, assigned_to=person)
    if not form.is_valid():
        refusal = Refusal(_("This person may not record results in the project."), "invalid", 422)
    if not wants_fragment(request):
        if refusal:
            messages.error(request, refusal.message)
        return _back(request, release)
    page = ExecutionPage(release, user=request.user, query=_query_of(request, scope))
    return _answer(request, page, scope, refusal)
