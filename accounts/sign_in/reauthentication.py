"""Confirming who one is before a dangerous act: whoever signed in more than 15 minutes ago does it once more."""

import time
from collections.abc import Callable, Collection, Iterable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.account.internal.flows.login import get_authentication_records
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from qaportal.kit.errors import Denied
from qaportal.kit.secret_names import is_secret

from ..models import IdentityProvider

TYPED_KEY = "typed_before_confirming"
"""Where a session keeps what was typed into a form, until the person has confirmed who he is."""
LONGEST_TYPED = 100_000


def is_fresh(request: HttpRequest) -> bool:
    """Whether the person proved in the last 15 minutes who he is: by signing in, or by confirming it."""
    if not request.user.is_authenticated:
        return False
    records = get_authentication_records(request, request.user)
    latest = max((record["at"] for record in records), default=0)
    return time.time() - latest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def require_fresh(request: HttpRequest) -> None:
    """Raise Denied unless the person proved lately who he is; for doors that cannot show a page."""
    if not is_fresh(request):
        raise Denied(_("Confirm first that it is you: open your account in the portal."), "reauthentication_required")


def provider_of(request: HttpRequest) -> IdentityProvider | None:
    """The identity provider through which the person comes, where he can confirm who he is."""
    user = request.user
    if not user.is_authenticated or user.tenant_id is None:
        return None
    provider = IdentityProvider.objects.usable().filter(tenant_id=user.tenant_id).first()
    if provider is None or not SocialAccount.objects.filter(user_id=user.pk, provider=str(provider.pk)).exists():
        return None
    return provider


def confirmation_wanted(request: HttpRequest) -> HttpResponse | None:
    """What leads to the page that asks who one is; None for whoever proved it lately."""
    return None if is_fresh(request) else _ask(request)


def confirmation_wanted_for(request: HttpRequest, form: type[BaseForm]) -> HttpResponse | None:
    """The same for a form that the page itself shows: what was typed waits in the session, nothing of it is done.

    The form holds no secrets. The page puts `typed_before` into it once its reader is back.
    """
    return None if is_fresh(request) else _keep_and_ask(request, form.base_fields)


def confirmation_wanted_for_data(request: HttpRequest) -> HttpResponse | None:
    """The same for the forms of the data administration, but for fields whose names tell that they hold secrets."""
    if is_fresh(request) or not request.resolver_match.url_name.endswith(("_add", "_change")):
        return confirmation_wanted(request)
    return _keep_and_ask(request, [name for name in request.POST if not name.startswith("_") and not is_secret(name)])


def _keep_and_ask(request: HttpRequest, names: Iterable[str]) -> HttpResponse:
    typed = QueryDict(mutable=True)
    for name in names:
        if name in request.POST:
            typed.setlist(name, request.POST.getlist(name))
    data = typed.urlencode()
    if len(data) <= LONGEST_TYPED:
        request.session[TYPED_KEY] = {"path": request.path, "at": int(time.time()), "data": data}
    else:
        messages.warning(request, _("What you entered is too long to be kept. Go back in your browser to copy it"))
    return _ask(request, request.get_full_path())


def typed_data_before(request: HttpRequest) -> QueryDict:
    """What was typed on this page before its reader had to confirm who he is; told once, and only for a while."""
    kept = request.session.get(TYPED_KEY)
    if request.method != "GET" or not kept or kept["path"] != request.path:
        return QueryDict()
    del request.session[TYPED_KEY]
    if time.time() - kept["at"] > settings.ACCOUNT_REAUTHENTICATION_TIMEOUT:
        return QueryDict()
    messages.warning(request, _("Nothing is done yet. What you entered is still here: look at it and send it again"))
    return QueryDict(kept["data"])


def typed_before(request: HttpRequest, *, several: Collection[str] = ()) -> dict[str, Any]:
    """The same as initial values of a form; of the fields `several` all values are told, also where there is none."""
    typed = typed_data_before(request)
    return typed.dict() | {name: typed.getlist(name) for name in several if typed}


def saved_when_fresh(form: type[BaseForm]) -> Callable[..., Any]:
    """Let everybody look at a page, and only those save its form who proved lately who they are."""

    def guard(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            question = confirmation_wanted_for(request, form) if request.method == "POST" else None
            return question or view(request, *args, **kwargs)

        return wrapped

    return guard


def freshly_authenticated(view: Any) -> Any:
    """Let only those in who proved lately who they are; for function views, and for class views as a decorator.

    Everybody else is led to the page that asks, and from there back to the page he came from. What he sent is not
    kept and not done: it may hold secrets, and a confirmation must not set off what is no longer seen.
    """
    if isinstance(view, type):
        return method_decorator(freshly_authenticated, name="dispatch")(view)
    return _guarded(view)


def _guarded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return confirmation_wanted(request) or view(request, *args, **kwargs)

    return wrapped


def _ask(request: HttpRequest, way_back: str = "") -> HttpResponse:
    """Lead to the page that asks, by a header where htmx would follow a redirection into a part of the page."""
    address = f"{reverse('account_reauthenticate')}?{urlencode({'next': way_back or _way_back(request)})}"
    if getattr(request, "htmx", False):
        return HttpResponse(headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _way_back(request: HttpRequest) -> str:
    """The page to return to: the one asked for, or the one from which something was sent; always on this host."""
    if request.method == "GET" and not getattr(request, "htmx", False):
        return request.get_full_path()
    came_from = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure()):
        return reverse("accounts:account")
    parts = urlsplit(came_from)
    return parts.path + (f"?{parts.query}" if parts.query else "")
