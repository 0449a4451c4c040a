"""Pages of lists; the style of the view words them."""

import re
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from ..errors import InvalidInput

DEFAULT_SIZE = 50
ENVELOPE_SIZE = 20
LARGEST_NUMBER = 10_000_000
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,18}")


@dataclass(slots=True)
class Page:
    """A stretch of a list. `number` is None when the client asked for the bare list."""

    rows: list
    total: int
    number: int | None = None
    limit: int | None = None
    next: str | None = None
    previous: str | None = None


def whole_number(request: Request, name: str, default: int | None, *, least: int, most: int) -> int | None:
    """The query parameter as a number in bounds; a larger one counts as the bound.

    Raises InvalidInput naming the parameter when it is not a number or too small.
    """
    text = request.query_params.get(name)
    if text in (None, ""):
        return default
    if not _WHOLE_NUMBER.fullmatch(text):
        raise InvalidInput("The page cannot be shown.", fields={name: ["A whole number is needed."]})
    if int(text) < least:
        raise InvalidInput("The page cannot be shown.", fields={name: [f"The least is {least}."]})
    return min(int(text), most)


class StyledPagination(BasePagination):
    """Base: answers a `Page`, which the view's style turns into its list shape."""

    page: Page
    parameters: dict[str, str] = {}
    """What a client may ask for in the query, each with its description."""

    def get_paginated_response(self, data: list) -> Response:
        """The page as an answer."""
        self.page.rows = data
        return Response(self.page)

    def get_paginated_response_schema(self, schema: dict) -> dict:
        """Left to the style's schema class."""
        return schema

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The parameters of the query as the OpenAPI document tells them."""
        return [
            {"name": name, "in": "query", "required": False, "description": words, "schema": {"type": "integer"}}
            for name, words in self.parameters.items()
        ]


class PlainPagination(StyledPagination):
    """Bare arrays of at most `PLAIN_LIST_LIMIT` rows; `?page=` and `page_size` ask for pages."""

    parameters = {
        "page": "The page, from 1 on; without it the answer is an array.",
        "page_size": f"Rows of a page, {DEFAULT_SIZE} unless told.",
        "offset": "How many rows of the array to leave out.",
    }

    def paginate_queryset(self, queryset: QuerySet, request: Request, view: Any = None) -> list:
        """The rows of the page; total and links go into headers for the bare form."""
        number = whole_number(request, "page", None, least=1, most=LARGEST_NUMBER)
        bare = number is None
        if bare:
            limit = settings.PLAIN_LIST_LIMIT
        else:
            limit = whole_number(request, "page_size", DEFAULT_SIZE, least=1, most=settings.API_PAGE_SIZE_LIMIT)
        offset = whole_number(request, "offset", 0, least=0, most=2**40) if bare else (number - 1) * limit
        total = queryset.count()
        rows = list(queryset[offset : offset + limit])
        self.page = Page(rows, total, number, limit)
        url = request.build_absolute_uri()
        if offset + limit < total:
            step = {"offset": offset + limit} if bare else {"page": number + 1}
            self.page.next = replace_query_param(url, *next(iter(step.items())))
        if not bare and number > 1:
            self.page.previous = replace_query_param(url, "page", number - 1)
        return rows

    def get_paginated_response(self, data: list) -> Response:
        """The page; the bare array tells the total and the next stretch in headers."""
        response = super().get_paginated_response(data)
        if self.page.number is None:
            response["X-Total-Count"] = str(self.page.total)
            if self.page.next:
                response["Link"] = f'<{self.page.next}>; rel="next"'
        return response


class CamelPagination(StyledPagination):
    """`limit` and `offset`; the rows stand under `data`."""

    parameters = {"limit": f"At most so many rows, {DEFAULT_SIZE} unless told.", "offset": "How many to leave out."}

    def paginate_queryset(self, queryset: QuerySet, request: Request, view: Any = None) -> list:
        """The rows from the offset on."""
        limit = whole_number(request, "limit", DEFAULT_SIZE, least=1, most=settings.API_PAGE_SIZE_LIMIT)
        offset = whole_number(request, "offset", 0, least=0, most=2**40)
        rows = list(queryset[offset : offset + limit])
        self.page = Page(rows, 0, None, limit)
        self.total_of = queryset
        return rows

    def get_paginated_response(self, data: list) -> Response:
        """The rows, with the total in a header."""
        response = super().get_paginated_response(data)
        response["X-Total-Count"] = str(self.total_of.count())
        return response


class EnvelopePagination(StyledPagination):
    """`page` and `limit`, answered with a `pagination` object."""

    parameters = {"page": "The page, from 1 on.", "limit": f"Rows of a page, {ENVELOPE_SIZE} unless told."}

    def paginate_queryset(self, queryset: QuerySet, request: Request, view: Any = None) -> list:
        """The rows of the page."""
        number = whole_number(request, "page", 1, least=1, most=LARGEST_NUMBER)
        limit = whole_number(request, "limit", ENVELOPE_SIZE, least=1, most=settings.API_PAGE_SIZE_LIMIT)
        total = queryset.count()
        rows = list(queryset[(number - 1) * limit : number * limit])
        self.page = Page(rows, total, number, limit)
        return rows
