"""A portal with a small project in it, and a browser to use it as people do."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from django.conf import settings
from django.core.signals import request_finished, request_started
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from accounts.models import Project, User
from catalog.models import TestCase
from catalog.services.cases import CaseDraft, create_cases
from qaportal.tests.callers import session_of
from releases.models import Release
from releases.services.releases import create_release
from releases.services.scope import add_cases

PATIENCE = 10_000  # milliseconds that a page may take to show what is expected


@dataclass
class Requests:
    """The requests that the portal is answering."""

    number: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def _count(self, by: int) -> None:
        with self.changed:
            self.number += by
            self.changed.notify_all()

    def started(self, **_told: object) -> None:
        self._count(1)

    def finished(self, **_told: object) -> None:
        self._count(-1)

    def wait_until_answered(self) -> None:
        """A page that closes still tells the portal so: no table is emptied under its last request."""
        with self.changed:
            self.changed.wait_for(lambda: self.number <= 0, timeout=PATIENCE / 1000)


@pytest.fixture
def requests() -> Iterator[Requests]:
    known = Requests()
    request_started.connect(known.started)
    request_finished.connect(known.finished)
    yield known
    known.wait_until_answered()
    request_started.disconnect(known.started)
    request_finished.disconnect(known.finished)


@dataclass
class Portal:
    """The running portal and what is in it."""

    url: str
    project: Project
    release: Release
    cases: list[TestCase]

    def address(self, path: str) -> str:
        """The full address of a path; `~` stands for the project."""
        return self.url + path.replace("~", f"/p/{self.project.key}", 1)


@pytest.fixture
def portal(live_server, requests, project, lead, tester) -> Portal:
    expect.set_options(timeout=PATIENCE)
    places = (("Card payments", "Authorisation"), ("Card payments", "Capture"), ("Payouts", "Limits"))
    drafts = [
        CaseDraft(
            title=f"{place[1]} case {number}",
            folder_path=place,
            priority="high" if number == 1 else "medium",
            tags=["smoke"],
            preconditions="A card that is enrolled.",
            steps=[{"action": "Pay with the card", "expected": "The payment is authorised"}],
        )
        for place in places
        for number in range(1, 5)
    ]
    cases = create_cases(actor=lead, project=project, drafts=drafts)
    release = create_release(actor=lead, project=project, version="4.18.0", name="Autumn checkout")
    add_cases(actor=lead, release=release, everything=True)
    return Portal(live_server.url, project, release, cases)


@pytest.fixture
def signed_in_page(portal, browser: Browser, request) -> Callable[..., Page]:
    """`signed_in_page(user, **options)`: a browser window in which this person has just signed in."""
    contexts: list[BrowserContext] = []

    def open_page(user: User, **options) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.problems = []
        page.on("console", lambda message: _note(page, message))
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": session_of(user).cookies[name].value, "url": portal.url}])
        page.goto(portal.url)
        expect(page.locator("#sidebar")).to_be_attached()
        return page

    yield open_page
    problems = [problem for context in contexts for page in context.pages for problem in page.problems]
    for context in contexts:
        for page in context.pages:
            with suppress(Error):  # a form that asks before it is left stays
                page.goto("about:blank")
        context.close()
    assert not problems


def _note(page: Page, message) -> None:
    """Errors of scripts and refusals of the content policy count; answers of 4xx are the business of the test."""
    if message.type == "error" and "status of 4" not in message.text:
        page.problems.append(message.text)
