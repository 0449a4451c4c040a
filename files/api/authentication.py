"""The right to send one announced file, told by the address itself."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts.models import User

from ..uploads import announced_by


class UploadAddress(BaseAuthentication):
    """Whoever holds the signed address of an announced file acts for whom it was given to, on this file alone."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """The person who announced the file, while the address is good and he may sign in."""
        stored = announced_by(request.parser_context["kwargs"].get("token", ""))
        sender = stored.created_by if stored else None
        return (sender, None) if sender is not None and sender.may_sign_in else None

    def authenticate_header(self, request: Request) -> str:
        """What an address that is no good any more is refused with."""
        return "Bearer"
