"""What is done to many picked cases at once."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.project_pages import get_visible, project_page
from qaportal.kit.errors import InvalidInput
from qaportal.kit.views import render_fragment, tell, wants_fragment

from .. import policies
from ..case_pages import UNFILED, CasesPage, read_ids_of
from ..forms import MoveForm, read_ids
from ..models import Folder
from ..services import cases
from ..services.bulk import update_cases

MOST_TAKEN_BACK = 300


@require_http_methods(["GET", "POST"])
@project_page
def move_cases(request: HttpRequest) -> HttpResponse:
    """Move the picked cases; GET shows the form that chooses a folder."""
    policies.can_edit_cases(request.user, request.project).require()
    ids = read_ids(request.POST or request.GET)
    form = MoveForm(_place_of(request), project=request.project, user=request.user)
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "ids": ids, "project": request.project}
        return render_fragment(request, "catalog/case_move.html", context, status=422 if form.errors else 200)
    chosen = form.cleaned_data["folder"]
    folder = get_visible(Folder, request, pk=chosen) if chosen is not None else None
    before = cases.move_cases(actor=request.user, project=request.project, case_ids=ids, folder=folder)
    words = ngettext("%(n)d case moved to %(place)s", "%(n)d cases moved to %(place)s", len(before))
    words %= {"n": len(before), "place": folder.name if folder else _("no folder")}
    return _after_bulk(request, words, undo=_undo_of(request, before))


@require_POST
@project_page
def move_cases_back(request: HttpRequest) -> HttpResponse:
    """Take a move back: every case goes where it was."""
    wanted: dict[int, int | None] = {}
    for pair in request.POST.get("places", "").split(",")[:MOST_TAKEN_BACK]:
        case, _colon, folder = pair.partition(":")
        if read_ids_of([case]):
            wanted[int(case)] = int(folder) if read_ids_of([folder]) else None
    known = Folder.objects.visible_to(request.user).in_project(request.project).in_bulk({*wanted.values()} - {None})
    places = {case: known.get(folder) for case, folder in wanted.items()}
    cases.move_cases_back(actor=request.user, project=request.project, places=places)
    return HttpResponse(status=204)


@require_POST
@project_page
def delete_cases(request: HttpRequest) -> HttpResponse:
    """Delete the picked cases."""
    number = cases.delete_cases(actor=request.user, project=request.project, case_ids=read_ids(request.POST))
    return _after_bulk(request, ngettext("%d case deleted", "%d cases deleted", number) % number)


@require_POST
@project_page
def tag_cases(request: HttpRequest) -> HttpResponse:
    """Give the picked cases tags."""
    ids, tags = read_ids(request.POST), request.POST.get("tags", "")
    try:
        if not tags.strip(" ,"):
            raise InvalidInput(_("A tag is missing."), fields={"add_tags": [_("Name at least one tag.")]})
        number = len(update_cases(actor=request.user, project=request.project, case_ids=ids, add_tags=tags))
    except InvalidInput as error:
        return _after_bulk(request, " ".join(word for words in error.fields.values() for word in words), kind="failed")
    return _after_bulk(request, ngettext("%d case tagged", "%d cases tagged", number) % number)


def _place_of(request: HttpRequest) -> QueryDict | None:
    """What the form reads: a drop names its place in the address (`to`), the form in its field."""
    if request.method != "POST":
        return None
    dropped = request.GET.get("to")
    return QueryDict(f"folder={'' if dropped == UNFILED else dropped}") if dropped else request.POST


def _list_url(request: HttpRequest) -> str:
    """The list as it was when the cases were picked."""
    query = request.GET.urlencode()
    url = reverse("catalog:case_list", args=[request.project.key])
    return f"{url}?{query}" if query else url


def _after_bulk(request: HttpRequest, words: str, *, kind: str = "passed", undo: dict | None = None) -> HttpResponse:
    """The list again with a toast; a page without script is sent there."""
    if not wants_fragment(request):
        messages.add_message(request, messages.ERROR if kind == "failed" else messages.SUCCESS, words)
        return HttpResponseRedirect(_list_url(request))
    if "to" in request.GET:
        return tell(HttpResponse(status=204), words, kind=kind, undo=undo)
    response = tell(CasesPage(request).render(), words, kind=kind, undo=undo)
    response["HX-Push-Url"] = _list_url(request)
    return response


def _undo_of(request: HttpRequest, before: dict[int, int | None]) -> dict | None:
    """The POST that takes a move back; None for a move that is too large to remember."""
    if not before or len(before) > MOST_TAKEN_BACK:
        return None
    places = ",".join(f"{case}:{folder or UNFILED}" for case, folder in before.items())
    return {"url": reverse("catalog:case_move_back", args=[request.project.key]), "values": {"places": places}}
