"""One table in the data administration."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters, ShowFacets
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.utils import quote, unquote
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import models
from django.db.models import Model, QuerySet
from django.forms import Field as FormField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ..concurrency import etag
from ..errors import Allowed, Decision, Denied, NotVisible, PortalError
from .chosen import ActsOnChosen
from .forms import ServiceForm
from .lists import BoundedPaginator, LookedUp, VisibleRelatedFilter

NO_STATE = '""'
"""An entity tag that no row has, for a form that came without one."""
LOOKUPS = ("exact", "isnull", "gte", "lt", "id__exact")
"""What list filters put behind the name of their field."""


class PortalModelAdmin(ActsOnChosen, admin.ModelAdmin):
    """A table, read through `visible_to` and written through services.

    A subclass says with `adds`, `changes`, `deletes` and `restores` which services there are, calls them in the methods
    of the same kind, and answers in `may_add`, `may_change` and `may_delete` what the policies say. Nothing else is
    written: there are no inline tables, no cells to edit in lists, and Django's own log stays empty, because the
    services write the audit trail.
    """

    form = ServiceForm
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    list_per_page = 50
    save_on_top = False
    view_on_site = False

    noun: Any = None
    """What one row is called, when the name of the model is not the word."""
    plural: Any = None
    view_permission = ""
    """The code of the permission to read the table; empty for whoever may open the data administration."""
    reach = "visible_to"
    """The method of the queryset that answers what somebody may reach; `visible_to` hides what was deleted."""
    of_platform: tuple[str, ...] = ("tenant",)
    """Columns and filters that tell something only to somebody who sees several companies."""
    adds = changes = deletes = restores = False
    has_trail = True
    """Whether the audit trail tells of the rows."""
    related_lists: tuple[tuple[str, str, Any], ...] = ()
    """Lists that the page of a row leads to: the table, such as `runs_result`, the parameter of the key, the words."""

    # -- the services: subclasses call them --------------------------------------------------------------------------
    def create(self, actor: Any, fields: dict[str, Any]) -> Model:
        """Make a row; raises what the service raises."""
        raise NotImplementedError

    def update(self, actor: Any, row: Any, fields: dict[str, Any], if_match: str) -> Model:
        """Change the row if it is still in that state; raises what the service raises."""
        raise NotImplementedError

    def delete(self, actor: Any, row: Any, if_match: str | None) -> None:
        """Delete the row if it is still in that state; raises what the service raises."""
        raise NotImplementedError

    def restore(self, actor: Any, row: Any) -> None:
        """Bring a deleted row back; raises what the service raises."""
        raise NotImplementedError

    def may_add(self, user: Any) -> Decision:
        """Whether the user may make rows."""
        return Allowed()

    def may_change(self, user: Any, row: Any) -> Decision:
        """Whether the user may change this row."""
        return Allowed()

    def may_delete(self, user: Any, row: Any) -> Decision:
        """Whether the user may delete this row."""
        return Allowed()

    def store(self, form: ServiceForm) -> Model:
        """Hand the checked input to the service."""
        actor, fields = form.request.user, dict(form.cleaned_data)
        if_match = fields.pop("if_match", "") or NO_STATE
        return self.create(actor, fields) if form.is_new else self.update(actor, form.stored, fields, if_match)

    def remove(self, actor: Any, row: Any, if_match: str | None) -> None:
        """Delete the row through its service; raises Denied for one that is deleted already."""
        self._deletion(actor, row).require()
        self.delete(actor, row, if_match)

    # -- who may -----------------------------------------------------------------------------------------------------
    def _only_read(self) -> Denied:
        return Denied(_("This can only be read here."), "read_only")

    def _addition(self, user: Any) -> Decision:
        return self.may_add(user) if self.adds else self._only_read()

    def _change(self, user: Any, row: Any) -> Decision:
        if not self.changes:
            return self._only_read()
        if getattr(row, "deleted_at", None) is not None:
            return Denied(_("This was deleted. Restore it before you change it."), "deleted")
        return self.may_change(user, row)

    def _deletion(self, user: Any, row: Any) -> Decision:
        if not self.deletes:
            return self._only_read()
        if getattr(row, "deleted_at", None) is not None:
            return Denied(_("This is deleted already."), "deleted")
        return self.may_delete(user, row)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the table stands in the sidebar."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whether the user may read the table."""
        return not self.view_permission or request.user.has_perm(self.view_permission)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whether the user may make rows."""
        return bool(self._addition(request.user))

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whether the user may change the row, or without one whether rows can be changed at all."""
        return self.changes if obj is None else bool(self._change(request.user, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whether the user may delete the row, or without one whether rows can be deleted at all."""
        return self.deletes if obj is None else bool(self._deletion(request.user, obj))

    def has_restore_permission(self, request: HttpRequest) -> bool:
        """Whether deleted rows can be brought back."""
        return self.restores

    # -- what is read ------------------------------------------------------------------------------------------------
    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """The rows that the user may reach: any other is like one that does not exist."""
        reached = getattr(self.model._default_manager.all(), self.reach)(request.user)
        return reached.order_by(*self.get_ordering(request))

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """The columns; people of one company need not read its name in every row."""
        return [name for name in self.list_display if self._tells_something(request, name)]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """The filters; those of related objects offer what the user sees."""
        return [
            (each, VisibleRelatedFilter) if isinstance(each, str) and self.opts.get_field(each).is_relation else each
            for each in self.list_filter
            if self._tells_something(request, each)
        ]

    def _tells_something(self, request: HttpRequest, name: Any) -> bool:
        return request.user.tenant_id is None or name not in self.of_platform

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Only what the filters of the list ask: anything else could be used to guess columns that are not shown."""
        known = set()
        for each in self.list_filter:
            if isinstance(each, type):
                known.add(each.parameter_name)
            else:
                name = each if isinstance(each, str) else each[0]
                known |= {name, *(f"{name}__{tail}" for tail in LOOKUPS)}
        if self.date_hierarchy:
            known |= {f"{self.date_hierarchy}__{part}" for part in ("year", "month", "day")}
        return lookup in known

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **kwargs: Any) -> FormField | None:
        """The field, without buttons beside it that open another window."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey, request: HttpRequest, **kwargs: Any
    ) -> FormField | None:
        """A choice of the objects that the user sees."""
        ordered = self.get_field_queryset(None, db_field, request)
        choices = db_field.remote_field.model._default_manager.all() if ordered is None else ordered
        kwargs.setdefault("queryset", choices.visible_to(request.user))
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", LookedUp(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    # -- pages -------------------------------------------------------------------------------------------------------
    def words(self) -> dict[str, str]:
        """What one and several rows are called, for titles and links."""
        noun, plural = self.noun or self.opts.verbose_name, self.plural or self.opts.verbose_name_plural
        return {"noun": str(noun), "plural": capfirst(str(plural))}

    def get_urls(self) -> list[URLPattern]:
        """The pages of what can be done with the rows, and no others."""
        tails = ["_changelist", "_change"]
        offered = {"_add": self.adds, "_delete": self.deletes, "_history": self.has_trail}
        tails += [tail for tail, is_offered in offered.items() if is_offered]
        return [each for each in super().get_urls() if each.name and each.name.endswith(tuple(tails))]

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> type:
        """The form's class, which knows who fills it in."""
        form = super().get_form(request, obj, change, **kwargs)
        form.request, form.model_admin = request, self
        return form

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """The state of the list; years and numbers that do not exist lead back to the whole list."""
        try:
            return super().get_changelist_instance(request)
        except (OverflowError, ValueError) as error:
            raise IncorrectLookupParameters(error) from error

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list."""
        words = self.words()
        return super().changelist_view(request, {**words, "title": words["plural"], **(extra_context or {})})

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page of a row, or of a new one; what may not be done is refused in words."""
        row, context = None, self.words()
        if object_id is None:
            self._addition(request.user).require()
            context["title"] = _("Add: %(noun)s") % context
        else:
            row = self._reached(request, object_id)
            if request.method == "POST":
                self._change(request.user, row).require()
            context["title"] = capfirst(context["noun"])
        context |= {"buttons": self.buttons_for(request, row), "links": self._links(row), "has_trail": self.has_trail}
        return super().changeform_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """The form, with what was typed before its reader had to confirm who he is."""
        if typed := getattr(request, "typed", None):
            context["adminform"].form.fill_in(typed)
        return super().render_change_form(request, context, *args, **kwargs)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The question whether to delete, and its answer; a refusal leads back to the row and is shown there."""
        row = self._reached(request, object_id)
        self._deletion(request.user, row).require()
        context = {**self.words(), "if_match": etag(row), **(extra_context or {})}
        try:
            return super().delete_view(request, object_id, context)
        except NotVisible:
            raise
        except PortalError as refusal:
            self.message_user(request, refusal.message, messages.ERROR)
            return HttpResponseRedirect(self.address("change", quote(row.pk)))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What the audit trail tells of the row, the newest first."""
        row = self._reached(request, object_id)
        context = {
            **self.admin_site.each_context(request),
            **self.words(),
            "title": _("History"),
            "subtitle": str(row),
            "object": row,
            "opts": self.opts,
            "entries": self.admin_site.trail_of(request.user, row),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/object_history.html", {**context, **(extra_context or {})})

    def _reached(self, request: HttpRequest, object_id: str) -> Model:
        """The row; raises NotVisible for one that the user may not reach, Denied for a table he may not read."""
        if not self.has_view_permission(request):
            raise Denied(_("Your role may not read this."), "role_lacks_permission")
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise NotVisible
        return row

    def _links(self, row: Model | None) -> list[tuple[str, Any]]:
        """The lists that lead on from the row, each with its address and words."""
        if row is None:
            return []
        return [
            (f"{reverse(f'admin:{table}_changelist')}?{parameter}={row.pk}", words)
            for table, parameter, words in self.related_lists
        ]

    def choice_label(self, row: Any) -> str:
        """What tells the row apart from others of the same name, for fields that look it up."""
        return str(row)

    def address(self, kind: str, *args: Any) -> str:
        """The address of a page of this table."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{kind}", args=args)

    # -- Django writes nothing ---------------------------------------------------------------------------------------
    def save_form(self, request: HttpRequest, form: ServiceForm, change: bool) -> Model:
        """The row as the service stored it."""
        return form.instance

    def save_model(self, request: HttpRequest, obj: Model, form: ServiceForm, change: bool) -> None:
        """Nothing: the service stored the row while the form was checked."""

    def save_related(self, request: HttpRequest, form: ServiceForm, formsets: Any, change: bool) -> None:
        """Nothing: there are no inline tables."""

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[list, dict, set, list]:
        """Nothing is listed: services hide rows, and say themselves what stands in the way."""
        return [], {}, set(), []

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        """Delete the row through its service."""
        self.remove(request.user, obj, request.POST.get("if_match") or NO_STATE)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Delete the rows through their service."""
        self.act_on_each(request, queryset, lambda row: self.remove(request.user, row, None))

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> None:
        """Nothing: the audit trail is the one log."""

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> None:
        """Nothing: the audit trail is the one log."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        """Nothing: the audit trail is the one log."""

    # -- where to go on ----------------------------------------------------------------------------------------------
    def response_add(self, request: HttpRequest, obj: Model, post_url_continue: str | None = None) -> HttpResponse:
        """Say what was added and go on."""
        self.message_user(request, _("%(row)s is added.") % {"row": obj}, messages.SUCCESS)
        return self._onwards(request, obj)

    def response_change(self, request: HttpRequest, obj: Model) -> HttpResponse:
        """Say what was saved and go on."""
        self.message_user(request, _("%(row)s is saved.") % {"row": obj}, messages.SUCCESS)
        return self._onwards(request, obj)

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: Any) -> HttpResponse:
        """Say what was deleted and go back to the list."""
        self.message_user(request, _("%(row)s is deleted.") % {"row": obj_display}, messages.SUCCESS)
        return self._onwards(request, None)

    def _onwards(self, request: HttpRequest, row: Model | None) -> HttpResponse:
        """To the row itself, to a new one, or back to the list with the filters that were set."""
        if row is not None and "_continue" in request.POST:
            target = self.address("change", quote(row.pk))
        elif self.adds and "_addanother" in request.POST:
            target = self.address("add")
        else:
            target = self.address("changelist")
        kept = {"preserved_filters": self.get_preserved_filters(request), "opts": self.opts}
        return HttpResponseRedirect(add_preserved_filters(kept, target))
