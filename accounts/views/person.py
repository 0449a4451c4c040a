"""The page of a person: what he is called, what he may, how he gets in, and ending that."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from qaportal.kit.errors import InvalidInput
from qaportal.kit.views import render_fragment, shown_refusal, tell, wants_fragment

from ..administration import administration_page, find_person
from ..choices import UserStatus
from ..forms.people import PersonForm, ProjectRoleForm
from ..models import Project
from ..services import people, second_factors, users
from ..sign_in.reauthentication import freshly_authenticated, saved_when_fresh
from .person_page import PersonPage
from .project_roles import change_role
from .shown_once import show_reset_link


@administration_page("user.view")
@saved_when_fresh(PersonForm)
def person_detail(request: HttpRequest, user_id: int) -> HttpResponse:
    """Everything about a person; a POST saves names, address and role."""
    page = PersonPage(request, find_person(request, user_id))
    if request.method != "POST":
        return page.shown()
    page.form = PersonForm(request.POST, person=page.person, actor=request.user)
    if page.form.is_valid():
        with shown_refusal(request) as refusal:
            users.update_user(actor=request.user, user=page.person, **page.form.cleaned_data)
        if not refusal:
            messages.success(request, _("%s is saved") % page.person.full_name)
            return redirect(page.address)
        page.form.refuse(refusal)
    return page.shown(422)


@require_POST
@administration_page("user.manage")
@freshly_authenticated
def change_person_status(request: HttpRequest, user_id: int) -> HttpResponse:
    """Suspend somebody, or let him in again."""
    person, status = find_person(request, user_id), request.POST.get("status")
    if status not in {UserStatus.ACTIVE, UserStatus.SUSPENDED}:
        raise InvalidInput(_("There is no such status."))
    done = _("%s is suspended") if status == UserStatus.SUSPENDED else _("%s may sign in again")
    page = PersonPage(request, person)
    return page.change("status", done % person.full_name, users.update_user, user=person, status=status)


@require_POST
@administration_page("user.manage")
def sign_person_out(request: HttpRequest, user_id: int) -> HttpResponse:
    """End every session and API sign-in of somebody."""
    person = find_person(request, user_id)
    words = _("%s is signed out everywhere") % person.full_name
    return PersonPage(request, person).change("sign_out", words, users.sign_out_everywhere, user=person)


@require_POST
@administration_page("user.manage")
@freshly_authenticated
def reset_person_factors(request: HttpRequest, user_id: int) -> HttpResponse:
    """Take the second factors of somebody who lost them away."""
    person = find_person(request, user_id)
    words = _("%s signs in by password alone until a second factor is set up again") % person.full_name
    return PersonPage(request, person).change("factors", words, second_factors.reset_second_factors, user=person)


@require_POST
@administration_page("user.manage")
@freshly_authenticated
def delete_person(request: HttpRequest, user_id: int) -> HttpResponse:
    """Delete somebody: he is hidden and every way in ends; what he did keeps his name."""
    person = find_person(request, user_id)
    words = _("%s is deleted. The seat is free") % person.full_name
    return PersonPage(request, person).change("delete", words, users.delete_user, user=person)


@require_POST
@administration_page("user.manage")
@freshly_authenticated
def restore_person(request: HttpRequest, user_id: int) -> HttpResponse:
    """Bring somebody back who was deleted."""
    person = find_person(request, user_id)
    words = _("%s is back, still suspended") if person.former_status == UserStatus.SUSPENDED else _("%s is back")
    return PersonPage(request, person).change("restore", words % person.full_name, users.restore_user, user=person)


@never_cache
@require_POST
@administration_page("user.manage")
@freshly_authenticated
def person_reset_link(request: HttpRequest, user_id: int) -> HttpResponse:
    """A link to choose a new password, for an administrator to hand over."""
    person = find_person(request, user_id)
    page = PersonPage(request, person)
    trail = [(_("People"), reverse("accounts:person_list")), (person.full_name, page.address), (_("New password"), "")]
    with shown_refusal(request) as refusal:
        return show_reset_link(request, person, crumbs=trail, back_url=page.address, back_words=person.full_name)
    return page.refused_at("reset", refusal)


@require_POST
@administration_page("user.manage")
def add_project_role(request: HttpRequest, user_id: int) -> HttpResponse:
    """Give the person a role in a project where he has none of his own."""
    person = find_person(request, user_id)
    page = PersonPage(request, person, project_form=ProjectRoleForm(request.POST, person=person, actor=request.user))
    if page.project_form.is_valid():
        with shown_refusal(request) as refusal:
            people.set_project_role(actor=request.user, user=person, **page.project_form.cleaned_data)
        if not refusal:
            messages.success(request, _("%s has a role in this project") % person.full_name)
            return redirect(page.address)
        page.project_form.refuse(refusal)
    return page.shown(422)


@require_POST
@login_required
def change_project_role(request: HttpRequest, user_id: int, project_id: int) -> HttpResponse:
    """Change the person's role in a project in place, or take it away."""
    person = find_person(request, user_id)
    project = get_object_or_404(Project.objects.visible_to(request.user), pk=project_id, tenant_id=person.tenant_id)
    refusal = change_role(request, project, person)
    page = PersonPage(request, person, refusal=refusal, refused=f"project-{project.pk}" if refusal else "")
    if wants_fragment(request):
        response = render_fragment(request, f"{page.template}#projects", page.whole_context(), status=refusal.status)
        return response if refusal else tell(response, _("The role in %s is changed") % project.key)
    return page.shown() if refusal else redirect(page.address)
