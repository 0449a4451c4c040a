"""The pages of issues: the list, one of them, writing, changing, linking and deleting."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.project_pages import ProjectMixin, get_visible, project_page
from catalog.models import TestCase
from qaportal.kit.concurrency import etag
from qaportal.kit.errors import Denied, InvalidInput, PortalError
from qaportal.kit.views import (
    FilteredListView,
    FragmentMixin,
    render_fragment,
    shown_refusal,
    wants_fragment,
)

from .. import policies, targets
from ..drafts import Draft, draft_for
from ..filters import OPEN, IssuePageFilter
from ..forms import IssueForm, LinkForm
from ..issue_page import links_of, moves_of
from ..media import pictures_of, video_of
from ..models import Issue, IssueLink
from ..services import issues as services
from ..tables import IssueTable


class IssueListView(ProjectMixin, FragmentMixin, FilteredListView):
    """The issues of the project; htmx asks for the rows alone."""

    table_class, filterset_class, fragment = IssueTable, IssuePageFilter, "rows"
    template_name = "issues/issue_list.html"
    menu_fields = ("status", "severity", "priority", "assigned")

    def get_queryset(self) -> QuerySet[Issue]:
        """The issues the reader may see."""
        return Issue.objects.visible_to(self.request.user).in_project(self.project).for_list()

    def get_filterset_kwargs(self, filterset_class: type) -> dict[str, Any]:
        """Reader and project."""
        more = {"user": self.request.user, "project": self.project}
        return super().get_filterset_kwargs(filterset_class) | more

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The tabs and whether the reader may write."""
        return super().get_context_data(**kwargs) | {
            "tabs": self.tabs(),
            "may_edit": policies.can_edit_issues(self.request.user, self.project),
        }

    def tabs(self) -> list[dict[str, Any]]:
        """All issues, and those that are still to be solved."""
        url, chosen = reverse("issues:list", args=[self.project.key]), self.request.GET.getlist("status")
        return [
            {"label": _("All"), "url": url, "is_current": chosen != [OPEN]},
            {"label": _("Still to be solved"), "url": f"{url}?status={OPEN}", "is_current": chosen == [OPEN]},
        ]


@require_GET
@project_page
def issue_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One issue with where it was seen."""
    return _render_issue(request, _visible(request, pk))


@require_http_methods(["GET", "POST"])
@project_page
def create_issue(request: HttpRequest) -> HttpResponse:
    """The form of a new issue, drafted from what the address names; a dialog asks for the form alone."""
    policies.can_edit_issues(request.user, request.project).require()
    draft = draft_for(request)
    form = IssueForm(request.POST or None, project=request.project, initial=draft.initial)
    if request.method == "POST" and form.is_valid():
        made = _saved(form, lambda **facts: services.create_issue(
            actor=request.user, project=request.project, targets=draft.targets, **facts
        ))  # fmt: skip
        if made:
            return _made(request, made)
    return _render_form(request, form, draft)


def _made(request: HttpRequest, issue: Issue) -> HttpResponse:
    """Go to the new issue; a dialog tells of it and stays where it is."""
    told = _("The issue is written")
    if wants_fragment(request):
        return JsonResponse({"told": told, "title": issue.title, "url": issue.get_absolute_url()}, status=201)
    messages.success(request, told)
    return redirect(issue)


@require_http_methods(["GET", "POST"])
@project_page
def update_issue(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of a stored issue; two people who edit at once do not overwrite each other."""
    policies.can_edit_issues(request.user, request.project).require()
    issue = _visible(request, pk)
    initial = IssueForm.initial_of(issue) | {"if_match": etag(issue)}
    form = IssueForm(request.POST or None, project=request.project, initial=initial)
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data["if_match"] or None
        saved = _saved(
            form, lambda **facts: services.update_issue(actor=request.user, issue=issue, if_match=seen, **facts)
        )
        if saved:
            messages.success(request, _("The issue is saved"))
            return redirect(saved)
    return _render_form(request, form, Draft(back_url=issue.get_absolute_url()), issue)


@require_POST
@project_page
def change_status(request: HttpRequest, pk: int) -> HttpResponse:
    """Set another status with one press."""
    issue = _visible(request, pk)
    with shown_refusal(request) as refusal:
        services.update_issue(actor=request.user, issue=issue, status=request.POST.get("status", ""))
    if refusal:
        return _render_issue(request, issue, refusal=refusal.message, status=refusal.status)
    return redirect(issue)


@require_POST
@project_page
def delete_issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete an issue."""
    issue = _visible(request, pk)
    with shown_refusal(request) as refusal:
        services.delete_issue(actor=request.user, issue=issue)
        messages.success(request, _("The issue is deleted"))
        return redirect("issues:list", request.project.key)
    return _render_issue(request, issue, refusal=refusal.message, status=refusal.status)


@require_POST
@project_page
def link_case(request: HttpRequest, pk: int) -> HttpResponse:
    """Say in which case the issue was seen, too."""
    issue, form = _visible(request, pk), LinkForm(request.POST)
    if form.is_valid():
        try:
            case = _case_of(request, form.cleaned_data["case"])
            services.link_issue(actor=request.user, issue=issue, target=targets.of_case(case))
            return redirect(issue)
        except Denied:
            raise
        except PortalError as error:
            form.refuse(error)
    return _render_issue(request, issue, form=form, status=422)


@require_POST
@project_page
def unlink(request: HttpRequest, pk: int, link_id: int) -> HttpResponse:
    """Take back where the issue was seen."""
    issue = _visible(request, pk)
    links = IssueLink.objects.filter(issue=issue).select_related("case", "run", "run_case", "session", "finding")
    link = get_visible(links, request, pk=link_id)
    with shown_refusal(request) as refusal:
        services.unlink_issue(actor=request.user, issue=issue, target=targets.of_link(link))
        return redirect(issue)
    return _render_issue(request, issue, refusal=refusal.message, status=refusal.status)


def _case_of(request: HttpRequest, given: str) -> TestCase:
    cases = TestCase.objects.visible_to(request.user).in_project(request.project).select_related("project")
    case = cases.filter(test_id=given.strip().upper()).first()
    if case is None:
        words = _("No test case has this id.")
        raise InvalidInput(words, fields={"case": [words]})
    return case


def _visible(request: HttpRequest, pk: int) -> Issue:
    return get_visible(Issue.objects.for_detail(), request, pk=pk)


def _crumbs(request: HttpRequest, issue: Issue | None = None) -> list[tuple[str, str]]:
    steps = [(_("Issues"), reverse("issues:list", args=[request.project.key]))]
    return [*steps, (issue.title, issue.get_absolute_url())] if issue else steps


def _render_issue(
    request: HttpRequest, issue: Issue, *, form: LinkForm | None = None, refusal: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "issue": issue,
        "project": request.project,
        "crumbs": _crumbs(request),
        "links": links_of(issue, request.user),
        "moves": moves_of(issue),
        "pictures": pictures_of(issue),
        "video": video_of(issue),
        "form": form or LinkForm(),
        "refusal": refusal,
        "release": issue.release if issue.release and issue.release.deleted_at is None else None,
        "may_edit": policies.can_edit_issues(request.user, request.project),
        "may_delete": policies.can_delete_issues(request.user, request.project),
    }
    return render(request, "issues/issue_detail.html", context, status=status)


def _render_form(request: HttpRequest, form: IssueForm, draft: Draft, issue: Issue | None = None) -> HttpResponse:
    context = {
        "form": form,
        "issue": issue,
        "draft": draft,
        "project": request.project,
        "crumbs": _crumbs(request, issue),
        "back_url": draft.back_url or reverse("issues:list", args=[request.project.key]),
        "in_dialog": wants_fragment(request),
    }
    template = "issues/issue_form.html" + ("#draft" if wants_fragment(request) else "")
    return render_fragment(request, template, context, status=422 if form.errors else 200)


def _saved(form: IssueForm, save: Callable[..., Issue]) -> Issue | None:
    """What the service answers; its refusal stands in the form."""
    try:
        return save(**form.facts())
    except Denied:
        raise
    except PortalError as error:
        form.refuse(error)
        return None
