"""Changing somebody's role in a project in place: on the page of the project and on that of the person."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from qaportal.kit.errors import InvalidInput
from qaportal.kit.views import Refusal, shown_refusal

from ..forms import RoleForm
from ..models import Membership, Project, User
from ..services import people


def change_role(request: HttpRequest, project: Project, person: User) -> Refusal:
    """Give the role that was chosen, or take the project's own role away; answers what the service says no with."""
    with shown_refusal(request) as refusal:
        _set_role(request, project, person)
    return refusal


def _set_role(request: HttpRequest, project: Project, person: User) -> Any:
    if not request.POST.get("role"):
        membership = get_object_or_404(Membership.objects.in_project(project), user=person)
        return people.remove_project_role(actor=request.user, membership=membership)
    form = RoleForm(request.POST, actor=request.user)
    if not form.is_valid():
        raise InvalidInput(_("There is no such role."))
    return people.set_project_role(actor=request.user, project=project, user=person, role=form.cleaned_data["role"])
