import pytest
from axes.models import AccessAttempt
from django.urls import reverse

from .factories import PASSWORD

LIMIT = 10


@pytest.fixture
def guess(client, api):
    """`guess(way, user, password)`: one attempt to sign in, on the page or by one of the API's ways."""

    def attempt(way, user, password="wrong password", address="203.0.113.7"):
        if way == "page":
            form = {"login": user.email, "password": password}
            return client.post(reverse("account_login"), form, REMOTE_ADDR=address)
        if way == "plain":
            body = {"username": user.email.upper(), "password": password}
            return api().post("/api/auth/login", body, REMOTE_ADDR=address)
        return api().post("/api/v1/auth/login", {"email": user.email, "password": password}, REMOTE_ADDR=address)

    return attempt


def test_page_and_api_count_together(guess, tester):
    for number in range(LIMIT - 1):
        guess(["page", "plain", "tenant"][number % 3], tester)
    guess("plain", tester)
    for way in ("page", "plain", "tenant"):
        locked = guess(way, tester, PASSWORD)
        assert locked.status_code == 429
        assert locked["Retry-After"] == "900"


def test_each_way_words_the_lock_as_its_own(guess, tester):
    for _ in range(LIMIT):
        guess("plain", tester)
    words = "Too many failed attempts. Try again later."
    assert guess("plain", tester).json() == {"detail": words, "code": "locked_out", "fields": {}}
    assert guess("tenant", tester).json() == {"success": False, "error": {"code": "locked_out", "message": words}}
    assert "Too many failed attempts to sign in" in guess("page", tester).content.decode()


def test_others_and_other_places_are_not_locked(guess, tester, developer):
    for _ in range(LIMIT):
        guess("plain", tester)
    assert guess("plain", developer, PASSWORD).status_code == 200
    assert guess("plain", tester, PASSWORD, address="198.51.100.1").status_code == 200


def test_success_forgets_the_failures(guess, tester):
    for _ in range(LIMIT - 1):
        guess("plain", tester)
    assert guess("page", tester, PASSWORD).status_code == 302
    for _ in range(LIMIT - 1):
        guess("plain", tester)
    assert guess("plain", tester, PASSWORD).status_code == 200


def test_a_new_password_opens_the_lock(guess, tester):
    from accounts.services.passwords import record_password_change

    for _ in range(LIMIT):
        guess("plain", tester)
    record_password_change(user=tester)
    assert guess("plain", tester, PASSWORD).status_code == 200


def test_a_forwarded_address_counts_only_behind_a_trusted_proxy(api, tester, settings):
    def from_behind(forwarded):
        body = {"username": tester.email, "password": "wrong password"}
        return api().post("/api/auth/login", body, REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)

    for number in range(LIMIT):
        from_behind(f"203.0.113.{number}")
    assert from_behind("203.0.113.99").status_code == 429
    settings.TRUSTED_PROXIES = 1
    assert from_behind("10.0.0.1, 203.0.113.99").status_code == 401


def test_guessed_passwords_are_kept_nowhere(guess, tester):
    for way in ("page", "plain", "tenant"):
        guess(way, tester, "canary-password")
    assert "canary-password" not in str([vars(attempt) for attempt in AccessAttempt.objects.all()])
