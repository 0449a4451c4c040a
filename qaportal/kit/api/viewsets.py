"""Bases of the API's views: loading what the caller may see, entity tags, answering."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from rest_framework import status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from ..concurrency import etag


class PortalRouter(SimpleRouter):
    """Routes without a trailing slash, which is accepted too."""

    def __init__(self) -> None:
        """Make the slash optional."""
        super().__init__(trailing_slash=False)
        self.trailing_slash = "/?"


class PortalViewSet(viewsets.GenericViewSet):
    """A set of actions on one kind of object, all loaded through `visible_to`."""

    lookup_value_regex = r"[^/]+"
    lookup_field = "pk"
    ordering_fields: dict[str, str] = {}
    """The names a client may order by, each with its lookup."""

    def base_queryset(self) -> QuerySet:
        """What the action starts from, before visibility; `for_list()` or `for_detail()` of the model."""
        raise NotImplementedError

    def get_queryset(self) -> QuerySet:
        """The objects that the caller may see."""
        return self.base_queryset().visible_to(self.request.user)

    def get_object(self) -> Model:
        """The object of the URL; a foreign, deleted or unusable id is the same 404."""
        value = self.kwargs[self.lookup_url_kwarg or self.lookup_field]
        queryset = self.get_queryset()
        meta = queryset.model._meta
        field = meta.pk if self.lookup_field == "pk" else meta.get_field(self.lookup_field)
        try:
            field.to_python(value)
        except ValidationError as error:
            raise Http404 from error
        return get_object_or_404(queryset, **{self.lookup_field: value})

    def filtered(self, queryset: QuerySet) -> QuerySet:
        """The queryset after the filters of the view."""
        return self.filter_queryset(queryset)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The objects the caller may see, filtered and paged."""
        page = self.paginate_queryset(self.filtered(self.get_queryset()))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One object with its entity tag; 304 when the client has it already."""
        instance = self.get_object()
        if request.headers.get("If-None-Match") in {etag(instance), "W/" + etag(instance)}:
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": etag(instance)})
        return self.respond(instance)

    def validated(self, *, instance: Model | None = None, partial: bool = False, serializer: Any = None) -> dict:
        """The checked input of the request; raises the framework's ValidationError with the fields."""
        serializer = serializer or self.get_serializer(instance, data=self.request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def respond(self, instance: Model, status: int = status.HTTP_200_OK) -> Response:
        """The object as an answer, with its entity tag."""
        response = Response(self.get_serializer(instance).data, status=status)
        response["ETag"] = etag(instance)
        return response

    @property
    def if_match(self) -> str | None:
        """The state that the client based its write on, for `concurrency.require_match`."""
        return self.request.headers.get("If-Match")
