"""The list of projects, and opening one."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from qaportal.kit.views import shown_refusal

from .. import policies
from ..forms import ProjectForm
from ..models import Project
from ..project_pages import project_page
from ..services import people, projects


@login_required
def project_list(request: HttpRequest) -> HttpResponse:
    """The projects the user reaches, and the form for a new one."""
    decision = policies.can_create_project(request.user)
    form = ProjectForm(request.POST or None)
    if request.method == "POST":
        decision.require()
    if form.is_valid():
        with shown_refusal(request) as refusal:
            return redirect(projects.create_project(actor=request.user, **form.cleaned_data))
        form.refuse(refusal)
    found = Project.objects.visible_to(request.user).to_choose_from()
    context = {"form": form, "decision": decision, "projects": found}
    return render(request, "accounts/project_list.html", context, status=422 if form.errors else 200)


@require_POST
@project_page
def choose_project(request: HttpRequest) -> HttpResponse:
    """Open a project from the switcher and remember it."""
    people.choose_default_project(actor=request.user, project=request.project)
    return redirect(request.project)
