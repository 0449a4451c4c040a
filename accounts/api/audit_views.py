"""The audit log in the API."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from qaportal.kit.api.ordering import order_of
from qaportal.kit.api.styles import EnvelopeStyle
from qaportal.kit.api.viewsets import PortalViewSet

from .. import policies
from ..audit import words
from ..audit.filters import METHODS, of_action, since, until
from ..audit.reading import records_of
from ..models import AuditEntry
from ..querysets.audit import MOST_ORDERED_BY_REQUEST
from .audit_serializers import AuditLogSerializer

ORDER_FIELDS = {
    "id": "pk",
    "created_at": "created_at",
    "updated_at": "created_at",
    "action": "action",
    "resource_type": "kind",
    "resource_id": "target_id",
    "user_id": "actor_id",
    "tenant_id": "tenant_id",
    "correlation_id": "correlation_id",
    "request_method": "asked_method",
    "request_path": "asked_path",
    "response_status": "asked_status",
    "ip_address": "asked_address",
    "user_agent": "asked_agent",
}
BOUND = f"By what is known of the request the newest {MOST_ORDERED_BY_REQUEST:,} entries alone are ordered and listed."


class AuditLogFilter(filters.FilterSet):
    """Entries by what a client asks for."""

    method = filters.ChoiceFilter(choices=METHODS, method="asked_by")
    action = filters.CharFilter(method="of_action", max_length=80)
    user_id = filters.NumberFilter(field_name="actor_id", max_value=2**63 - 1, min_value=0)
    tenant_id = filters.NumberFilter(field_name="tenant_id", max_value=2**63 - 1, min_value=0)
    resource_type = filters.CharFilter(method="of_type", max_length=60)
    resource_id = filters.CharFilter(field_name="target_id", max_length=40)
    correlation_id = filters.CharFilter(max_length=100)
    date_from = filters.DateFilter(method="since_day")
    date_to = filters.DateFilter(method="until_day")

    class Meta:
        model = AuditEntry
        fields: list[str] = []

    def asked_by(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """What was asked for by this method."""
        return queryset.asked_by(value)

    def of_action(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """One action, such as `user.created`, or all of a noun, such as `user`."""
        return of_action(queryset, value)

    def of_type(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """What is about objects of this kind, such as `user`."""
        return queryset.filter(target_type__in=words.codes_of_kind(value.lower()))

    def since_day(self, queryset: QuerySet, name: str, day: Any) -> QuerySet:
        """Of this day or later."""
        return since(queryset, day)

    def until_day(self, queryset: QuerySet, name: str, day: Any) -> QuerySet:
        """Of this day or earlier."""
        return until(queryset, day)


class AuditLogViewSet(EnvelopeStyle, PortalViewSet):
    """The audit log."""

    serializer_class = AuditLogSerializer
    filterset_class = AuditLogFilter
    http_method_names = ["get", "head", "options"]

    def base_queryset(self) -> QuerySet[AuditEntry]:
        """Entries with whom and what they name."""
        return AuditEntry.objects.for_list()

    def get_serializer_context(self) -> dict[str, Any]:
        """How each entry was asked for."""
        return super().get_serializer_context() | {"records": getattr(self, "records", {})}

    @extend_schema(
        parameters=[
            OpenApiParameter("page", int, description="The first is 1."),
            OpenApiParameter("limit", int, description="20 unless given."),
            OpenApiParameter(
                "orderBy[]",
                {"type": "array", "items": {"type": "string"}},
                description=f"A name and `asc` or `desc`. Names: {', '.join(ORDER_FIELDS)}. {BOUND}",
            ),
            OpenApiParameter("method", OpenApiTypes.STR, enum=[method for method, _label in METHODS]),
        ]
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Who did what in the company, the newest first."""
        policies.can_read_audit_log(request.user).require()
        order = order_of(request, ORDER_FIELDS, ("-created_at", "-pk"))
        page = self.paginate_queryset(self.filtered(self.get_queryset()).in_order(order))
        self.records = records_of(page, request.user)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One entry."""
        entry = self.get_object()
        policies.can_read_audit_log(request.user).require()
        self.records = records_of([entry], request.user)
        return Response(self.get_serializer(entry).data)
