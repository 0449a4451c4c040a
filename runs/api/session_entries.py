"""API of one note and of one finding of an exploratory session; new ones come with the session's results."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.project_scope import ProjectViewSet
from qaportal.kit.api.styles import CamelStyle

from ..models import Finding, SessionEntry
from ..querysets import OfSessionQuerySet
from ..services import session_notes
from .sessions import FindingSerializer, NoteSerializer


class OfSessionViewSet(CamelStyle, ProjectViewSet):
    """Base: what was written in the session of the address."""

    written: OfSessionQuerySet

    def base_queryset(self) -> QuerySet[Any]:
        """What is written in the session of the address, unless that is deleted."""
        known = ("session__project__tenant", "project__tenant")
        return self.written.living().filter(session=self.kwargs["session_id"]).select_related(*known)


class FindingViewSet(OfSessionViewSet):
    """Findings of a session that are known already."""

    written = Finding.objects.all()
    serializer_class = FindingSerializer
    lookup_url_kwarg = "finding_id"

    def retrieve(self, request: Request, session_id: str, finding_id: str) -> Response:
        """One finding, with the entity tag that a change of it can name."""
        return super().retrieve(request)

    def update(self, request: Request, session_id: str, finding_id: str) -> Response:
        """Change what is given, while the session goes on; a case or an issue that was made of it stays as it is."""
        finding = self.get_object()
        facts = self.validated(instance=finding, partial=True)
        changed = session_notes.update_finding(actor=request.user, finding=finding, if_match=self.if_match, **facts)
        return self.respond(changed)

    def destroy(self, request: Request, session_id: str, finding_id: str) -> Response:
        """Take the finding away; a case or an issue that was made of it stays."""
        session_notes.remove_finding(actor=request.user, finding=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


class NoteViewSet(OfSessionViewSet):
    """Notes of a session that are known already."""

    written = SessionEntry.objects.all()
    serializer_class = NoteSerializer
    lookup_url_kwarg = "note_id"

    def retrieve(self, request: Request, session_id: str, note_id: str) -> Response:
        """One note, with the entity tag that a change of it can name."""
        return super().retrieve(request)

    def update(self, request: Request, session_id: str, note_id: str) -> Response:
        """Write the note anew, while the session goes on."""
        note = self.get_object()
        text = self.validated(instance=note, partial=True).get("text", note.text)
        changed = session_notes.update_note(actor=request.user, entry=note, text=text, if_match=self.if_match)
        return self.respond(changed)

    def destroy(self, request: Request, session_id: str, note_id: str) -> Response:
        """Take the note away."""
        session_notes.remove_note(actor=request.user, entry=self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)
