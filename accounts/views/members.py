"""Who reaches a project, with which role."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from qaportal.kit.errors import InvalidInput
from qaportal.kit.views import render_fragment, shown_refusal, tell, wants_fragment

from .. import policies
from ..forms import MemberForm, RoleForm
from ..models import Membership, User
from ..project_pages import project_page
from ..services import passwords, people
from ..sign_in.reauthentication import freshly_authenticated
from ..tables import member_rows


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
@freshly_authenticated
def copy_reset_link(request: HttpRequest, user_id: int) -> HttpResponse:
    """A link to choose a new password, for an administrator to hand over."""
    person = get_object_or_404(User.objects.visible_to(request.user).select_related("role", "tenant"), pk=user_id)
    link = passwords.issue_reset_link(actor=request.user, user=person)
    members = reverse("accounts:member_list", args=[request.project.key])
    crumbs = [(_("Members"), members), (person.full_name, "")]
    context = {"person": person, "link": link, "crumbs": crumbs, "back_url": members, "back_words": _("the members")}
    template = "accounts/reset_link.html" + ("#link" if wants_fragment(request) else "")
    return render_fragment(request, template, context)
