"""Saved views of the list of cases: keeping, changing and forgetting them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.project_pages import get_visible, project_page
from qaportal.kit.errors import InvalidInput
from qaportal.kit.views import shown_refusal

from ..models import SavedView
from ..services import saved_views


@require_POST
@project_page
def create_view(request: HttpRequest) -> HttpResponse:
    """Keep what the list shows under a name."""
    posted = request.POST
    with shown_refusal(request) as refusal:
        view = saved_views.create_view(
            actor=request.user,
            project=request.project,
            name=posted.get("name", ""),
            query=posted.get("query", ""),
            is_shared="is_shared" in posted,
            is_default="is_default" in posted,
        )
        messages.success(request, _("The view %s is saved") % view.name)
        return redirect(view)
    messages.error(request, refusal.message)
    return _back(request)


@require_POST
@project_page
def update_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename the view, let it show what the list shows now, or make it the default or no default."""
    view = _visible(request, pk)
    fields = {name: request.POST[name] for name in ("name", "query") if name in request.POST}
    if "is_default" in request.POST:
        fields["is_default"] = request.POST["is_default"] == "1"
    with shown_refusal(request) as refusal:
        view = saved_views.update_view(actor=request.user, view=view, **fields)
        messages.success(request, _("The view %s is saved") % view.name)
        return redirect(view)
    messages.error(request, refusal.message)
    return redirect(view)


@require_POST
@project_page
def delete_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget the view; the cases stay."""
    view = _visible(request, pk)
    with shown_refusal(request) as refusal:
        saved_views.delete_view(actor=request.user, view=view)
        messages.success(request, _("The view %s is deleted") % view.name)
        return _back(request)
    messages.error(request, refusal.message)
    return redirect(view)


def _visible(request: HttpRequest, pk: int) -> SavedView:
    return get_visible(SavedView.objects.for_list(), request, pk=pk)


def _back(request: HttpRequest) -> HttpResponse:
    """The list as it was; one whose state is too long to be kept starts anew."""
    url = reverse("catalog:case_list", args=[request.project.key])
    try:
        query = saved_views.usable_query(request.POST.get("query", ""))
    except InvalidInput:
        query = ""
    return HttpResponseRedirect(f"{url}?{query or 'view=0'}")
