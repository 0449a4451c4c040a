"""The tab with which a release's pages lead to its runs."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext_lazy

from qaportal.kit import panels
from releases.head import TABS

from .models import TestRun


def runs_of(release_ids: Iterable[int]) -> Mapping[int, dict[str, Any]]:
    """Where the runs of each release are listed and how many there are, in one query."""
    ids = list(release_ids)
    shown = TestRun.objects.living().shown().filter(release__in=ids).order_by()
    rows = shown.values_list("release_id", "project__key").annotate(number=Count("pk", distinct=True))
    return {
        release_id: {"url": f"{reverse('runs:list', args=[key])}?release={release_id}", "count": number}
        for release_id, key, number in rows
    }


def register() -> None:
    """Add the tab; a release without runs has none."""
    panels.register(
        panels.Panel(place=TABS, code="runs", label=gettext_lazy("Runs"), template="", load=runs_of, order=10)
    )
