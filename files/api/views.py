"""API of files: announcing one, and sending it."""

import io
import tempfile
from typing import IO, Any

from django.conf import settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.authentication import TokenAuthentication
from accounts.api.project_scope import project_of
from accounts.permissions import CASES, RESULTS
from qaportal.kit.api.styles import CamelStyle, PlainStyle
from qaportal.kit.api.uploads import check_announced_size, too_large
from qaportal.kit.errors import NotVisible

from ..models import StoredFile
from ..services import CHUNK_BYTES, facts_of, fill
from ..uploads import announce, announced_by
from .authentication import UploadAddress
from .serializers import AnnouncedFileSerializer, ReceivedFileSerializer, UploadPlaceSerializer


class AttachmentPlaceView(CamelStyle, APIView):
    """Where a file can be sent."""

    throttle_scope = "ingest"
    token_scopes = RESULTS | CASES

    @extend_schema(operation_id="get_attachment_url", request=AnnouncedFileSerializer, responses=UploadPlaceSerializer)
    def post(self, request: Request) -> Response:
        """Announce a file: the answer says where to PUT its bytes, and the key by which objects name it."""
        serializer = AnnouncedFileSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        values = serializer.validated_data
        announced = announce(
            actor=request.user, project=project_of(request), name=values["file_name"], size=values["file_size"]
        )
        return Response(UploadPlaceSerializer(announced, context={"request": request}).data)


class WholeBodyParser(BaseParser):
    """The body as a file on disk, whatever it is called."""

    media_type = "*/*"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: dict | None = None) -> Any:
        """The bytes; raises BodyTooLarge."""
        check_announced_size(parser_context["request"])
        spool = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the view
        size = 0
        while block := stream.read(CHUNK_BYTES):
            size += len(block)
            if size > settings.UPLOAD_LIMIT:
                spool.close()
                raise too_large()
            spool.write(block)
        spool.seek(0)
        return {"file": spool}


class FileArrivalView(PlainStyle, APIView):
    """Where an announced file arrives, when the portal itself keeps it."""

    authentication_classes = [TokenAuthentication, UploadAddress]
    parser_classes = [WholeBodyParser]
    throttle_scope = "ingest"
    token_scopes = RESULTS | CASES

    @extend_schema(
        operation_id="upload_file",
        auth=[{}],  # the address itself is the right to send the file
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses=ReceivedFileSerializer,
    )
    def put(self, request: Request, token: str) -> Response:
        """Take the bytes in, once. The address is the right to send this file and good for nothing else."""
        named = announced_by(token)
        visible = StoredFile.objects.visible_to(request.user).select_related("project")
        stored = visible.filter(pk=named.pk).first() if named else None
        if stored is None:
            raise NotVisible
        with request.data.get("file") or io.BytesIO() as body:
            return Response(facts_of(fill(actor=request.user, stored=stored, stream=body, is_announced=True)))
