"""Pages of no project: the start, the palette, the theme, and one's own account."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from qaportal.kit import search as search_registry
from qaportal.kit.cookies import drop_cookie, keep_cookie
from qaportal.kit.shell import THEME_COOKIE, THEMES
from qaportal.kit.views import render_fragment, wants_fragment

from .. import audit
from ..forms import NameForm
from ..models import Project
from ..services import people


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The project to work in: the chosen one, else the first, else the list of projects."""
    visible = Project.objects.visible_to(request.user)
    project = visible.filter(pk=request.user.default_project_id).first() or visible.to_choose_from().first()
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
        keep_cookie(response, THEME_COOKIE, chosen)
    else:
        drop_cookie(response, THEME_COOKIE)
    return response
