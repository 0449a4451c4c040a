"""Copying cases and folders, and what became of it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.project_pages import get_visible, project_page
from qaportal.kit.views import render_fragment, shown_refusal, wants_fragment

from .. import policies
from ..copy_page import CopyJobPage, CopyPage
from ..models import CopyJob
from ..services import copies


@require_http_methods(["GET", "POST"])
@project_page
def copy_cases(request: HttpRequest) -> HttpResponse:
    """The form for what is picked; another project brings its folders; sent, it starts the copy."""
    policies.can_edit_cases(request.user, request.project).require()
    page = CopyPage(request)
    if not page.is_picked:
        messages.error(request, _("Pick at least one case."))
        return redirect("catalog:case_list", request.project.key)
    if request.method == "POST" and wants_fragment(request) and not {"way", "choose"} & request.POST.keys():
        return HttpResponse(headers={"HX-Redirect": page.address()})
    if page.is_sent and page.form.is_valid():
        with shown_refusal(request) as refusal:
            return redirect(copies.start_copy(actor=request.user, project=request.project, **page.asked()))
        page.form.refuse(refusal)
    template = "catalog/case_copy.html" + ("#folders" if wants_fragment(request) and not page.is_sent else "")
    context = {"page": page, "project": request.project}
    return render_fragment(request, template, context, status=422 if page.form.errors else 200)


@require_GET
@project_page
def copy_detail(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """How far a copy is, and when it is over what came of it."""
    page = CopyJobPage(request, get_visible(CopyJob.objects.for_detail(), request, pk=job_id))
    if wants_fragment(request) and not page.is_open:
        return HttpResponse(headers={"HX-Refresh": "true"})
    template = "catalog/copy_detail.html" + ("#progress" if wants_fragment(request) else "")
    return render_fragment(request, template, {"page": page, "job": page.job, "project": request.project})


@require_POST
@project_page
def undo_copy(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Take the copy back."""
    job = get_visible(CopyJob.objects.for_detail(), request, pk=job_id)
    with shown_refusal(request) as refusal:
        copies.undo_copy(actor=request.user, job=job)
    if refusal:
        messages.error(request, refusal.message)
    return redirect(job)


@require_POST
@project_page
def resume_copy(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Go on with a copy that could not."""
    job = get_visible(CopyJob.objects.for_detail(), request, pk=job_id)
    with shown_refusal(request) as refusal:
        copies.resume_copy(actor=request.user, job=job)
        messages.success(request, _("The copy goes on"))
    if refusal:
        messages.error(request, refusal.message)
    return redirect(job)
