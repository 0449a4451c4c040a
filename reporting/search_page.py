"""What the search page shows: all types with their best, or one type page by page, all out of the address."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Project, User
from qaportal.kit import search
from qaportal.kit.wording import number

from .found import kinds_of

LONGEST = 200
PAGE_SIZE = 25
SHOWN_OF_EACH = 5


class FoundPaginator(Paginator):
    """Pages through what one type answered: the stretch is loaded, the number told."""

    def __init__(self, answer: search.Answer) -> None:
        """Keep the answer."""
        super().__init__(answer.records, PAGE_SIZE)
        self.answer = answer

    @property
    def count(self) -> int:
        """How many there are."""
        return self.answer.total

    @property
    def shown_count(self) -> str:
        """The number as the foot of the list says it."""
        return shown_count(self.answer)


def shown_count(answer: search.Answer) -> str:
    """The number of an answer; "1,000+" where nobody counted on."""
    return f"{number(answer.total)}+" if answer.is_capped else number(answer.total)


class SearchPage:
    """The state of the search page for one request."""

    def __init__(self, request: HttpRequest, project: Project | None) -> None:
        """Read the address; a type that is none means all."""
        self.user, self.project = request.user, project
        self.words = request.GET.get("q", "").replace("\x00", "")[:LONGEST].strip()
        chosen = [kind for kind in search.kinds() if kind.code == request.GET.get("type")]
        self.kind = chosen[0] if chosen else None
        place = request.GET.get("page", "")
        last = search.MOST_COUNTED // PAGE_SIZE
        is_usable = place.isascii() and place.isdigit()
        self.place = max(1, min(int(place[:9]), last)) if is_usable else 1

    @property
    def url(self) -> str:
        """The page without what is searched."""
        return (
            reverse("reporting:project_search", args=[self.project.key])
            if self.project
            else reverse("reporting:search")
        )

    def address(self, kind: search.Kind | None) -> str:
        """The same words among one type, or all."""
        asked = {"q": self.words} | ({"type": kind.code} if kind else {})
        return f"{self.url}?{urlencode(asked)}"

    @cached_property
    def answers(self) -> dict[str, search.Answer]:
        """What each type answers; of the chosen one its page, of the others the number."""
        found = {}
        for kind in kinds_of([]) if self.words else []:
            is_here = kind == self.kind
            limit = PAGE_SIZE if is_here else 0 if self.kind else SHOWN_OF_EACH
            offset = (self.place - 1) * PAGE_SIZE if is_here else 0
            asked = search.Asked(words=self.words, project=self.project, limit=limit, offset=offset)
            found[kind.code] = kind.ask(user=self.user, asked=asked)
        return found

    @property
    def tabs(self) -> list[dict[str, Any]]:
        """All, and each type with its number."""
        every = {"label": _("All"), "url": self.address(None), "is_current": self.kind is None}
        kinds = [
            {
                "label": kind.label,
                "url": self.address(kind),
                "is_current": kind == self.kind,
                "count": answer.total,
                "is_capped": answer.is_capped,
            }
            for kind in search.kinds()
            if (answer := self.answers.get(kind.code))
        ]
        return [every, *kinds]

    @cached_property
    def groups(self) -> list[dict[str, Any]]:
        """The types that found something, each with its records."""
        shown = [self.kind] if self.kind else search.kinds()
        return [
            {
                "kind": kind,
                "records": answer.records,
                "more_url": self.address(kind) if answer.total > len(answer.records) and not self.kind else "",
                "count": shown_count(answer),
            }
            for kind in shown
            if (answer := self.answers.get(kind.code)) and answer.records
        ]

    @cached_property
    def page(self) -> Page | None:
        """Where the records of the chosen type stand among all of them."""
        answer = self.answers.get(self.kind.code) if self.kind else None
        return Page(answer.records, self.place, FoundPaginator(answer)) if answer and answer.records else None


def find_page(*, user: User, project: Project | None, words: str, limit: int) -> Iterator[search.Hit]:
    """The palette's way to everything that the words find."""
    if words:
        url = _url_of(project)
        label = _("Everything found for “%s”") % words
        yield search.Hit(label=label, hint=_("Search"), icon="search", url=f"{url}?{urlencode({'q': words})}")


def _url_of(project: Project | None) -> str:
    return reverse("reporting:project_search", args=[project.key]) if project else reverse("reporting:search")
