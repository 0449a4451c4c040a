"""API of one finding of an exploratory session."""

from django.db.models import QuerySet
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.project_scope import ProjectViewSet
from qaportal.kit.api.styles import CamelStyle

from ..models import Finding
from ..services import session_notes
from .sessions import FindingSerializer


class FindingViewSet(CamelStyle, ProjectViewSet):
    """Findings of a session that are known already; new ones come with the session's results."""

    serializer_class = FindingSerializer
    lookup_url_kwarg = "finding_id"

    def base_queryset(self) -> QuerySet[Finding]:
        """The findings of the session of the address."""
        known = ("session__project__tenant", "project__tenant")
        return Finding.objects.living().filter(session=self.kwargs["session_id"]).select_related(*known)

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
