"""The portal served by https behind a proxy, and settings that cannot be used: read anew, each in its own process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SERVED = {
    "QAPORTAL_ORIGIN": "https://qa.example.com",
    "QAPORTAL_TRUSTED_PROXIES": "1",
    "QAPORTAL_SECRET_KEY": "a long text that nobody guesses, for as long as nobody reads this file",
}
ASK = """
import django, json
from django.conf import settings
settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
django.setup()
from django.test import Client
ours = Client(headers={"X-Forwarded-Proto": "https"}, SERVER_NAME="qa.example.com")
from django.contrib.messages import constants
from django.http import HttpResponse
from django.test import RequestFactory
from qaportal.kit.cookies import HostMessages
dark, told = ours.post("/theme/", {"theme": "dark"}), HttpResponse()
storage = HostMessages(RequestFactory().get("/"))
storage.add(constants.INFO, "saved")
storage.update(told)
others = {**dark.cookies, **told.cookies}
page, plain = ours.get("/account/login/"), Client(SERVER_NAME="127.0.0.1", headers={"X-Forwarded-Proto": "http"})
print(json.dumps({
    "cookies": {name: dict(cookie.items()) for name, cookie in page.cookies.items()},
    "headers": dict(page.headers),
    "redirect": [plain.get("/projects/?a=b").status_code, plain.get("/projects/?a=b").get("Location")],
    "health": plain.get("/livez").status_code,
    "session": settings.SESSION_COOKIE_NAME,
    "others": {name: dict(cookie.items()) for name, cookie in others.items()},
    "shown": 'data-bs-theme="dark"' in ours.get("/account/login/").content.decode(),
    "forgotten": [*ours.post("/theme/", {"theme": "system"}).cookies],
}))
"""


NUMBERS = """
import django, json
from django.conf import settings
django.setup()
from django.contrib.auth.hashers import make_password
print(json.dumps({
    "hash": make_password("correct horse 42").partition("$")[0],
    "calls": settings.API_RATE_LIMITS,
    "attempts": [settings.AXES_FAILURE_LIMIT, settings.AXES_COOLOFF_TIME.total_seconds()],
    "access_token": [settings.SIMPLE_JWT["ALGORITHM"], settings.SIMPLE_JWT["ACCESS_TOKEN_LIFETIME"].total_seconds()],
    "own_key": settings.SIMPLE_JWT["SIGNING_KEY"] != settings.SECRET_KEY,
    "confirmed_for": settings.ACCOUNT_REAUTHENTICATION_TIMEOUT,
}))
"""


def run(*command, **environment):
    environment = {**os.environ, **SERVED, **environment}
    environment.pop("DJANGO_ALLOW_ASYNC_UNSAFE")  # the tests alone need it
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_the_deployment_checks_find_nothing():
    done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
    assert "System check identified no issues" in done.stdout


def test_an_https_origin_without_a_proxy_is_noticed():
    done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", QAPORTAL_TRUSTED_PROXIES="0")
    assert done.returncode == 1
    assert "qaportal.W001" in done.stderr


def test_cookies_headers_and_redirects_are_those_of_https():
    done = run("-c", ASK)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    csrf = told["cookies"]["__Host-csrftoken"]
    assert (csrf["secure"], csrf["path"], csrf["domain"], csrf["samesite"]) == (True, "/", "", "Lax")
    assert told["session"] == "__Host-sessionid"
    assert set(told["others"]) == {"__Host-theme", "__Host-messages"}
    for cookie in told["others"].values():
        assert (cookie["secure"], cookie["path"], cookie["domain"], cookie["httponly"]) == (True, "/", "", True)
    assert (told["shown"], told["forgotten"]) == (True, ["__Host-theme"])
    assert told["headers"]["Strict-Transport-Security"] == "max-age=31536000"
    assert told["headers"]["X-Content-Type-Options"] == "nosniff"
    assert told["redirect"] == [301, "https://qa.example.com/projects/?a=b"]
    assert told["health"] == 200


def test_the_numbers_that_the_documents_promise_are_those_that_are_set():
    done = run("-c", NUMBERS)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["hash"] == "argon2"
    assert told["calls"] | {"user": "1000/h", "anonymous": "100/h", "burst": "50/min"} == told["calls"]
    assert told["attempts"] == [10, 15 * 60]
    assert told["access_token"] == ["HS256", 15 * 60]
    assert told["own_key"]
    assert told["confirmed_for"] == 15 * 60


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("QAPORTAL_RATE_USER", "often", "'often' is not a rate such as 1000/h, 50/min or off"),
        ("QAPORTAL_RATE_INGEST_BURST", "0/min", "'0/min' is not a rate"),
        ("QAPORTAL_ENCRYPTION_KEYS", "canary", "key 1 is no Fernet key"),
        ("QAPORTAL_OUTBOUND_ALLOW", "10.0.0.5/8", "10.0.0.5/8 has host bits set"),
    ],
)
def test_a_wrong_value_stops_the_start_with_its_name(name, value, words):
    done = run("manage.py", "check", **{name: value})
    assert done.returncode == 78
    (line,) = done.stderr.strip().splitlines()
    assert f"{name} has a value that cannot be used: {words}" in line
    assert "canary" not in line
