"""API of the reviews of a case."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from qaportal.kit.api.serializers import IdField, PortalModelSerializer, PortalSerializer
from qaportal.kit.errors import InvalidInput

from ..models import LONGEST_NOTE, CaseReview
from ..services import reviews
from .views import TestCaseViewSet


class CaseReviewSerializer(PortalModelSerializer):
    """What one person was asked about a case, and what he said."""

    reviewer_id = serializers.IntegerField(allow_null=True)
    requested_by = serializers.IntegerField(source="requested_by_id", allow_null=True)
    test_case_id = serializers.IntegerField(source="case_id")
    is_outdated = serializers.BooleanField(help_text="Whether the case says something else since.")

    class Meta:
        model = CaseReview
        fields = [
            *("id", "test_case_id", "version", "status", "reviewer_id", "requested_by", "note", "comment"),
            *("is_outdated", "decided_version", "decided_at", "created_at"),
        ]
        read_only_fields = fields


class ReviewRequestSerializer(PortalSerializer):
    """Whom to ask."""

    reviewer_ids = serializers.ListField(child=IdField(), allow_empty=False, max_length=reviews.MOST_REVIEWERS)
    note = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_NOTE)


class ReviewDecisionSerializer(PortalSerializer):
    """What the caller says to the case that he was asked about."""

    decision = serializers.ChoiceField(choices=["approve", "return"])
    comment = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_NOTE)


class CaseReviewViewSet(TestCaseViewSet):
    """The reviews of one case."""

    serializer_class = CaseReviewSerializer
    filterset_class = None

    @extend_schema(operation_id="test_case_reviews_list", responses=CaseReviewSerializer(many=True))
    def list(self, request: Request, pk: str) -> Response:
        """The reviews of the case, the newest first."""
        found = CaseReview.objects.visible_to(request.user).filter(case=self.get_object()).for_list()
        page = self.paginate_queryset(found)
        return self.get_paginated_response(CaseReviewSerializer(page, many=True).data)

    @extend_schema(
        operation_id="test_case_reviews_request",
        request=ReviewRequestSerializer,
        responses={201: CaseReviewSerializer(many=True)},
    )
    @transaction.atomic
    def create(self, request: Request, pk: str) -> Response:
        """Ask people to review the case; it goes into review."""
        case = self.get_object()
        data = self.validated(serializer=ReviewRequestSerializer(data=request.data))
        people = self._people(data["reviewer_ids"])
        facts = {"actor": request.user, "project": case.project, "note": data.get("note", "")}
        made = reviews.request_review(case_ids=[case.pk], reviewers=people, **facts)
        return Response(self._shown(made), status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="test_case_reviews_decide", request=ReviewDecisionSerializer, responses=CaseReviewSerializer
    )
    @transaction.atomic
    def decide(self, request: Request, pk: str) -> Response:
        """Approve or return the case, as whoever was asked; `If-Match` names the version that was seen."""
        case = self.get_object()
        data = self.validated(serializer=ReviewDecisionSerializer(data=request.data))
        decide = reviews.approve_review if data["decision"] == "approve" else reviews.return_review
        review = reviews.own_review(actor=request.user, case=case)
        comment = data.get("comment", "")
        decide(actor=request.user, review=review, comment=comment, if_match=self.if_match)
        return Response(self._shown([review])[0])

    def _people(self, ids: Sequence[int]) -> Sequence[User]:
        visible = User.objects.visible_to(self.request.user).select_related("role", "tenant").filter(pk__in=ids)
        people = list(visible)
        if len(people) != len(set(ids)):
            words = _("There is no such person.")
            raise InvalidInput(_("Not found."), "not_found", fields={"reviewer_ids": [words]})
        return people

    def _shown(self, made: Sequence[CaseReview]) -> Sequence[dict]:
        rows = CaseReview.objects.filter(pk__in=[review.pk for review in made]).for_list()
        return CaseReviewSerializer(rows, many=True).data
