"""The four ways the API speaks. A view is given one by a mixin and never builds an envelope by hand."""

from dataclasses import dataclass, field
from typing import Any

from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from ..errors import InvalidInput
from ..text import problem_in
from .idempotency import run_once
from .pagination import CamelPagination, EnvelopePagination, Page, PlainPagination
from .parsers import SafeJSONParser
from .spelling import camelized
from .throttling import RateLimitMixin


@dataclass(slots=True)
class Problem:
    """What went wrong, before a style words it."""

    status: int
    code: str
    message: str
    fields: dict[str, list[str]] = field(default_factory=dict)


class Message(dict):
    """Words about what was done, where there is no object to answer."""

    def __init__(self, words: str) -> None:
        """Keep the words under the name that every style gives them."""
        super().__init__(message=str(words))


_CAMEL_CODES = {
    401: "UNAUTHORIZED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    422: "VALIDATION_ERROR",
    429: "RATE_LIMITED",
    500: "INTERNAL_ERROR",
}


class StyleMixin(RateLimitMixin):
    """What every style shares: parser, limits, bounds of the query string, idempotent creates, wrapping of answers."""

    style = ""
    keeps_idempotency_itself = False
    """Set by views whose service knows the Idempotency-Key, because their answer cannot wait for one transaction."""
    parser_classes = [SafeJSONParser]
    renderer_classes = [JSONRenderer]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse unusable query strings and arm the idempotency record for creates."""
        super().initial(request, *args, **kwargs)
        for name, values in request.query_params.lists():
            for text in (name, *values):
                if problem := problem_in(text):
                    raise InvalidInput("The query cannot be used.", fields={name.replace("\x00", ""): [problem]})
        original = getattr(self, "post", None)
        is_keyed = request.method == "POST" and "Idempotency-Key" in request.headers
        if is_keyed and original and request.user.is_authenticated and not self.keeps_idempotency_itself:
            self.post = lambda request, *args, **kwargs: run_once(request, original, self.remembered, *args, **kwargs)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Word the answer in the style of the view."""
        replayed = getattr(response, "is_replayed", False)
        if isinstance(response, Response) and not response.exception and not replayed and response.data is not None:
            if isinstance(response.data, Page):
                response.data = self.worded_list(response.data)
            else:
                response.data = self.worded(response.data)
        return super().finalize_response(request, response, *args, **kwargs)

    def worded(self, data: Any) -> Any:
        """A single answer."""
        raise NotImplementedError

    def remembered(self, data: Any) -> Any:
        """The answer that is kept for a repeated create; a view that shows a secret once leaves it out here."""
        return self.worded(data)

    def worded_list(self, page: Page) -> Any:
        """A list."""
        raise NotImplementedError

    def worded_problem(self, problem: Problem) -> Any:
        """An error; may change the problem's status."""
        raise NotImplementedError


class PlainStyle(StyleMixin):
    """Bare objects in snake_case; lists are arrays, or paged when `?page=` asks."""

    style = "plain"
    pagination_class = PlainPagination

    def worded(self, data: Any) -> Any:
        """The bare object."""
        return data

    def worded_list(self, page: Page) -> Any:
        """An array, or count, next, previous and results."""
        if page.number is None:
            return page.rows
        return {"count": page.total, "next": page.next, "previous": page.previous, "results": page.rows}

    def worded_problem(self, problem: Problem) -> Any:
        """`detail`, `code` and `fields`."""
        return {"detail": problem.message, "code": problem.code, "fields": problem.fields}


class CamelStyle(StyleMixin):
    """camelCase keys; lists under `data`; errors under `error`."""

    style = "camel"
    pagination_class = CamelPagination

    def worded(self, data: Any) -> Any:
        """The object with camelCase keys."""
        return camelized(data)

    def worded_list(self, page: Page) -> Any:
        """The rows under `data`."""
        return {"data": camelized(page.rows)}

    def worded_problem(self, problem: Problem) -> Any:
        """`error` with an upper-case code; bad input is 422."""
        if problem.fields and problem.status == 400:
            problem.status = 422
        details = [
            {"field": _spelled(name, self.request), "message": text}
            for name, texts in problem.fields.items()
            for text in texts
        ]
        message, first = str(problem.message), next(iter(problem.fields), "")
        if details and message.startswith(f"{first}: "):
            message = details[0]["field"] + message[len(first) :]
        body: dict[str, Any] = {"code": _CAMEL_CODES.get(problem.status, problem.code.upper()), "message": message}
        if details:
            body["details"] = details[0] if len(details) == 1 else details
        return {"error": body}


class EnvelopeStyle(StyleMixin):
    """`{"success": true, "data": ...}` with pagination by page and limit."""

    style = "envelope"
    pagination_class = EnvelopePagination

    def worded(self, data: Any) -> Any:
        """The object in its envelope; words stand beside `success` themselves."""
        return {"success": True, **data} if isinstance(data, Message) else {"success": True, "data": data}

    def worded_list(self, page: Page) -> Any:
        """The rows and where they stand in the whole."""
        limit = page.limit or 1
        pages = -(-page.total // limit)
        return {
            "success": True,
            "data": page.rows,
            "pagination": {
                "page": page.number or 1,
                "limit": limit,
                "total": page.total,
                "totalPages": pages,
                "hasMore": (page.number or 1) < pages,
            },
        }

    def worded_problem(self, problem: Problem) -> Any:
        """Validation errors list each field; others carry a code and words."""
        if problem.fields:
            details = [
                {"path": name, "message": str(text), "code": getattr(text, "code", problem.code)}
                for name, texts in problem.fields.items()
                for text in texts
            ]
            return {"success": False, "error": "Validation failed", "details": details}
        return {"success": False, "error": {"code": problem.code, "message": problem.message}}


class EnvelopeCamelStyle(EnvelopeStyle):
    """The envelope with camelCase data."""

    style = "envelope-camel"

    def worded(self, data: Any) -> Any:
        """The camelCase object in its envelope."""
        return super().worded(data if isinstance(data, Message) else camelized(data))

    def worded_list(self, page: Page) -> Any:
        """The camelCase rows in their envelope."""
        page.rows = camelized(page.rows)
        return super().worded_list(page)


def _spelled(name: str, request: Request) -> str:
    """The field as a client of the camel style writes it: a parameter of the address as it stands there."""
    return name if name in request.query_params else camelized({name: None}).popitem()[0]
