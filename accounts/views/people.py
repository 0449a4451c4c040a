"""The list of people, where several can be suspended or reactivated at once."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qaportal.kit.errors import Decision, InvalidInput
from qaportal.kit.views import Refusal, shown_refusal

from .. import policies
from ..administration import AdministrationMixin
from ..choices import UserStatus
from ..filters import PersonFilter
from ..forms.people import PickedPeopleForm
from ..models import User
from ..permissions import decide
from ..querysets import counted_by_status
from ..services import seats, users
from ..sign_in.reauthentication import confirmation_wanted_for, typed_data_before
from ..tables import PersonTable
from .tabbed_list import TabbedListView

FOR_MANAGERS = ("pick", "way", "last_login")


class PersonListView(AdministrationMixin, TabbedListView):
    """Everybody of the company; a POST changes the status of those who were picked."""

    permission = "user.view"
    table_class, filterset_class, fragment = PersonTable, PersonFilter, "panes"
    template_name = "accounts/person_list.html"
    tab_field, menu_fields = "status", ("company", "role")
    refusal = Refusal()

    @property
    def decision(self) -> Decision:
        """Whether the reader may change people, with the reason when not."""
        return policies.can_add_user(self.request.user, self.request.user.tenant)

    @property
    def shows_deleted(self) -> bool:
        """Whether the list is about the deleted ones."""
        return self.request.GET.get("status") == UserStatus.DELETED

    def get_queryset(self) -> QuerySet[User]:
        """The people within reach; the deleted ones only where they are asked for."""
        people = User.objects.manageable_by(self.request.user)
        people = people.deleted() if self.shows_deleted else people.living()
        return people.for_list().order_by("first_name", "last_name", "pk")

    def get_table_kwargs(self) -> dict[str, Any]:
        """Managers see how people sign in and can pick them; several companies are told apart."""
        hidden = () if self.decision else FOR_MANAGERS
        hidden += () if self.request.user.is_super_admin else ("company",)
        hidden = (*hidden, "pick") if self.shows_deleted else hidden
        picked = set(typed_data_before(self.request).getlist("ids"))
        return {"actor": self.request.user, "hidden": hidden, "picked": picked}

    def tab_choices(self) -> list[tuple[str, Any]]:
        """The statuses; the deleted people are for managers."""
        return UserStatus.choices if self.decision else UserStatus.choices[:2]

    def tab_counts(self) -> dict[str, int]:
        """How many people have each status."""
        return counted_by_status(User.objects.manageable_by(self.request.user), UserStatus)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Seats, invitations that wait, and what was refused."""
        tenant = self.request.user.tenant
        return super().get_context_data(**kwargs) | {
            "decision": self.decision,
            "refusal": self.refusal,
            "seats_taken": seats.seats_taken(tenant=tenant) if tenant and self.decision else None,
            "waiting": tenant.invitations.open().count() if tenant and self.decision else 0,
            "seats": tenant.max_users if tenant else None,
            "query_string": self.request.GET.urlencode(),
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Suspend or reactivate everybody who was picked, or nobody."""
        decide(request.user, "user.manage").require()
        if question := confirmation_wanted_for(request, PickedPeopleForm):
            return question
        with shown_refusal(request) as self.refusal:
            words = _change_picked(request)
            messages.success(request, words)
        if not self.refusal:
            return redirect(request.get_full_path())
        response = self.get(request, *args, **kwargs)
        response.status_code = self.refusal.status
        return response


def _change_picked(request: HttpRequest) -> str:
    """Do it and say how many it was; raises what the service refuses with, for picks that cannot be read as well."""
    form = PickedPeopleForm(request.POST)
    picked = form.cleaned_data["ids"] if form.is_valid() else []
    people = list(User.objects.manageable_by(request.user).living().for_list().filter(pk__in=picked).order_by("pk"))
    if not picked or len(people) != len(set(picked)):
        raise InvalidInput(_("Nobody was changed. Pick the people again; somebody may be gone."))
    status = form.cleaned_data["status"]
    changed = users.set_status_of_people(actor=request.user, users=people, status=status)
    if status == UserStatus.SUSPENDED:
        return ngettext("%d person suspended", "%d people suspended", changed) % changed
    return ngettext("%d person reactivated", "%d people reactivated", changed) % changed
