"""API for people who cannot sign in yet or any more: registering, confirming an address, a new password."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from qaportal.kit.api.serializers import MessageSerializer
from qaportal.kit.api.styles import Message, PlainStyle

from ..attempt_limits import REGISTER, RESET, VERIFICATION, count_address, count_client
from ..services import passwords, registration
from .registration_serializers import (
    AddressSerializer,
    NewPasswordSerializer,
    RegistrationSerializer,
    VerificationSerializer,
)
from .serializers import ProfileSerializer


class OpenView(PlainStyle, APIView):
    """Base of what anybody may call; attempts that lead to a mail are counted by client and by address."""

    authentication_classes: list = []
    permission_classes = [AllowAny]
    attempt = ""
    """What is counted, apart from other kinds of attempts."""

    def taken(self, serializer_class: type) -> dict[str, Any]:
        """The checked body; raises ValidationError, and TooMany when there were more attempts than allowed."""
        serializer = serializer_class(data=self.request.data)
        if self.attempt:
            count_client(self.request, self.attempt)
        serializer.is_valid(raise_exception=True)
        if self.attempt:
            count_address(self.attempt, serializer.validated_data["email"])
        return serializer.validated_data


class RegistrationView(OpenView):
    """Join the company to which the mail domain belongs."""

    attempt = REGISTER

    @extend_schema(request=RegistrationSerializer, responses={201: ProfileSerializer})
    def post(self, request: Request) -> Response:
        """Register as tester of the company that the domain of the address belongs to; a mail asks to confirm it.

        403 where nobody may register with this address, 409 where it cannot be used.
        """
        user = registration.register(**self.taken(RegistrationSerializer))
        return Response(ProfileSerializer(user).data, status=status.HTTP_201_CREATED)


class VerificationView(OpenView):
    """Confirm an address."""

    @extend_schema(request=VerificationSerializer, responses=MessageSerializer)
    def post(self, request: Request) -> Response:
        """Confirm the address with the code of the mail; then the person can sign in."""
        registration.verify_email(**self.taken(VerificationSerializer))
        return Response(Message(_("The address is confirmed. You can sign in now.")))


class ResendingView(OpenView):
    """Ask for the mail that confirms an address again."""

    attempt = VERIFICATION

    @extend_schema(request=AddressSerializer, responses=MessageSerializer)
    def post(self, request: Request) -> Response:
        """Mail the code again to an address that waits for it; the answer is the same for every address."""
        registration.resend_verification(**self.taken(AddressSerializer))
        return Response(Message(_("If this address waits to be confirmed, a mail is on its way.")))


class ForgottenPasswordView(OpenView):
    """Ask for a link to choose a new password."""

    attempt = RESET

    @extend_schema(request=AddressSerializer, responses=MessageSerializer)
    def post(self, request: Request) -> Response:
        """Mail a link to choose a new password; the answer is the same for every address."""
        passwords.ask_for_reset(actor=None, **self.taken(AddressSerializer))
        return Response(Message(_("If somebody has this address, a mail with a link is on its way.")))


class NewPasswordView(OpenView):
    """Choose a new password."""

    @extend_schema(request=NewPasswordSerializer, responses=MessageSerializer)
    def post(self, request: Request) -> Response:
        """Store the new password and end every sign-in of the person.

        `token` is the last part of the mailed link, without the slash at its end.
        """
        passwords.reset_password(**self.taken(NewPasswordSerializer))
        return Response(Message(_("The new password is stored. Sign in with it.")))
