"""The filters of the list of cases as people see them: the menu that sets them and the chips that remove them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Project, User
from qaportal.kit.statuses import shown as shown_status

from .filters import PersonFilter, TestCaseFilter

USUAL = ("priority", "state", "last_status", "test_type", "tag", "automation_status", "tags", "owner")
"""What the menu shows at once; everything else stands below."""


@dataclass(slots=True)
class Chip:
    """An active filter."""

    label: str
    value: str
    remove_url: str


@dataclass(slots=True)
class FilterField:
    """One filter of the menu."""

    name: str
    label: str
    kind: str
    """`codes`, `person`, `date`, `number` or `text`."""
    value: str = ""
    options: list[dict[str, Any]] = field(default_factory=list)


class FilterMenu:
    """The filters of one list."""

    def __init__(self, filterset: TestCaseFilter, *, user: User, project: Project) -> None:
        """Remember whose list it is."""
        self.filterset, self.user, self.project = filterset, user, project

    @cached_property
    def cleaned(self) -> dict[str, Any]:
        """What is asked for; nothing when it cannot be used."""
        form = self.filterset.form
        return form.cleaned_data if form.is_valid() else {}

    @cached_property
    def people(self) -> list[tuple[str, str]]:
        """Whom filters for people offer."""
        people = User.objects.who_reach(self.project).order_by("first_name", "last_name", "email")
        named = [(str(each.pk), each.full_name) for each in people if each.pk != self.user.pk]
        return [("me", _("Me")), ("none", _("Nobody")), *named]

    @cached_property
    def fields(self) -> list[FilterField]:
        """Every filter but the search, which stands in its box."""
        return [self._field(name, shown) for name, shown in self.filterset.form.fields.items() if name != "search"]

    @property
    def usual(self) -> list[FilterField]:
        """Those that are asked for most."""
        return sorted((each for each in self.fields if each.name in USUAL), key=lambda each: USUAL.index(each.name))

    @property
    def others(self) -> list[FilterField]:
        """Those that stand below."""
        return [each for each in self.fields if each.name not in USUAL]

    @property
    def is_other_used(self) -> bool:
        """Whether one of those that stand below is set."""
        return any(self.cleaned.get(each.name) not in (None, "", []) for each in self.others)

    def _field(self, name: str, shown: forms.Field) -> FilterField:
        if hasattr(shown, "choices"):
            chosen = {str(each) for each in self.cleaned.get(name) or []}
            options = [{"code": code, "word": word, "is_chosen": str(code) in chosen} for code, word in shown.choices]
            return FilterField(name, str(shown.label), "codes", options=options)
        value = self.filterset.data.get(name, "")
        if isinstance(self.filterset.filters[name], PersonFilter):
            return FilterField(name, str(shown.label), "person", value)
        kinds = ((forms.DateField, "date"), (forms.DecimalField, "number"))
        kind = next((word for cls, word in kinds if isinstance(shown, cls)), "text")
        return FilterField(name, str(shown.label), kind, value)

    def chips(self, url_without: Callable[[str], str]) -> list[Chip]:
        """The active filters in words; `url_without` answers the list without one of them."""
        return [
            Chip(str(shown.label), self._words(name, shown, value), url_without(name))
            for name, shown in self.filterset.form.fields.items()
            if name != "search" and (value := self.cleaned.get(name)) not in (None, "", [])
        ]

    def _words(self, name: str, shown: forms.Field, value: Any) -> str:
        if name == "last_status":
            return ", ".join(str(shown_status(each).word) for each in value)
        if isinstance(self.filterset.filters[name], PersonFilter):
            return dict(self.people).get(value, value)
        if isinstance(shown, forms.DateField):
            return date_format(value, "j M Y")
        choices = {str(code): word for code, word in getattr(shown, "choices", [])}
        return ", ".join(str(choices.get(each, each)) for each in value) if isinstance(value, list) else str(value)
