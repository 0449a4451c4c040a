"""Who reaches a project, with which role."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from qaportal.kit.views import render_fragment, shown_refusal, tell, wants_fragment

from .. import policies
from ..forms import MemberForm
from ..models import User
from ..permissions import decide
from ..project_pages import project_page
from ..services import people
from ..sign_in.reauthentication import freshly_authenticated
from ..tables import member_rows
from .project_roles import change_role
from .shown_once import show_reset_link


def _render_members(request: HttpRequest, form: MemberForm | None = None, **context: object) -> HttpResponse:
    status, members = context.pop("status", 200), member_rows(request.user, request.project)
    refused = context.get("refused_user")
    context |= {
        "members": members,
        "refused_is_gone": bool(refused) and all(row.user.pk != refused for row in members),
        "form": form or MemberForm(project=request.project, actor=request.user),
        "decision": policies.can_manage_members(request.user, request.project),
        "may_reset": bool(decide(request.user, "user.manage")),
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


def _member(request: HttpRequest, user_id: int) -> User:
    """Somebody of the project's company whom the reader sees; raises Http404."""
    visible = User.objects.visible_to(request.user).for_list()
    return get_object_or_404(visible, pk=user_id, tenant_id=request.project.tenant_id)


@require_POST
@project_page
def change_member(request: HttpRequest, user_id: int) -> HttpResponse:
    """Change a role in place, or take the project's own role away."""
    user = _member(request, user_id)
    refusal = change_role(request, request.project, user)
    if refusal or wants_fragment(request):
        return _render_members(request, refusal=refusal, refused_user=user.pk, status=refusal.status)
    return redirect("accounts:member_list", request.project.key)


@never_cache
@require_POST
@project_page
@freshly_authenticated
def copy_reset_link(request: HttpRequest, user_id: int) -> HttpResponse:
    """A link to choose a new password, for an administrator to hand over."""
    decide(request.user, "user.manage").require()
    person, members = _member(request, user_id), reverse("accounts:member_list", args=[request.project.key])
    crumbs = [(_("Members"), members), (person.full_name, "")]
    with shown_refusal(request) as refusal:
        return show_reset_link(request, person, crumbs=crumbs, back_url=members, back_words=_("the members"))
    return _render_members(request, refusal=refusal, refused_user=person.pk, status=refusal.status)
