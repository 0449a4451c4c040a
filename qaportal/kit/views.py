"""What pages share: one URL serves the page and its fragment, refusals are shown where they happened."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_filters.views import FilterView
from django_tables2 import RequestConfig

from .errors import InvalidInput, NotVisible, PortalError, TooMany

PAGE_SIZES = (25, 50, 100, 200)
UNDO = "undo:"
"""Marks the address that takes back what a message tells."""


def wants_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page; boosted links and history ask for the whole."""
    return bool(getattr(request, "htmx", False)) and request.htmx.request_type == "partial"


def render_fragment(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """A named partial of a page, such as `releases/release_detail.html#row`."""
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Request-Type"])
    return response


def _trigger(response: HttpResponse, events: dict[str, Any]) -> HttpResponse:
    known = json.loads(response["HX-Trigger"]) if response.has_header("HX-Trigger") else {}
    response["HX-Trigger"] = json.dumps(known | events)
    return response


def tell(
    response: HttpResponse, text: str, *, kind: str = "passed", undo: dict[str, Any] | None = None
) -> HttpResponse:
    """Show a toast when the fragment arrives; `undo` is the `{"url", "values"}` of a POST that takes it back."""
    toast: dict[str, Any] = {"text": str(text), "kind": kind}
    if undo:
        toast["undo"] = undo
    return _trigger(response, {"portal:toast": toast})


def tell_later(request: HttpRequest, text: str, *, undo: str = "") -> None:
    """Show a toast on the page that comes next; `undo` is the address of a POST that takes it back."""
    messages.success(request, text, extra_tags=f"{UNDO}{undo}" if undo else "")


def undo_address(tags: str | None) -> str:
    """Where a message of `tell_later` is taken back, from its tags; nothing for other messages."""
    return tags.removeprefix(UNDO) if tags and tags.startswith(f"{UNDO}/") else ""


def announce(response: HttpResponse, *names: str) -> HttpResponse:
    """Send events with a fragment, for parts of the page that wait for `NAME from:body` to load themselves again.

    They are dispatched on the body: the element that asked is often gone once its answer is swapped in.
    """
    return _trigger(response, {name: {"target": "body"} for name in names})


@dataclass(slots=True)
class Refusal:
    """What a service said no with, for the template; empty when it did not."""

    message: str = ""
    code: str = ""
    status: int = 200
    fields: dict[str, list[str]] = field(default_factory=dict)
    """The words for single fields, for `PortalForm.refuse`."""

    def __bool__(self) -> bool:
        """Whether something was refused."""
        return bool(self.message)


@contextmanager
def shown_refusal(request: HttpRequest) -> Iterator[Refusal]:
    """Catch what services say no with, to show it beside its cause; the status to answer with is in it."""
    refusal = Refusal()
    try:
        yield refusal
    except NotVisible:
        raise
    except PortalError as error:
        words = [text for texts in error.fields.values() for text in texts]
        refusal.message = " ".join(words) if isinstance(error, InvalidInput) and words else error.message
        refusal.code = error.code
        refusal.status = 422
        if isinstance(error, TooMany):
            refusal.status = 429
            request.retry_after = error.wait  # becomes a header of whatever the view answers with this status
        refusal.fields = error.fields


class FragmentMixin:
    """A page whose template holds named partials; htmx gets the one named in `fragment`."""

    fragment = "rows"

    def fragment_name(self) -> str:
        """Which partial htmx gets; a view with several decides by `request.htmx.target`."""
        return self.fragment

    def get_template_names(self) -> list[str]:
        """The page, or its partial."""
        names = super().get_template_names()
        if wants_fragment(self.request):
            return [f"{names[0]}#{self.fragment_name()}"]
        return names

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Tell caches that page and fragment differ."""
        response = super().dispatch(request, *args, **kwargs)
        patch_vary_headers(response, ["HX-Request", "HX-Request-Type"])
        return response


class FilteredListView(FilterView):
    """A filtered, sorted and paged table; the URL holds its whole state."""

    table_class: type
    strict = False
    paginate_by = 50
    menu_fields: tuple[str, ...] = ()
    """The filters of the menu beside the search; `kit/list_filters.html` draws both."""

    def get_paginate_by(self, queryset: Any) -> int:
        """The page size of the URL, if it is one of those offered."""
        size = self.request.GET.get("per_page", "")
        return int(size) if size.isdigit() and int(size) in PAGE_SIZES else self.paginate_by

    def get_table_kwargs(self) -> dict[str, Any]:
        """More arguments of the table."""
        return {}

    def paginate_queryset(self, queryset: Any, page_size: int) -> tuple:
        """Left to the table, which sorts first."""
        return None, None, queryset, False

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The table of the page and the active filters as chips."""
        context = super().get_context_data(**kwargs)
        table = self.table_class(self.object_list, **self.get_table_kwargs())
        table.request = self.request
        RequestConfig(self.request, paginate=False).configure(table)
        per_page = self.get_paginate_by(self.object_list)
        table.paginate(page=1, per_page=per_page, paginator_class=self.paginator_class)
        table.page = table.paginator.get_page(self.request.GET.get("page"))
        context.update(table=table, page_obj=table.page, chips=self.chips(context["filter"]), page_sizes=PAGE_SIZES)
        form, menu = context["filter"].form, self.menu()
        context["menu"] = [form[name] for name in menu]
        context["kept_by_search"], context["kept_by_filters"] = carried(self.request, "q"), carried(self.request, *menu)
        return context

    def menu(self) -> list[str]:
        """The filters that the reader is offered."""
        return list(self.menu_fields)

    def chips(self, filterset: Any) -> list[dict[str, str]]:
        """The active filters: field, value in words and the address without it."""
        return filter_chips(self.request, filterset)


def carried(request: HttpRequest, *without: str) -> list[tuple[str, str]]:
    """What a GET form carries along in hidden fields: the query without its own keys and the page."""
    left_out = {*without, "page"}
    return [(name, value) for name, values in request.GET.lists() if name not in left_out for value in values if value]


def _in_words(shown: forms.Field, value: Any, given: list[str]) -> Iterator[str]:
    """What the chosen values are called; objects are not looked for among all that could be chosen."""
    if isinstance(shown, forms.ModelChoiceField):
        return (shown.label_from_instance(each) for each in ([value] if isinstance(value, Model) else value))
    choices = dict(getattr(shown, "choices", []))
    return (str(choices.get(each, each)) for each in given if each)


def filter_chips(request: HttpRequest, filterset: Any) -> list[dict[str, str]]:
    """The active filters: field, value in words and the address without it."""
    chips: list[dict[str, str]] = []
    form = filterset.form
    if not form.is_bound:
        return chips
    form.is_valid()
    for name, shown in form.fields.items():
        values = request.GET.getlist(name)
        value = form.cleaned_data.get(name) if hasattr(form, "cleaned_data") else None
        if not any(values) or value in (None, "", []):
            continue
        query = request.GET.copy()
        query.pop(name, None)
        query.pop("page", None)
        words = ", ".join(_in_words(shown, value, values))
        chips.append({"name": name, "label": str(shown.label or name), "value": words, "url": f"?{query.urlencode()}"})
    return chips
