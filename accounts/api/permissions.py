"""What an API token has to bring along before a view is entered."""

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from qaportal.kit.errors import Denied

from ..models import ApiToken
from ..permissions import EVERYTHING, in_words


class TokenScopes(BasePermission):
    """A request with an API token that changes something needs one of the view's `token_scopes`.

    They are the scopes for the whole view, or for each action by its name; without them only `admin` suffices, so
    that a new view is safe. What exactly the token may do there is decided by the policies.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the token, if it is one, may enter; raises Denied naming the scope that it lacks."""
        if request.method in SAFE_METHODS or not isinstance(request.auth, ApiToken):
            return True
        scopes = scopes_of(view)
        if scopes & set(request.auth.scopes):
            return True
        raise Denied(_("This token lacks the scope %(scopes)s.") % {"scopes": in_words(scopes)}, "token_lacks_scope")


def scopes_of(view: Any) -> Collection[str]:
    """The scopes of which the view, or its action, asks one."""
    scopes = getattr(view, "token_scopes", EVERYTHING)
    return scopes.get(getattr(view, "action", None), EVERYTHING) if isinstance(scopes, dict) else scopes
