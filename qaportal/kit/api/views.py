"""Answers of the API that belong to no app."""

from typing import Any

from django.http import Http404, HttpRequest
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from .styles import EnvelopeStyle, PlainStyle


class NoSuchAddress(PlainStyle, APIView):
    """An address below `/api/` that does not exist: 404 in the style of its neighbours, never a page."""

    schema = None

    @extend_schema(exclude=True)
    def refuse(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        """Always 404."""
        raise Http404

    get = post = put = patch = delete = refuse


class NoSuchTenantAddress(EnvelopeStyle, NoSuchAddress):
    """The same below `/api/v1/`."""
