"""What comes between the password and the session."""

from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest

from .second_factor import IDENTITY_PROVIDER, has_second_factor, way_being_taken


class SecondFactorStage(AuthenticateStage):
    """Asks whoever has a second factor for it; the company's identity provider is trusted to have asked itself."""

    def _should_handle(self, request: HttpRequest) -> bool:
        user = self.login.user
        if user is None or way_being_taken(request, user) == IDENTITY_PROVIDER:
            return False
        return has_second_factor(user)
