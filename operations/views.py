"""Pages of operations: health, documentation of the API, the style page, progress of long work."""

from functools import cache
from typing import Any
from uuid import UUID

from csp.decorators import csp_update
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.project_pages import project_page
from qaportal.kit import style as style_samples
from qaportal.kit.api.throttling import RateLimitMixin
from qaportal.kit.errors import Denied
from qaportal.kit.models import JobProgress
from qaportal.kit.views import render_fragment

from .health import readiness


@never_cache
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing is read or asked."""
    return HttpResponse("alive\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when database and migrations are fine, else 503; a dead worker is named in the body."""
    found = readiness()
    return JsonResponse(found.as_json(), status=200 if found.is_ready else 503)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Nothing here is for search engines."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")


@login_required
@require_GET
def style(request: HttpRequest) -> HttpResponse:
    """Every component in all its states, for those who look after the portal."""
    if not request.user.is_tenant_admin:
        raise Denied(_("The style page is for administrators."))
    return render(request, "kit/style.html", style_samples.samples())


@never_cache
@require_GET
@project_page
def progress(request: HttpRequest, progress_id: UUID) -> HttpResponse:
    """How far a long work of the project is: a fragment that asks again until the work is over."""
    found = get_object_or_404(JobProgress, pk=progress_id, project_id=request.project.pk)
    context = {"progress": found, "project": request.project}
    response = render_fragment(request, "operations/progress.html", context)
    if found.is_over:
        response["HX-Trigger"] = "portal:finished"
    return response


@cache
def openapi_document() -> dict[str, Any]:
    """The OpenAPI document; routes and serializers of a running process do not change."""
    return SchemaGenerator().get_schema(request=None, public=True)


class OpenApiView(RateLimitMixin, SpectacularJSONAPIView):
    """The OpenAPI document as JSON."""

    renderer_classes = [OpenApiJsonRenderer2, OpenApiJsonRenderer]

    def _get_schema_response(self, request: Request) -> Response:
        return Response(openapi_document(), headers={"Content-Disposition": 'inline; filename="qa-portal.json"'})


@method_decorator(login_required, name="dispatch")
@method_decorator(csp_update({"style-src": "'unsafe-inline'"}), name="dispatch")
class ApiDocumentationView(RateLimitMixin, SpectacularSwaggerSplitView):
    """Swagger UI from local files. It styles its parts inline, so this page alone allows that; scripts never are."""

    url_name = "openapi"
