"""API of the pictures and videos of issues."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from files.models import StoredFile
from files.ranges import POLICY, answer_file
from qaportal.kit.api.uploads import UploadFormParser
from qaportal.kit.errors import InvalidInput

from ..media import address_of, fetched, medium_named, stored_file
from ..models import Issue
from ..services.media import add_media
from .serializers import IssueSerializer
from .views import IssueViewSet

ADDRESS = OpenApiParameter("url", str, description="One of the addresses that the issue names; its first without it.")


class MediaUploadSerializer(serializers.Serializer):
    """Pictures and videos."""

    file = serializers.FileField(max_length=255, help_text="As many parts of this name as there are files.")


class MediaSerializer(serializers.Serializer):
    """The issue after files were added to it."""

    files = serializers.ListField(child=serializers.DictField())
    issue = IssueSerializer()


class IssueMediaViewSet(IssueViewSet):
    """Pictures and videos of one issue."""

    is_camel = False
    parser_classes = [UploadFormParser]

    @extend_schema(request={"multipart/form-data": MediaUploadSerializer}, responses={201: MediaSerializer})
    def upload(self, request: Request, pk: str) -> Response:
        """Add pictures to the issue's `screenshot_urls`; a video becomes its `video_url`."""
        issue = self.get_object()
        given = [each for name in ("file", "files") for each in request.FILES.getlist(name)]
        if not given:
            MediaUploadSerializer(data=request.data).is_valid(raise_exception=True)
        try:
            files = [(each.name, each.file) for each in given]
            issue, kept = add_media(actor=request.user, issue=issue, files=files)
        finally:
            for each in given:
                each.close()
        told = [_told(issue, stored) for stored in kept]
        shown = IssueSerializer(self._read(issue), context=self.get_serializer_context()).data
        return Response({"files": told, "issue": shown}, status=status.HTTP_201_CREATED)

    @extend_schema(parameters=[ADDRESS], responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def media_proxy(self, request: Request, pk: str) -> HttpResponseBase:
        """A picture or the video of the issue, wherever it lies; an address that the issue does not name is 404."""
        issue = self.get_object()
        given = request.query_params.get("url", "")
        if len(given) > 2_000:
            raise InvalidInput("At most 2000 characters.", fields={"url": ["At most 2000 characters."]})
        medium = medium_named(issue, given)
        if medium.is_own:
            return answer_file(request, stored_file(medium, issue, request.user))
        content_type, content = fetched(medium)
        headers = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Cache-Control": "private"}
        return HttpResponse(content, content_type=content_type, headers=headers)


def _told(issue: Issue, stored: StoredFile) -> dict[str, Any]:
    """What an answer tells of a new file."""
    address = address_of(stored)
    proxy = f"{reverse('issue-media', args=[issue.pk])}?{urlencode({'url': address})}"
    facts = {"name": stored.name, "size": stored.size, "content_type": stored.content_type}
    return {"id": str(stored.pk), **facts, "url": address, "media_url": proxy}
