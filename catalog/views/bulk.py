"""What is done to many picked cases at once."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.project_pages import get_visible, project_page
from qaportal.kit.views import Refusal, render_fragment, shown_refusal, tell, wants_fragment

from ..case_pages import UNFILED, CasesPage
from ..change_page import ChangePage, Done, moment_of, undo_of
from ..forms import read_ids
from ..models import Folder
from ..services import bulk, cases
from ..services.duplicating import duplicate_cases as copy_cases


@require_POST
@project_page
def change_cases(request: HttpRequest) -> HttpResponse:
    """Change, move, tag, archive or delete the picked cases: ask, show what it will do, do it."""
    page = ChangePage(request)
    context: dict[str, Any] = {"page": page, "project": request.project}
    with shown_refusal(request) as refusal:
        if request.POST.get("step") == "apply":
            return _after_bulk(request, page.apply())
        context["joined_ids"] = page.joined_ids
        if not page.is_asking:
            context["preview"] = page.preview()
    return _render_change(request, context, refusal)


@require_POST
@project_page
def move_cases(request: HttpRequest) -> HttpResponse:
    """Move the dropped cases into the folder that the address names by `to`."""
    ids, to = read_ids(request.POST), request.GET.get("to", request.POST.get("to", ""))
    chosen = int(to) if to.isascii() and to.isdigit() and len(to) < 18 else 0
    folder = None if to == UNFILED else get_visible(Folder, request, pk=chosen)
    with transaction.atomic():
        moved = cases.move_cases(actor=request.user, project=request.project, case_ids=ids, folder=folder)
        moment = moment_of(list(moved))
    words = ngettext("%(n)d case moved to %(place)s", "%(n)d cases moved to %(place)s", len(moved))
    words %= {"n": len(moved), "place": folder.name if folder else _("no folder")}
    return tell(HttpResponse(status=204), words, undo=undo_of(request.project, moment))


@require_POST
@project_page
def duplicate_cases(request: HttpRequest) -> HttpResponse:
    """Write the picked cases once more; a single copy is opened."""
    page = ChangePage(request)
    with shown_refusal(request) as refusal:
        copies = copy_cases(actor=request.user, project=request.project, case_ids=page.ids)
        words = ngettext("%d case copied", "%d cases copied", len(copies)) % len(copies)
        if len(copies) == 1:
            messages.success(request, words)
            address = copies[0].get_absolute_url()
            return HttpResponse(headers={"HX-Redirect": address}) if wants_fragment(request) else redirect(address)
        return _after_bulk(request, Done(words, ""))
    return _render_change(request, {"page": page, "project": request.project}, refusal)


@require_POST
@project_page
def take_back(request: HttpRequest) -> HttpResponse:
    """Take back what the user did to many cases at the posted moment; the page says how far that was possible."""
    moment = _moment(request.POST.get("at", ""))
    count = bulk.take_back_change(actor=request.user, project=request.project, moment=moment) if moment else 0
    if count:
        words = ngettext("%d case is as it was before", "%d cases are as they were before", count) % count
        messages.success(request, words)
    else:
        messages.error(request, _("Nothing was taken back: the cases were changed again since."))
    return HttpResponse(status=204) if wants_fragment(request) else HttpResponseRedirect(_list_url(request))


def _moment(given: str) -> datetime | None:
    try:
        moment = parse_datetime(given[:40])
    except ValueError:
        return None
    return None if moment is None or is_naive(moment) else moment


def _render_change(request: HttpRequest, context: dict[str, Any], refusal: Refusal) -> HttpResponse:
    template = "catalog/case_change.html"
    context |= {"refusal": refusal, "query": f"?{request.GET.urlencode()}" if request.GET else ""}
    context["in_dialog"] = wants_fragment(request)
    if not context["in_dialog"]:
        return render_fragment(request, template, context, status=refusal.status)
    response = render_fragment(request, f"{template}#change", context, status=refusal.status)
    response["HX-Retarget"], response["HX-Reswap"] = "#change", "innerHTML"
    return response


def _list_url(request: HttpRequest) -> str:
    """The list as it was when the cases were picked."""
    query = request.GET.urlencode()
    url = reverse("catalog:case_list", args=[request.project.key])
    return f"{url}?{query}" if query else url


def _after_bulk(request: HttpRequest, done: Done) -> HttpResponse:
    """The list again with a toast; a page without script is sent there."""
    if not wants_fragment(request):
        messages.success(request, done.words)
        return HttpResponseRedirect(_list_url(request))
    response = tell(CasesPage(request).render(), done.words, undo=undo_of(request.project, done.moment))
    response["HX-Push-Url"] = _list_url(request)
    return response
