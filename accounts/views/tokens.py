"""API tokens: one's own, and those of the company."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from qaportal.kit.views import shown_refusal

from .. import policies
from ..administration import AdministrationMixin, way_back
from ..choices import TokenState
from ..filters import TokenFilter, counted_in_states
from ..forms.tokens import TokenForm
from ..models import ApiToken
from ..services import api_tokens
from ..sign_in.reauthentication import saved_when_fresh, typed_before
from ..tables import TokenTable
from .tabbed_list import TabbedListView


class TokenPage(TabbedListView):
    """Base of the two lists of tokens."""

    table_class, filterset_class, fragment = TokenTable, TokenFilter, "rows"
    template_name = "accounts/token_list.html"
    tab_field, is_own = "state", True

    def get_queryset(self) -> QuerySet[ApiToken]:
        """The tokens that the page is about."""
        visible = ApiToken.objects.visible_to(self.request.user).for_list()
        return visible.filter(user=self.request.user) if self.is_own else visible

    def get_table_kwargs(self) -> dict[str, Any]:
        """Owners and companies only where there are several."""
        hidden = ("owner", "company") if self.is_own else () if self.request.user.is_super_admin else ("company",)
        return {"hidden": hidden}

    def tab_choices(self) -> list[tuple[str, Any]]:
        """What becomes of a token."""
        return TokenState.choices

    def tab_counts(self) -> dict[str, int]:
        """How many became what."""
        return counted_in_states(self.get_queryset(), TokenState)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whose tokens these are, and whether the reader may make one."""
        decision = policies.can_create_token(self.request.user, None)
        return super().get_context_data(**kwargs) | {"is_own": self.is_own, "decision": decision}


class OwnTokenListView(LoginRequiredMixin, TokenPage):
    """The reader's own tokens."""


class CompanyTokenListView(AdministrationMixin, TokenPage):
    """The tokens of everybody in the company."""

    permission, menu_fields = "token.manage", ("company",)
    is_own = False


@never_cache
@login_required
@saved_when_fresh(TokenForm)
def create_token(request: HttpRequest) -> HttpResponse:
    """Make a token; its secret stands on the page that answers, and nowhere else ever again."""
    decision = policies.can_create_token(request.user, None)
    form = TokenForm(request.POST or None, initial=typed_before(request, several=["scopes"]), actor=request.user)
    crumbs = [(_("Your API tokens"), reverse("accounts:token_list")), (_("New token"), "")]
    if request.method == "POST" and form.is_valid():
        with shown_refusal(request) as refusal:
            token, secret = api_tokens.create_api_token(actor=request.user, **form.token_fields())
            context = {"token": token, "secret": secret, "crumbs": crumbs, "origin": settings.ORIGIN}
            return render(request, "accounts/token_created.html", context)
        form.refuse(refusal)
    context = {"form": form, "decision": decision, "crumbs": crumbs}
    return render(request, "accounts/token_form.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponse:
    """End a token: one's own, or somebody's whom one administers."""
    token = get_object_or_404(ApiToken.objects.visible_to(request.user).for_list(), pk=token_id)
    with shown_refusal(request) as refusal:
        api_tokens.revoke_api_token(actor=request.user, token=token)
        messages.success(request, _("The token %s is revoked") % token.name)
    if refusal:
        messages.error(request, refusal.message)
    return redirect(way_back(request, reverse("accounts:token_list")))
