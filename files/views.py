"""Pages of files: upload and safe download."""

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.project_pages import get_visible, project_page
from qaportal.kit.views import shown_refusal

from . import services
from .models import StoredFile
from .ranges import answer_file
from .thumbnails import answer_thumbnail


@require_safe
@project_page
def download(request: HttpRequest, file_id: UUID) -> HttpResponseBase:
    """The bytes of a file, for those who see its project."""
    return answer_file(request, get_visible(StoredFile.objects.readable(), request, pk=file_id))


@require_safe
@project_page
def thumbnail(request: HttpRequest, file_id: UUID) -> HttpResponseBase:
    """The small picture of a file, or the file itself, for those who see its project."""
    return answer_thumbnail(request, get_visible(StoredFile.objects.readable(), request, pk=file_id))


@require_POST
@project_page
def upload(request: HttpRequest) -> JsonResponse:
    """Keep the `file` of the form; it is swept after a day unless an object names it."""
    given = request.FILES.get("file")
    if given is None:
        return JsonResponse({"detail": _("Choose a file."), "code": "required"}, status=422)
    with shown_refusal(request) as refusal:
        stored = services.store(actor=request.user, project=request.project, stream=given, name=given.name)
    if refusal:
        return JsonResponse({"detail": refusal.message, "code": refusal.code}, status=refusal.status)
    url = reverse("files:download", args=[request.project.key, stored.pk])
    return JsonResponse({**services.facts_of(stored), "url": url}, status=201)
