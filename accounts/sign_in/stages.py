"""What comes between the password and the session."""

from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest

from qaportal.kit.errors import Denied

from ..services import identity_providers
from .adapter import refused_way
from .second_factor import IDENTITY_PROVIDER, known_second_factor, way_being_taken


class SecondFactorStage(AuthenticateStage):
    """Asks whoever has a second factor for it; the company's identity provider is trusted to have asked itself."""

    def _should_handle(self, request: HttpRequest) -> bool:
        user = self.login.user
        if user is None or way_being_taken(request, user) == IDENTITY_PROVIDER:
            return False
        if not known_second_factor(user):
            return False
        try:  # nobody is asked for a code that would open nothing
            identity_providers.require_password_allowed(user=user)
        except Denied as refusal:
            raise refused_way(request, user, refusal) from refusal
        return True
