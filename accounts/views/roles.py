"""Roles: the list, the grid of what each may do, and those that a company makes for itself."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from qaportal.kit.concurrency import etag
from qaportal.kit.errors import Decision
from qaportal.kit.views import Refusal, render_fragment, shown_refusal, wants_fragment

from .. import policies
from ..administration import administration_page
from ..filters import company_choices
from ..forms.roles import CustomRoleForm
from ..models import Role
from ..permission_grid import choices_for, grid_of, permissions_in
from ..services import roles
from ..sign_in.reauthentication import freshly_authenticated, saved_when_fresh, typed_before

FORM = "accounts/role_form.html"


def _shown(request: HttpRequest) -> tuple[QuerySet[Role], list[tuple[str, str]]]:
    """The roles to show, and the companies to choose from: of several companies those of the chosen one."""
    companies = company_choices(request.user) if request.user.is_super_admin else []
    found, chosen = Role.objects.visible_to(request.user).for_list(), request.GET.get("company", "")
    if chosen in dict(companies):
        found = found.of_tenant(int(chosen))
    return found, companies


def _tabs(current: str) -> list[dict[str, Any]]:
    places = [("role_list", _("Roles")), ("role_grid", _("What each may do"))]
    return [
        {"label": label, "url": reverse(f"accounts:{name}"), "is_current": name == current} for name, label in places
    ]


@require_GET
@administration_page("role.view")
def role_list(request: HttpRequest) -> HttpResponse:
    """The roles with how many people have each."""
    found, companies = _shown(request)
    context = {
        "companies": companies,
        "company": request.GET.get("company", ""),
        "roles": found.with_holders(request.user),
        "decision": policies.can_create_role(request.user, request.user.tenant),
        "tabs": _tabs("role_list"),
    }
    return render(request, "accounts/role_list.html", context)


@require_GET
@administration_page("role.view")
def role_grid(request: HttpRequest) -> HttpResponse:
    """Every permission beside every role; on phones one role at a time, which `?role=` chooses."""
    roles_shown, companies = _shown(request)
    if companies and request.GET.get("company", "") not in dict(companies):
        roles_shown = roles_shown.of_tenant(None)  # a column for each role of each company could not be read
    found = list(roles_shown)
    wanted = request.GET.get("role", "")
    chosen = next((role for role in found if str(role.pk) == wanted), found[0])
    context = {
        "companies": companies,
        "company": request.GET.get("company", ""),
        "columns": [(role, role == chosen) for role in found],
        "groups": grid_of(found, chosen=chosen),
        "decision": policies.can_create_role(request.user, request.user.tenant),
        "tabs": _tabs("role_grid"),
    }
    return render(request, "accounts/role_grid.html", context)


def _render_form(
    request: HttpRequest, form: CustomRoleForm, role: Role | None, decision: Decision, refusal: Refusal | None = None
) -> HttpResponse:
    if role is None or decision:
        groups = choices_for(request.user, base=form.base, ticked=form.chosen)
    else:
        groups = permissions_in(request.user, role)
    context = {
        "form": form,
        "role": role,
        "decision": decision,
        "refusal": refusal,
        "groups": groups,
        "crumbs": [(_("Roles"), reverse("accounts:role_list")), (role.label if role else _("New role"), "")],
    }
    is_refused = (form.is_bound and form.errors) or refusal
    status = 422 if is_refused else 200
    return render_fragment(request, FORM + ("#grid" if wants_fragment(request) else ""), context, status=status)


def _saved(request: HttpRequest, form: CustomRoleForm, save: Callable[..., Role]) -> Role | None:
    """What the service answers; its refusal stands in the form."""
    with shown_refusal(request) as refusal:
        return save(actor=request.user, **form.role_fields())
    form.refuse(refusal)
    return None


@administration_page("role.manage")
@saved_when_fresh(CustomRoleForm)
def create_role(request: HttpRequest) -> HttpResponse:
    """Make a role; choosing another base shows what it can have (`?code=`), and saves nothing."""
    decision = policies.can_create_role(request.user, request.user.tenant)
    if request.method != "POST" or "show" in request.POST:
        given = (request.POST or request.GET).dict()
        typed = typed_before(request, several=["permissions"]) or ({**given, "permissions": None} if given else None)
        return _render_form(request, CustomRoleForm(initial=typed, actor=request.user), None, decision)
    form = CustomRoleForm(request.POST, actor=request.user)
    if form.is_valid():
        tenant = form.cleaned_data.get("company") or request.user.tenant
        role = _saved(request, form, lambda **fields: roles.create_role(tenant=tenant, **fields))
        if role:
            messages.success(request, _("The role %s is made. Give it on the page of a person") % role.name)
            return redirect("accounts:role_list")
    return _render_form(request, form, None, decision)


def _found(request: HttpRequest, role_id: int) -> Role:
    return get_object_or_404(Role.objects.visible_to(request.user).select_related("tenant"), pk=role_id)


def _form_of(request: HttpRequest, role: Role) -> CustomRoleForm:
    """The role as it is; where another base is looked at, with what of the role that base can have."""
    initial = CustomRoleForm.initial_of(role) | {"if_match": etag(role)}
    initial |= typed_before(request, several=["permissions"])
    given = (request.POST if "show" in request.POST else request.GET).dict()
    if given.get("code", role.code) != role.code:
        initial |= {**given, "permissions": sorted(role.granted)}
    return CustomRoleForm(initial=initial, actor=request.user, role=role)


@administration_page("role.view")
def role_detail(request: HttpRequest, role_id: int) -> HttpResponse:
    """What a role may do; those of the company can be changed here."""
    role = _found(request, role_id)
    decision = policies.can_manage_role(request.user, role)
    if decision:
        return _edit_role(request, role)
    if request.method == "POST":
        decision.require()
    return _render_form(request, _form_of(request, role), role, decision)


@saved_when_fresh(CustomRoleForm)
def _edit_role(request: HttpRequest, role: Role) -> HttpResponse:
    """The page of a role that the reader may change."""
    decision = policies.can_manage_role(request.user, role)
    if request.method != "POST" or "show" in request.POST:
        return _render_form(request, _form_of(request, role), role, decision)
    form = CustomRoleForm(request.POST, actor=request.user, role=role)
    if form.is_valid():
        expected = form.cleaned_data["if_match"] or None
        if _saved(request, form, lambda **fields: roles.update_role(role=role, if_match=expected, **fields)):
            messages.success(request, _("The role is saved. It counts for everybody who has it from now on"))
            return redirect("accounts:role_detail", role.pk)
    return _render_form(request, form, role, decision)


@require_POST
@administration_page("role.manage")
@freshly_authenticated
def delete_role(request: HttpRequest, role_id: int) -> HttpResponse:
    """Delete a role that nobody has."""
    role = _found(request, role_id)
    with shown_refusal(request) as refusal:
        roles.delete_role(actor=request.user, role=role)
    if not refusal:
        messages.success(request, _("The role %s is deleted") % role.label)
        return redirect("accounts:role_list")
    decision = policies.can_manage_role(request.user, role)
    return _render_form(request, _form_of(request, role), role, decision, refusal)
