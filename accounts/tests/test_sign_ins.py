"""What somebody is signed in with, and ending it."""

import time

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.jobs import remove_dead_sessions
from accounts.models import AuditEntry, TokenFamily
from accounts.services import sign_ins
from accounts.sign_in.devices import device_in_words
from qaportal.kit.errors import NotVisible

from .factories import PASSWORD

LIST = "/account/sessions/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0"


@pytest.fixture
def sign_in():
    """`sign_in(user)`: a browser in which the person signed in by the form."""

    def post(user, agent=FIREFOX, address="203.0.113.7"):
        browser = Client(headers={"User-Agent": agent}, REMOTE_ADDR=address)
        browser.post("/account/login/", {"login": user.email, "password": PASSWORD})
        return browser

    return post


def lives(browser):
    return browser.get("/projects/").status_code == 200


def test_the_page_lists_browsers_and_programs(sign_in, api, tester):
    browser = sign_in(tester)
    sign_in(tester, "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1", "198.51.100.9")
    client = {"HTTP_USER_AGENT": "python-httpx/0.27.2", "REMOTE_ADDR": "192.0.2.8"}
    api().post("/api/auth/login", {"username": tester.email, "password": PASSWORD}, **client)
    page = browser.get(LIST).content.decode()
    for words in (
        "Firefox on Windows",
        "203.0.113.7",
        "Safari on iPhone",
        "198.51.100.9",
        "python-httpx 0.27.2",
        "192.0.2.8",
    ):
        assert words in page
    assert page.count("this one") == 1


def test_the_page_shows_nothing_of_others(sign_in, api, tester, developer):
    sign_in(developer, "Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0 Safari/537.36", "198.51.100.9")
    page = sign_in(tester).get(LIST).content.decode()
    assert "Chrome" not in page
    assert "198.51.100.9" not in page


def test_the_page_costs_the_same_however_many_there_are(sign_in, tester, same_queries):
    browser = sign_in(tester)

    def grow():
        for _ in range(3):
            sign_in(tester)

    same_queries(lambda: browser.get(LIST), grow)


def test_one_browser_is_signed_out(sign_in, tester):
    here, there = sign_in(tester), sign_in(tester)
    other = UserSession.objects.get(session_key=there.session.session_key)
    assert here.post(f"{LIST}{other.pk}/end/").url == LIST
    assert (lives(here), lives(there)) == (True, False)
    assert AuditEntry.objects.get(action="session.revoked").facts == {"way": "page", "address": "203.0.113.7"}


def test_one_program_is_signed_out(sign_in, api, tester):
    browser, ended, kept = sign_in(tester), api(tester), api(tester)
    family = TokenFamily.objects.order_by("created_at").first()
    assert browser.post(f"{LIST}api/{family.pk}/end/").url == LIST
    assert [script.get("/api/auth/me").status_code for script in (ended, kept)] == [401, 200]
    assert AuditEntry.objects.get(action="session.revoked").facts == {"way": "api"}


def test_everything_else_is_signed_out_and_this_browser_stays(sign_in, api, tester, developer):
    here, there, script, theirs = sign_in(tester), sign_in(tester), api(tester), sign_in(developer)
    assert here.post(f"{LIST}end-others/").url == LIST
    assert (lives(here), lives(there), lives(theirs)) == (True, False, True)
    assert script.get("/api/auth/me").status_code == 401
    assert UserSession.objects.filter(user=tester).count() == 1
    entry = AuditEntry.objects.get(action="user.signed_out_everywhere")
    assert entry.facts == {"reason": "signed_out_elsewhere"}


def test_ending_a_session_that_nobody_listed_works_too(signed_in, tester):
    browser = signed_in(tester)
    assert lives(browser)
    sign_ins.end_all_sign_ins(actor=None, user=tester, reason="suspended")
    assert not lives(browser)


def test_a_company_is_signed_out_in_a_fixed_number_of_statements(
    sign_in, api, tester, developer, stranger, tenant, django_assert_max_num_queries
):
    browsers, scripts = [sign_in(user) for user in (tester, developer, stranger)], [api(developer), api(stranger)]
    with django_assert_max_num_queries(10):
        sign_ins.end_sign_ins_of_tenant(actor=None, tenant=tenant, reason="suspended")
    assert [lives(browser) for browser in browsers] == [False, False, True]
    assert [script.get("/api/auth/me").status_code for script in scripts] == [401, 200]


@pytest.mark.parametrize("way", ["browser", "api"])
def test_nobody_ends_what_is_not_his(sign_in, api, tester, developer, way):
    theirs, script = sign_in(developer), api(developer)
    session, family = UserSession.objects.get(), TokenFamily.objects.get()
    mine = sign_in(tester)
    path = f"{LIST}{session.pk}/end/" if way == "browser" else f"{LIST}api/{family.pk}/end/"
    assert mine.post(path).status_code == 404
    with pytest.raises(NotVisible):
        sign_ins.end_browser_session(actor=tester, session=session)
    with pytest.raises(NotVisible):
        sign_ins.end_api_sign_in(actor=tester, family=family)
    assert lives(theirs)
    assert script.get("/api/auth/me").status_code == 200


def test_a_new_password_keeps_this_browser_and_ends_the_others(sign_in, api, tester):
    here, there, script = sign_in(tester), sign_in(tester), api(tester)
    new = "another horse 43"
    here.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert (lives(here), lives(there)) == (True, False)
    assert script.get("/api/auth/me").status_code == 401
    assert "Firefox on Windows" in here.get(LIST).content.decode()
    assert UserSession.objects.filter(user=tester).count() == 1


def test_use_is_noted_at_most_every_five_minutes(signed_in, tester):
    browser = signed_in(tester)
    session = browser.session
    session["seen_at"] = 0
    session.save()
    browser.get("/projects/", REMOTE_ADDR="192.0.2.77", headers={"User-Agent": FIREFOX})
    row = UserSession.objects.get(user=tester)
    assert (row.ip, row.user_agent) == ("192.0.2.77", FIREFOX)
    browser.get("/projects/", REMOTE_ADDR="192.0.2.78")
    assert UserSession.objects.get(user=tester).ip == "192.0.2.77"
    session = browser.session
    session["seen_at"] = int(time.time()) - 301
    session.save()
    browser.get("/projects/", REMOTE_ADDR="192.0.2.78")
    assert UserSession.objects.get(user=tester).ip == "192.0.2.78"


def test_signing_out_takes_the_session_off_the_list(sign_in, tester):
    browser = sign_in(tester)
    browser.post("/account/logout/")
    assert not UserSession.objects.exists()


def test_dead_sessions_are_forgotten_at_night(sign_in, tester, developer):
    from django.utils import timezone

    sign_in(tester)
    Session.objects.update(expire_date=timezone.now())
    sign_in(developer)
    UserSession.objects.create(user=tester, ip="192.0.2.1", session_key="gone")
    remove_dead_sessions(timestamp=0)
    assert [row.user for row in UserSession.objects.all()] == [developer]
    assert Session.objects.count() == 1


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_6) AppleWebKit/605 Version/17.6 Safari/605", "Safari on macOS"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0.0.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge on Windows"),
        (
            "Mozilla/5.0 (Linux; Android 14; SM-S921B) SamsungBrowser/25.0 Chrome/121.0 Safari/537.36",
            "Samsung Internet on Android",
        ),
        ("Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) FxiOS/130.0 Mobile/15E148 Safari/605", "Firefox on iPad"),
        ("curl/8.9.1", "curl 8.9.1"),
        ("python-requests/2.32.3", "python-requests 2.32.3"),
        ("Apache-HttpClient/4.5.14 (Java/17.0.9)", "Apache-HttpClient 4.5.14"),
        ("qa-uploader", "qa-uploader"),
        ("", "Unknown device"),
        ("Mozilla/5.0", "Unknown device"),
        ("<script>alert(1)</script>", "Unknown device"),
    ],
)
def test_devices_are_named_in_words(agent, words):
    assert device_in_words(agent) == words
