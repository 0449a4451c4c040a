"""The page of a person: what he is called, what he may, how he gets in, and ending that."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from qaportal.kit.errors import InvalidInput
from qaportal.kit.views import render_fragment, shown_refusal, tell, wants_fragment

from ..administration import administration_page, find_person
from ..choices import UserStatus
from ..forms import RoleForm
from ..forms.people import PersonForm, ProjectRoleForm
from ..models import Membership, Project, User
from ..services import passwords, people, second_factors, users
from ..sign_in.reauthentication import freshly_authenticated, saved_when_fresh, typed_before
from .person_page import PersonPage

TEMPLATE = "accounts/person_detail.html"


def _changed(
    request: HttpRequest, person: User, control: str, change: Callable[[], object], words: str
) -> HttpResponse:
    """Do it, say so and show the page; a refusal stands beside the control."""
    with shown_refusal(request) as refusal:
        change()
    if not refusal:
        messages.success(request, words)
        return redirect("accounts:person_detail", person.pk)
    page = PersonPage(request.user, person, refusal=refusal, refused=control)
    return render(request, TEMPLATE, page.context(), status=refusal.status)


@administration_page("user.view")
@saved_when_fresh(PersonForm)
def person_detail(request: HttpRequest, user_id: int) -> HttpResponse:
    """Everything about a person; a POST saves names, address and role."""
    person = find_person(request, user_id)
    if request.method != "POST":
        return render(request, TEMPLATE, PersonPage(request.user, person, typed=typed_before(request)).context())
    form = PersonForm(request.POST, person=person, actor=request.user)
    if form.is_valid():
        with shown_refusal(request) as refusal:
            users.update_user(actor=request.user, user=person, **form.cleaned_data)
        if not refusal:
            messages.success(request, _("%s is saved") % person.full_name)
            return redirect("accounts:person_detail", person.pk)
        form.refuse(refusal)
    return render(request, TEMPLATE, PersonPage(request.user, person, form=form).context(), status=422)


@require_POST
@administration_page("user.manage")
@freshly_authenticated
def change_person_status(request: HttpRequest, user_id: int) -> HttpResponse:
    """Suspend somebody, or let him in again."""
    person, status = find_person(request, user_id), request.POST.get("status")
    if status not in {UserStatus.ACTIVE, UserStatus.SUSPENDED}:
        raise InvalidInput(_("There is no such status."))
    done = _("%s is suspended") if status == UserStatus.SUSPENDED else _("%s may sign in again")

    def change() -> None:
        users.update_user(actor=request.user, user=person, status=status)

    return _changed(request, person, "status", change, done % person.full_name)


@require_POST
@administration_page("user.manage")
def sign_person_out(request: HttpRequest, user_id: int) -> HttpResponse:
    """End every session and API sign-in of somebody."""
    person = find_person(request, user_id)

    def change() -> None:
        users.sign_out_everywhere(actor=request.user, user=person)

    return _changed(request, person, "sign_out", change, _("%s is signed out everywhere") % person.full_name)


@require_POST
@administration_page("user.manage")
@freshly_authenticated
def reset_person_factors(request: HttpRequest, user_id: int) -> HttpResponse:
    """Take the second factors of somebody who lost them away."""
    person = find_person(request, user_id)

    def change() -> None:
        second_factors.reset_second_factors(actor=request.user, user=person)

    words = _("%s signs in by password alone until a second factor is set up again") % person.full_name
    return _changed(request, person, "factors", change, words)


@require_POST
@administration_page("user.manage")
@freshly_authenticated
def delete_person(request: HttpRequest, user_id: int) -> HttpResponse:
    """Delete somebody: he is hidden and every way in ends; what he did keeps his name."""
    person = find_person(request, user_id)

    def change() -> None:
        users.delete_user(actor=request.user, user=person)

    return _changed(request, person, "delete", change, _("%s is deleted. The seat is free") % person.full_name)


@require_POST
@administration_page("user.manage")
@freshly_authenticated
def restore_person(request: HttpRequest, user_id: int) -> HttpResponse:
    """Bring somebody back who was deleted."""
    person = find_person(request, user_id)

    def change() -> None:
        users.restore_user(actor=request.user, user=person)

    words = _("%s is back, still suspended") if person.former_status == UserStatus.SUSPENDED else _("%s is back")
    return _changed(request, person, "restore", change, words % person.full_name)


@never_cache
@require_POST
@administration_page("user.manage")
@freshly_authenticated
def person_reset_link(request: HttpRequest, user_id: int) -> HttpResponse:
    """A link to choose a new password, for an administrator to hand over."""
    person = find_person(request, user_id)
    with shown_refusal(request) as refusal:
        link = passwords.issue_reset_link(actor=request.user, user=person)
    if refusal:
        page = PersonPage(request.user, person, refusal=refusal, refused="reset")
        return render(request, TEMPLATE, page.context(), status=refusal.status)
    address = reverse("accounts:person_detail", args=[person.pk])
    crumbs = [(_("People"), reverse("accounts:person_list")), (person.full_name, address), (_("New password"), "")]
    context = {"person": person, "link": link, "crumbs": crumbs, "back_url": address, "back_words": person.full_name}
    return render(request, "accounts/reset_link.html", context)


@require_POST
@administration_page("user.manage")
def add_project_role(request: HttpRequest, user_id: int) -> HttpResponse:
    """Give the person a role in a project where he has none of his own."""
    person = find_person(request, user_id)
    form = ProjectRoleForm(request.POST, person=person, actor=request.user)
    if form.is_valid():
        with shown_refusal(request) as refusal:
            people.set_project_role(actor=request.user, user=person, **form.cleaned_data)
        if not refusal:
            messages.success(request, _("%s has a role in this project") % person.full_name)
            return redirect("accounts:person_detail", person.pk)
        form.refuse(refusal)
    page = PersonPage(request.user, person, project_form=form)
    return render(request, TEMPLATE, page.context(), status=422)


@require_POST
@login_required
def change_project_role(request: HttpRequest, user_id: int, project_id: int) -> HttpResponse:
    """Change the person's role in a project in place, or take it away."""
    person = find_person(request, user_id)
    project = get_object_or_404(Project.objects.visible_to(request.user), pk=project_id, tenant_id=person.tenant_id)
    with shown_refusal(request) as refusal:
        _set_project_role(request, person, project)
    refused = f"project-{project.pk}" if refusal else ""
    page = PersonPage(request.user, person, refusal=refusal, refused=refused)
    if wants_fragment(request):
        response = render_fragment(request, f"{TEMPLATE}#projects", page.context(), status=refusal.status)
        return response if refusal else tell(response, _("The role in %s is changed") % project.key)
    if refusal:
        return render(request, TEMPLATE, page.context(), status=refusal.status)
    return redirect("accounts:person_detail", person.pk)


def _set_project_role(request: HttpRequest, person: User, project: Project) -> Any:
    """Give the role that was chosen; without one, take the project's own role away."""
    if not request.POST.get("role"):
        membership = get_object_or_404(Membership.objects.in_project(project), user=person)
        return people.remove_project_role(actor=request.user, membership=membership)
    form = RoleForm(request.POST, actor=request.user)
    if not form.is_valid():
        raise InvalidInput(_("There is no such role."))
    return people.set_project_role(actor=request.user, project=project, user=person, role=form.cleaned_data["role"])
