"""The style of the few paths that two documents share: each client is answered as its document says."""

from typing import Any

from rest_framework.exceptions import APIException
from rest_framework.request import Request

from .pagination import CamelPagination, Page, PlainPagination
from .styles import CamelStyle, PlainStyle, Problem

CAMEL_NAME = "projectId"
"""Only clients of the document in style `camel` name a project like this."""


def speaks_camel(request: Request) -> bool:
    """Whether the call is answered in style `camel`: it names its project so, asks for it, or comes with a session.

    Tokens choose by `Accept: application/json; style=camel`; without it they are answered in style `plain`.
    """
    if CAMEL_NAME in request.query_params or "style=camel" in request.headers.get("Accept", "").replace(" ", ""):
        return True
    try:
        names = request.data.keys() if hasattr(request.data, "keys") else ()
    except APIException:
        names = ()
    if CAMEL_NAME in names:
        return True
    came_with_token = request.headers.get("Authorization", "").strip() != ""
    return not came_with_token and request._request.user.is_authenticated


class SharedStyle(PlainStyle):
    """Plain or camel, whichever the caller speaks."""

    @property
    def is_camel(self) -> bool:
        """Whether this call is answered in style `camel`; decided once. The OpenAPI document tells the plain one."""
        if getattr(self, "swagger_fake_view", False):
            return False
        if not hasattr(self, "_is_camel"):
            self._is_camel = speaks_camel(self.request)
        return self._is_camel

    @property
    def paginator(self) -> Any:
        """The pages of the style."""
        if not hasattr(self, "_paginator"):
            self._paginator = CamelPagination() if self.is_camel else PlainPagination()
        return self._paginator

    def worded(self, data: Any) -> Any:
        """A single answer in the caller's style."""
        return CamelStyle.worded(self, data) if self.is_camel else super().worded(data)

    def worded_list(self, page: Page) -> Any:
        """A list in the caller's style."""
        return CamelStyle.worded_list(self, page) if self.is_camel else super().worded_list(page)

    def worded_problem(self, problem: Problem) -> Any:
        """An error in the caller's style."""
        return CamelStyle.worded_problem(self, problem) if self.is_camel else super().worded_problem(problem)
