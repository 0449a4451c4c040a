"""What is done to folders where they stand in the tree: renamed, added below, moved."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.project_pages import get_visible, project_page
from qaportal.kit.views import render_fragment, shown_refusal, tell, wants_fragment

from .. import policies
from ..case_pages import CasesPage
from ..forms import FolderMoveForm
from ..models import Folder
from ..services import folders
from ..tree import load_node


@require_http_methods(["GET", "POST"])
@project_page
def rename_folder(request: HttpRequest, pk: int) -> HttpResponse:
    """The folder's line of the tree with its name as a field, and after saving the line again."""
    policies.can_edit_folders(request.user, request.project).require()
    folder = get_visible(Folder.objects.select_related("project__tenant"), request, pk=pk)
    if request.method != "POST":
        if not wants_fragment(request):
            return redirect("catalog:folder_update", request.project.key, pk)
        return _line(request, folder, field="rename", typed=folder.name)
    typed = request.POST.get("name", "")
    with shown_refusal(request) as refusal:
        folder = folders.update_folder(actor=request.user, folder=folder, name=typed)
        return _line(request, folder) if wants_fragment(request) else redirect(folder)
    return _line(request, folder, field="rename", typed=typed, error=refusal.message)


@require_http_methods(["GET", "POST"])
@project_page
def add_folder(request: HttpRequest, pk: int) -> HttpResponse:
    """The folder's line of the tree, opened, with a field for a new one below it; and after saving with that one."""
    policies.can_edit_folders(request.user, request.project).require()
    folder = get_visible(Folder.objects.select_related("project__tenant"), request, pk=pk)
    if request.method != "POST":
        if not wants_fragment(request):
            return redirect(f"{reverse('catalog:folder_create', args=[request.project.key])}?parent={pk}")
        return _line(request, folder, field="add")
    typed = request.POST.get("name", "")
    with shown_refusal(request) as refusal:
        made = folders.create_folder(actor=request.user, project=request.project, parent=folder, name=typed)
        return _line(request, folder, is_open=True) if wants_fragment(request) else redirect(made)
    return _line(request, folder, field="add", typed=typed, error=refusal.message)


@require_http_methods(["GET", "POST"])
@project_page
def move_folder(request: HttpRequest, pk: int) -> HttpResponse:
    """The form that chooses another place; a drop posts its place, and so does what takes a move back."""
    policies.can_edit_folders(request.user, request.project).require()
    folder = get_visible(Folder.objects.select_related("project__tenant", "parent"), request, pk=pk)
    data = request.POST if request.method == "POST" else None
    options = {"initial": {"parent": folder.parent_id}, "project": request.project, "user": request.user}
    form = FolderMoveForm(data, folder=folder, **options)
    if form.is_valid():
        before = folder.parent_id
        with shown_refusal(request) as refusal:
            place = form.cleaned_data["parent"]
            parent = get_visible(Folder, request, pk=place) if place is not None else None
            folder = folders.move_folder(actor=request.user, folder=folder, parent=parent)
            return _moved(request, folder, before)
        form.refuse(refusal)
    template = "catalog/folder_move.html" + ("#form" if wants_fragment(request) else "")
    context = {"form": form, "folder": folder, "project": request.project}
    return render_fragment(request, template, context, status=422 if form.errors else 200)


def _line(
    request: HttpRequest, folder: Folder, *, field: str = "", typed: str = "", error: str = "", is_open: bool = False
) -> HttpResponse:
    """One line of the tree; it keeps being open or closed as it was, unless something is added below it."""
    page = CasesPage(request)
    is_open = is_open or field == "add" or request.GET.get("expand") == "1"
    here = page.folder.pk if page.folder else None
    node = load_node(user=request.user, project=request.project, folder=folder, is_open=is_open, here_id=here)
    node.field, node.typed, node.error = field, typed, error
    page.address([node], set())
    return render_fragment(request, "catalog/_tree_node.html", {"node": node}, status=422 if error else 200)


def _moved(request: HttpRequest, folder: Folder, before: int | None) -> HttpResponse:
    """A toast that can take the move back; a page without script goes to the folder."""
    if not wants_fragment(request):
        return redirect(folder)
    place = folder.parent.name if folder.parent else _("the top")
    words = _("%(name)s moved to %(place)s") % {"name": folder.name, "place": place}
    address = reverse("catalog:folder_move", args=[request.project.key, folder.pk])
    undo = {"url": address, "values": {"parent": str(before or "")}} if before != folder.parent_id else None
    return tell(HttpResponse(status=204), words, undo=undo)
