"""Bases of the views about a whole company: its people, its roles, itself."""

from typing import Any

from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from qaportal.kit.api.ordering import ordered
from qaportal.kit.api.viewsets import PortalViewSet
from qaportal.kit.errors import InvalidInput

from .. import policies
from ..choices import UserStatus
from ..models import Tenant, User
from ..sign_in.reauthentication import require_fresh


def order_by(fields: dict[str, str]) -> OpenApiParameter:
    """Describes `orderBy[]`: pairs of a name and a direction."""
    words = f"Pairs of a name and `asc` or `desc`. Names: {', '.join(sorted(fields))}."
    return OpenApiParameter("orderBy[]", {"type": "array", "items": {"type": "string"}}, description=words)


def named(queryset: QuerySet, given: int, *, field: str, words: Promise | str) -> Model:
    """The object that a body names by id; raises InvalidInput in the same words for a foreign one and for none."""
    found = queryset.filter(pk=given).first()
    if found is None:
        raise InvalidInput(_("Not found."), "not_found", fields={field: [words]})
    return found


def company_named(actor: User, given: int | None) -> Tenant | None:
    """The company that a body names; None, which stands for the platform, only where its administrator says so."""
    if given is None and actor.is_super_admin:
        return None
    visible = Tenant.objects.visible_to(actor)
    return named(visible, given or 0, field="tenant_id", words=_("There is no such company."))


def require_fresh_session(request: Request) -> None:
    """Raise Denied for a change by a browser whose person did not prove lately who he is; scripts have none."""
    if request.method not in SAFE_METHODS and request.auth is None and request.user.is_authenticated:
        require_fresh(request._request)


class AdministrationViewSet(PortalViewSet):
    """Actions on objects of a company, listed in the order that the client asks for."""

    default_order: tuple[str, ...] = ("pk",)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse API tokens of one project, and changes by a session that was opened long ago."""
        super().initial(request, *args, **kwargs)
        policies.can_read_company(request.user).require()
        require_fresh_session(request)

    def filtered(self, queryset: QuerySet) -> QuerySet:
        """The objects, filtered and in order."""
        found = super().filtered(queryset)
        return ordered(self.request, found, self.ordering_fields, self.default_order)


class RestorableViewSet(AdministrationViewSet):
    """Actions on objects that DELETE hides: `?status=deleted` lists them for those who may restore them."""

    def get_queryset(self) -> QuerySet:
        """What the caller may see: the deleted ones in their own list alone."""
        if self.action == "list" and self.request.query_params.get("status") == UserStatus.DELETED:
            return self.base_queryset().deleted_visible_to(self.request.user)
        return super().get_queryset()
