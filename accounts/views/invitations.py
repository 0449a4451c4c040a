"""Inviting people, and what becomes of invitations."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from qaportal.kit.views import Refusal, shown_refusal

from ..administration import AdministrationMixin, administration_page, way_back
from ..choices import InvitationState, RoleCode
from ..filters import InvitationFilter, counted_in_states
from ..forms.people import InvitationForm
from ..models import Invitation
from ..services import invitations, seats
from ..services.inviting import Outcome, invite_each
from ..sign_in.reauthentication import confirmation_wanted_for, freshly_authenticated, typed_before
from ..tables import InvitationTable
from .shown_once import show_invitation_link
from .tabbed_list import TabbedListView


class InvitationListView(AdministrationMixin, TabbedListView):
    """All invitations, the newest first."""

    permission = "user.manage"
    table_class, filterset_class, fragment = InvitationTable, InvitationFilter, "rows"
    tab_field, menu_fields = "state", ("company",)
    template_name = "accounts/invitation_list.html"

    def get_queryset(self) -> QuerySet[Invitation]:
        """The invitations that the reader sees."""
        return Invitation.objects.visible_to(self.request.user).for_list()

    def get_table_kwargs(self) -> dict[str, Any]:
        """Several companies are told apart."""
        return {"hidden": () if self.request.user.is_super_admin else ("company",)}

    def tab_choices(self) -> list[tuple[str, Any]]:
        """What becomes of an invitation."""
        return InvitationState.choices

    def tab_counts(self) -> dict[str, int]:
        """How many became what."""
        return counted_in_states(Invitation.objects.visible_to(self.request.user), InvitationState)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What was refused is told by the view that shows the list again."""
        return {"refusal": None, "refused": None} | super().get_context_data(**kwargs)


def _render_form(
    request: HttpRequest, form: InvitationForm, outcomes: list[Outcome] | None = None, refusal: Refusal | None = None
) -> HttpResponse:
    tenant = request.user.tenant
    context = {
        "form": form,
        "outcomes": outcomes,
        "refusal": refusal,
        "crumbs": [(_("Invitations"), reverse("accounts:invitation_list")), (_("Invite people"), "")],
        "seats": tenant.max_users if tenant else None,
        "seats_taken": seats.seats_taken(tenant=tenant) if tenant else None,
    }
    status = 422 if form.errors or outcomes or refusal else 200
    return render(request, "accounts/invitation_form.html", context, status=status)


@administration_page("user.manage")
def create_invitations(request: HttpRequest) -> HttpResponse:
    """Invite several people at once; who could not be invited stays in the form, with the reason.

    Whoever makes administrators has proved lately who he is.
    """
    initial = {"company": request.GET.get("company")} | typed_before(request)
    form = InvitationForm(request.POST or None, actor=request.user, initial=initial)
    if not form.is_valid():
        return _render_form(request, form)
    fields, is_dangerous = form.cleaned_data, form.cleaned_data["role"].code == RoleCode.TENANT_ADMIN
    if is_dangerous and (question := confirmation_wanted_for(request, InvitationForm)):
        return question
    tenant = fields.get("company") or request.user.tenant
    with shown_refusal(request) as refusal:
        outcomes = invite_each(actor=request.user, tenant=tenant, role=fields["role"], people=fields["addresses"])
    if refusal:
        return _render_form(request, form, refusal=refusal)
    return _told(request, outcomes)


def _told(request: HttpRequest, outcomes: list[Outcome]) -> HttpResponse:
    """The list when everybody is invited, else the form with those who are not."""
    left = [outcome.person.written for outcome in outcomes if not outcome.invitation]
    if left:
        initial = request.POST.dict() | {"addresses": "\n".join(left)}
        return _render_form(request, InvitationForm(initial=initial, actor=request.user), outcomes)
    words = ngettext("%d invitation is on its way", "%d invitations are on their way", len(outcomes))
    messages.success(request, words % len(outcomes))
    return redirect("accounts:invitation_list")


def _found(request: HttpRequest, invitation_id: int) -> Invitation:
    return get_object_or_404(Invitation.objects.visible_to(request.user).for_list(), pk=invitation_id)


@require_POST
@administration_page("user.manage")
def resend_invitation(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """Mail a new link; the old one ends."""
    invitation = _found(request, invitation_id)
    with shown_refusal(request) as refusal:
        invitations.resend_invitation(actor=request.user, invitation=invitation)
        messages.success(request, _("A new link for %s is on its way") % invitation.email)
    return _back(request, invitation, refusal)


@require_POST
@administration_page("user.manage")
def revoke_invitation(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """Take the invitation back."""
    invitation = _found(request, invitation_id)
    with shown_refusal(request) as refusal:
        invitations.revoke_invitation(actor=request.user, invitation=invitation)
        messages.success(request, _("The invitation of %s is taken back. The seat is free") % invitation.email)
    return _back(request, invitation, refusal)


@never_cache
@require_POST
@administration_page("user.manage")
@freshly_authenticated
def copy_invitation_link(request: HttpRequest, invitation_id: int) -> HttpResponse:
    """The link, for an administrator to hand over."""
    invitation, address = _found(request, invitation_id), reverse("accounts:invitation_list")
    crumbs = [(_("Invitations"), address), (invitation.email, "")]
    with shown_refusal(request) as refusal:
        return show_invitation_link(
            request, invitation, crumbs=crumbs, back_url=address, back_words=_("the invitations")
        )
    return _back(request, invitation, refusal)


def _back(request: HttpRequest, invitation: Invitation, refusal: Refusal) -> HttpResponse:
    """The list again; a refusal stands on top of it, with the address it is about."""
    if not refusal:
        return redirect(way_back(request, reverse("accounts:invitation_list")))
    page = InvitationListView(extra_context={"refusal": refusal, "refused": invitation})
    page.setup(request)
    response = page.get(request)
    response.status_code = refusal.status
    return response
