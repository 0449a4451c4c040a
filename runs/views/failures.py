"""Pages about failures across runs: causes, rules, flaky tests, quarantine."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.project_pages import get_visible, project_page
from qaportal.kit.concurrency import etag
from qaportal.kit.errors import PortalError
from qaportal.kit.views import carried, filter_chips, render_fragment, shown_refusal, wants_fragment

from .. import policies
from ..choices import RuleState
from ..failure_filters import CauseFilter, FlakyFilter, QuarantineFilter, RuleFilter
from ..failure_forms import RuleForm
from ..models import FailureCluster, FailureRule, Quarantine, RunCluster, TestStability
from ..runner_page import key_of
from ..services import failure_rules
from ..services.quarantine import lift_quarantine

PAGE = 50
SAID_OF_STATE = {
    RuleState.FIXED: gettext_lazy("%s is marked as fixed. It opens again when its failure comes back."),
    RuleState.ACTIVE: gettext_lazy("%s is open again"),
}


def _page_of(request: HttpRequest, rows: QuerySet) -> Any:
    given = request.GET.get("page", "")
    return Paginator(rows, PAGE).get_page(int(given) if given.isascii() and given.isdigit() and len(given) < 8 else 1)


def _tabs(request: HttpRequest, current: str) -> list[dict[str, Any]]:
    key = request.project.key
    names = {"clusters": _("Causes"), "rules": _("Rules"), "flaky": _("Flaky tests"), "quarantine": _("Quarantine")}
    return [
        {"label": label, "url": reverse(f"runs:{name}", args=[key]), "is_current": name == current, "count": None}
        for name, label in names.items()
    ]


FILTERS = {"clusters": CauseFilter, "rules": RuleFilter, "flaky": FlakyFilter, "quarantine": QuarantineFilter}
MENUS = {"rules": ("cause", "state")}


def _list(request: HttpRequest, tab: str, rows: QuerySet) -> HttpResponse:
    """A list, narrowed by what its filters say; htmx asks for `#rows` alone."""
    narrowed = FILTERS[tab](request.GET, queryset=rows, request=request)
    menu = MENUS.get(tab, ())
    context = {
        "project": request.project,
        "filter": narrowed,
        "chips": filter_chips(request, narrowed),
        "menu": [narrowed.form[name] for name in menu],
        "kept_by_search": carried(request, "q"),
        "kept_by_filters": carried(request, *menu),
        "today": timezone.localdate(),
        "page_obj": _page_of(request, narrowed.qs if narrowed.is_valid() else rows),
        "tab": tab,
        "tabs": _tabs(request, tab),
        "may_sort": policies.can_sort_failures(request.user, request.project),
        "crumbs": [(_("Runs"), reverse("runs:list", args=[request.project.key]))],
    }
    if wants_fragment(request):
        return render_fragment(request, "runs/failures.html#rows", context)
    return render(request, "runs/failures.html", context)


def _mine(model: Any, request: HttpRequest) -> QuerySet:
    return model.objects.visible_to(request.user).in_project(request.project)


@require_safe
@project_page
def clusters(request: HttpRequest) -> HttpResponse:
    """The causes of failures, those that were seen last first."""
    return _list(request, "clusters", _mine(FailureCluster, request).for_list())


@require_safe
@project_page
def rules(request: HttpRequest) -> HttpResponse:
    """The rules, those that came back first."""
    return _list(request, "rules", _mine(FailureRule, request).for_list())


@require_safe
@project_page
def flaky(request: HttpRequest) -> HttpResponse:
    """The tests that could not make up their mind, the worst first."""
    return _list(request, "flaky", _mine(TestStability, request).flaky())


@require_safe
@project_page
def quarantine(request: HttpRequest) -> HttpResponse:
    """The tests whose failures do not count."""
    return _list(request, "quarantine", _mine(Quarantine, request).standing().for_list())


@require_safe
@project_page
def cluster(request: HttpRequest, cluster_id: int) -> HttpResponse:
    """One cause: when it was seen, and how many tests failed for it in which run."""
    found = get_visible(FailureCluster.objects.for_list(), request, pk=cluster_id)
    history = RunCluster.objects.filter(cluster=found).history()
    context = {
        "project": request.project,
        "cluster": found,
        "page_obj": _page_of(request, history),
        "may_sort": policies.can_sort_failures(request.user, request.project),
        "crumbs": [
            (_("Runs"), reverse("runs:list", args=[request.project.key])),
            (_("Causes"), reverse("runs:clusters", args=[request.project.key])),
        ],
    }
    return render(request, "runs/cluster.html", context)


@require_http_methods(["GET", "POST"])
@project_page
def rule_form(request: HttpRequest, rule_id: int | None = None) -> HttpResponse:
    """The form of a new rule or of one that is there."""
    rule = get_visible(FailureRule.objects.for_list(), request, pk=rule_id) if rule_id else None
    policies.can_sort_failures(request.user, request.project).require()
    form = RuleForm(request.POST or None, project=request.project, initial=_initial(request, rule))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and _saved(request, rule, form):
            return redirect("runs:rules", request.project.key)
    crumbs = [
        (_("Runs"), reverse("runs:list", args=[request.project.key])),
        (_("Rules"), reverse("runs:rules", args=[request.project.key])),
    ]
    context = {"project": request.project, "rule": rule, "form": form, "crumbs": crumbs}
    return render(request, "runs/rule_form.html", context, status=status)


def _initial(request: HttpRequest, rule: FailureRule | None) -> dict[str, Any]:
    """What the form begins with: the rule, or the cause that a new one is to recognise, under the cause's words."""
    if rule is None:
        sign = key_of(request.GET.get("fingerprint", ""))
        known = _mine(FailureCluster, request).filter(fingerprint=sign).first() if sign else None
        return {"fingerprint": sign.hex if sign else "", "name": known.title[:200] if known else ""}
    values = {name: getattr(rule, name) for name in failure_rules.WRITABLE}
    return values | {"fingerprint": rule.fingerprint.hex if rule.fingerprint else "", "if_match": etag(rule)}


def _saved(request: HttpRequest, rule: FailureRule | None, form: RuleForm) -> bool:
    fields = dict(form.cleaned_data)
    seen = fields.pop("if_match") or None
    try:
        if rule is None:
            failure_rules.create_rule(actor=request.user, project=request.project, **fields)
        else:
            failure_rules.update_rule(actor=request.user, rule=rule, if_match=seen, **fields)
    except PortalError as error:
        form.refuse(error)
        return False
    messages.success(request, _("Rule saved. Stored failures are classed anew in a moment."))
    return True


@require_POST
@project_page
def rule_state(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Say that the cause is gone, or that it is not."""
    rule = get_visible(FailureRule.objects.for_list(), request, pk=rule_id)
    with shown_refusal(request) as refusal:
        rule = failure_rules.set_rule_state(actor=request.user, rule=rule, state=request.POST.get("state", ""))
        messages.success(request, SAID_OF_STATE[rule.state] % rule.name)
    if refusal:
        messages.error(request, refusal.message)
    return redirect("runs:rules", request.project.key)


@require_POST
@project_page
def rule_delete(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Remove the rule; the button has asked."""
    rule = get_visible(FailureRule.objects.for_list(), request, pk=rule_id)
    failure_rules.delete_rule(actor=request.user, rule=rule)
    messages.success(request, _("Rule deleted"))
    return redirect("runs:rules", request.project.key)


@require_POST
@project_page
def quarantine_lift(request: HttpRequest, quarantine_id: int) -> HttpResponse:
    """Let the test's failures count again."""
    held = get_visible(Quarantine.objects.for_list(), request, pk=quarantine_id)
    lift_quarantine(actor=request.user, held=held)
    messages.success(request, _("Failures of this test count again"))
    return redirect("runs:quarantine", request.project.key)
