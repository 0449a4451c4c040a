"""Files that are written while they are sent."""

from django.http import StreamingHttpResponse

from ..exporting import Export, Format


def streamed(kind: Format, export: Export) -> StreamingHttpResponse:
    """The export as an attachment; raises what refuses it before anything is sent."""
    response = StreamingHttpResponse(kind.write(export), content_type=kind.content_type)
    response["Content-Disposition"] = f'attachment; filename="{kind.file_name(export.project)}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
