"""The forms of folders."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.project_pages import get_visible, project_page
from qaportal.kit.errors import InvalidInput, RuleViolation
from qaportal.kit.views import shown_refusal, tell_later

from .. import policies
from ..deletion_page import DeletionPage, what_happened
from ..forms import FolderForm
from ..models import Folder
from ..services import folder_removal, folders


@require_http_methods(["GET", "POST"])
@project_page
def create_folder(request: HttpRequest) -> HttpResponse:
    """The form for a new folder below the one of the address."""
    policies.can_edit_folders(request.user, request.project).require()
    initial = {"parent": request.GET.get("parent", "")}
    form = FolderForm(request.POST or None, initial=initial, project=request.project, user=request.user)
    if form.is_valid():
        try:
            return redirect(_created(request, form.cleaned_data))
        except (InvalidInput, RuleViolation) as error:
            form.refuse(error)
    return _render_form(request, form)


@require_http_methods(["GET", "POST"])
@project_page
def update_folder(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename, describe or move a folder."""
    policies.can_edit_folders(request.user, request.project).require()
    folder = get_visible(Folder.objects.select_related("project__tenant"), request, pk=pk)
    initial = {"name": folder.name, "description": folder.description, "parent": folder.parent_id}
    data = request.POST if request.method == "POST" else None
    form = FolderForm(data, initial=initial, project=request.project, user=request.user, folder=folder)
    if form.is_valid():
        try:
            return redirect(_changed(request, folder, form.cleaned_data))
        except (InvalidInput, RuleViolation) as error:
            form.refuse(error)
    return _render_form(request, form, folder)


@require_http_methods(["GET", "POST"])
@project_page
def delete_folder(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask what becomes of what the folder holds, with its numbers; then delete it."""
    policies.can_delete_folders(request.user, request.project).require()
    folder = get_visible(Folder.objects.select_related("project__tenant", "parent__project"), request, pk=pk)
    page = DeletionPage(request, folder)
    with shown_refusal(request) as refusal:
        if page.form.is_valid():
            removal = folder_removal.delete_folder(actor=request.user, folder=folder, **page.chosen())
            undo = reverse("catalog:folder_restore", args=[request.project.key, folder.pk])
            tell_later(request, what_happened(removal), undo=undo)
            return redirect(folder.parent or _url_of(request, None))
    context = {"page": page, "refusal": refusal, **_around(request, folder)}
    return render(request, "catalog/folder_delete.html", context, status=422 if page.form.errors else refusal.status)


@require_POST
@project_page
def restore_folder(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the deletion of a folder back."""
    folder = get_object_or_404(Folder.objects.manageable_by(request.user).in_project(request.project), pk=pk)
    with shown_refusal(request) as refusal:
        folder_removal.restore_folder(actor=request.user, folder=folder)
        messages.success(request, _("The folder %s is back") % folder.name)
        return redirect(_url_of(request, folder))
    messages.error(request, refusal.message)
    return redirect(_url_of(request, None))


def _url_of(request: HttpRequest, folder: Folder | None) -> str:
    """The cases of the folder, or all of them."""
    url = reverse("catalog:case_list", args=[request.project.key])
    return f"{url}?folder={folder.pk}" if folder else url


def _around(request: HttpRequest, folder: Folder | None) -> dict[str, Any]:
    """What every page about a folder shows around its form."""
    crumbs = [(_("Test cases"), _url_of(request, None))]
    if folder is not None:
        crumbs.append((folder.name, _url_of(request, folder)))
    parent = request.GET.get("parent", "")
    cancel_url = _url_of(request, folder) + (f"?folder={parent}" if folder is None and parent.isdigit() else "")
    return {"folder": folder, "project": request.project, "crumbs": crumbs, "cancel_url": cancel_url}


def _render_form(request: HttpRequest, form: FolderForm, folder: Folder | None = None) -> HttpResponse:
    context = {"form": form, **_around(request, folder)}
    return render(request, "catalog/folder_form.html", context, status=422 if form.errors else 200)


def _parent_of(request: HttpRequest, values: dict[str, Any]) -> Folder | None:
    return get_visible(Folder, request, pk=values["parent"]) if values["parent"] is not None else None


def _created(request: HttpRequest, values: dict[str, Any]) -> Folder:
    values = {**values, "parent": _parent_of(request, values)}
    return folders.create_folder(actor=request.user, project=request.project, **values)


@transaction.atomic
def _changed(request: HttpRequest, folder: Folder, values: dict[str, Any]) -> Folder:
    """Both changes of the form, or none of them."""
    folder = folders.move_folder(actor=request.user, folder=folder, parent=_parent_of(request, values))
    return folders.update_folder(
        actor=request.user, folder=folder, name=values["name"], description=values["description"]
    )
