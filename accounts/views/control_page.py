"""A page of several controls, each a form of its own: what a service says no with stands beside its control."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from qaportal.kit.views import Refusal, shown_refusal


@dataclass
class ControlPage(ABC):
    """Base of such pages; `refused` names the control at which a service said no."""

    template: ClassVar[str]
    request: HttpRequest
    refusal: Refusal = field(default_factory=Refusal, kw_only=True)
    refused: str = field(default="", kw_only=True)

    @property
    @abstractmethod
    def address(self) -> str:
        """Where the page is found."""

    @abstractmethod
    def context(self) -> dict[str, Any]:
        """Everything that the template needs beside the refusal."""

    def whole_context(self) -> dict[str, Any]:
        """The same with the refusal."""
        return self.context() | {"refusal": self.refusal, "refused": self.refused}

    def shown(self, status: int = 200) -> HttpResponse:
        """The page as it is now."""
        status = self.refusal.status if self.refusal else status
        return render(self.request, self.template, self.whole_context(), status=status)

    def refused_at(self, control: str, refusal: Refusal) -> HttpResponse:
        """The page with the refusal beside the control."""
        self.refused, self.refusal = control, refusal
        return self.shown()

    def change(self, control: str, words: str, service: Callable[..., object], **named: Any) -> HttpResponse:
        """Call the service for the reader, say so and lead back to the page; a refusal stands beside the control."""
        with shown_refusal(self.request) as refusal:
            service(actor=self.request.user, **named)
        if refusal:
            return self.refused_at(control, refusal)
        messages.success(self.request, words)
        return redirect(self.address)
