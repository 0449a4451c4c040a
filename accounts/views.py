"""Pages of accounts."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from qaportal.kit import search as search_registry
from qaportal.kit.errors import InvalidInput
from qaportal.kit.shell import THEME_COOKIE, THEMES
from qaportal.kit.views import render_fragment, shown_refusal, tell, wants_fragment

from . import audit, policies
from .forms import MemberForm, NameForm, ProjectForm, RoleForm
from .models import Membership, Project, User
from .project_pages import project_page
from .services import passwords, people, projects
from .tables import member_rows

YEAR = 365 * 24 * 3600


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The project to work in: the chosen one, else the first, else the list of projects."""
    visible = Project.objects.visible_to(request.user)
    project = visible.filter(pk=request.user.default_project_id).first() or visible.order_by("name").first()
    return redirect(project) if project else redirect("accounts:project_list")


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """The person himself: what he is called, which roles he has, how he signs in."""
    form = NameForm(request.POST or None, initial=audit.snapshot(request.user, NameForm.base_fields))
    if request.method == "POST" and form.is_valid():
        people.rename_oneself(actor=request.user, **form.cleaned_data)
        messages.success(request, _("Your name is saved"))
        return redirect("accounts:account")
    context = {"form": form, "memberships": request.user.memberships.for_list()}
    return render(request, "accounts/account.html", context, status=422 if form.errors else 200)


@login_required
def project_list(request: HttpRequest) -> HttpResponse:
    """The projects the user reaches, and the form for a new one."""
    decision = policies.can_create_project(request.user)
    form = ProjectForm(request.POST or None)
    status = 200
    if request.method == "POST":
        decision.require()
    if form.is_valid():
        with shown_refusal(request) as refusal:
            project = projects.create_project(actor=request.user, **form.cleaned_data)
            return redirect(project)
        form.refuse(refusal)
    if form.errors:
        status = 422
    context = {
        "form": form,
        "decision": decision,
        "projects": Project.objects.visible_to(request.user).select_related("tenant").order_by("name"),
    }
    return render(request, "accounts/project_list.html", context, status=status)


@require_POST
@project_page
def choose_project(request: HttpRequest) -> HttpResponse:
    """Open a project from the switcher and remember it."""
    people.choose_default_project(actor=request.user, project=request.project)
    return redirect(request.project)


def _render_members(request: HttpRequest, form: MemberForm | None = None, **context: object) -> HttpResponse:
    status = context.pop("status", 200)
    context |= {
        "members": member_rows(request.user, request.project),
        "form": form or MemberForm(project=request.project, actor=request.user),
        "decision": policies.can_manage_members(request.user, request.project),
        "may_reset": request.user.is_tenant_admin,
    }
    template = "accounts/member_list.html" + ("#members" if wants_fragment(request) else "")
    return render_fragment(request, template, context, status=status)


@project_page
def member_list(request: HttpRequest) -> HttpResponse:
    """Who reaches the project, with which role; the form that gives a role."""
    if request.method != "POST":
        return _render_members(request)
    policies.can_manage_members(request.user, request.project).require()
    form = MemberForm(request.POST, project=request.project, actor=request.user)
    if not form.is_valid():
        return _render_members(request, form, status=422)
    with shown_refusal(request) as refusal:
        people.set_project_role(actor=request.user, project=request.project, **form.cleaned_data)
    if refusal:
        form.refuse(refusal)
        return _render_members(request, form, status=422)
    if not wants_fragment(request):
        return redirect("accounts:member_list", request.project.key)
    return tell(_render_members(request), _("%s has a role in this project.") % form.cleaned_data["user"])


@require_POST
@project_page
def change_member(request: HttpRequest, user_id: int) -> HttpResponse:
    """Change a role in place, or take the project's own role away."""
    user = get_object_or_404(User.objects.visible_to(request.user), pk=user_id, tenant_id=request.project.tenant_id)
    with shown_refusal(request) as refusal:
        if request.POST.get("role"):
            form = RoleForm(request.POST, actor=request.user)
            if not form.is_valid():
                raise InvalidInput(_("There is no such role."))
            role = form.cleaned_data["role"]
            people.set_project_role(actor=request.user, project=request.project, user=user, role=role)
        else:
            membership = get_object_or_404(Membership.objects.in_project(request.project), user=user)
            people.remove_project_role(actor=request.user, membership=membership)
    if wants_fragment(request):
        return _render_members(request, refusal=refusal, refused_user=user.pk, status=refusal.status)
    if refusal:
        return _render_members(request, refusal=refusal, refused_user=user.pk, status=422)
    return redirect("accounts:member_list", request.project.key)


@never_cache
@require_POST
@project_page
def copy_reset_link(request: HttpRequest, user_id: int) -> HttpResponse:
    """A link to choose a new password, for an administrator to hand over."""
    person = get_object_or_404(User.objects.visible_to(request.user).select_related("role", "tenant"), pk=user_id)
    link = passwords.issue_reset_link(actor=request.user, user=person)
    crumbs = [(_("Members"), reverse("accounts:member_list", args=[request.project.key])), (person.full_name, "")]
    context = {"person": person, "link": link, "project": request.project, "crumbs": crumbs}
    template = "accounts/reset_link.html" + ("#link" if wants_fragment(request) else "")
    return render_fragment(request, template, context)


@require_GET
@login_required
def palette(request: HttpRequest) -> HttpResponse:
    """Actions, pages and objects by id or start of name."""
    key, words = request.GET.get("project", ""), request.GET.get("q", "").replace("\x00", "")[:200]
    project = Project.objects.visible_to(request.user).filter(key=key).first() if key else None
    request.project = project
    context = {"query": words, "groups": search_registry.find(user=request.user, project=project, words=words)}
    template = "kit/palette.html" + ("#results" if wants_fragment(request) else "")
    return render_fragment(request, template, context)


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or the system's theme on this device."""
    target = request.POST.get("next") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = reverse("home")
    response = HttpResponse(status=204) if wants_fragment(request) else HttpResponseRedirect(target)
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie(THEME_COOKIE, chosen, max_age=YEAR, samesite="Lax", httponly=True, secure=settings.HTTPS)
    else:
        response.delete_cookie(THEME_COOKIE)
    return response
