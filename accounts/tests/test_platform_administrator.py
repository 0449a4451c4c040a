"""The first administrator of the platform is made by a command."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.management.commands import create_platform_administrator as command
from accounts.models import AuditEntry, User
from accounts.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
EMAIL = "root@example.com"


@pytest.fixture(autouse=True)
def nobody_types(monkeypatch):
    monkeypatch.delenv(command.VARIABLE, raising=False)
    monkeypatch.setattr("sys.stdin", StringIO())


def called(*arguments: str) -> str:
    out = StringIO()
    call_command("create_platform_administrator", *arguments, stdout=out)
    return out.getvalue()


def test_the_password_comes_from_the_environment_and_is_never_printed(monkeypatch, client):
    monkeypatch.setenv(command.VARIABLE, "correct horse 43")
    said = called(EMAIL, "--first-name", "Rosa", "--last-name", "Root")
    person = User.objects.get(email=EMAIL)
    assert (person.full_name, person.tenant, person.is_super_admin) == ("Rosa Root", None, True)
    assert "horse" not in said
    client.post("/account/login/", {"login": EMAIL, "password": "correct horse 43"})
    assert client.get("/admin/").status_code == 200
    entry = AuditEntry.objects.get(action="user.created", target_id=str(person.pk))
    assert (entry.actor, entry.correlation_id) == (None, "create_platform_administrator")


def test_without_a_password_a_link_is_printed_that_works_once(client):
    link = re.search(r"http://\S+", called(EMAIL)).group(0)
    path = link.partition("/account/")[2]
    page = client.get(f"/account/{path}", follow=True)
    new = {"password1": "correct horse 43", "password2": "correct horse 43"}
    client.post(page.redirect_chain[-1][0], new)
    assert User.objects.get(email=EMAIL).check_password("correct horse 43")
    assert "password1" not in Client().get(f"/account/{path}", follow=True).content.decode()
    assert AuditEntry.objects.filter(action="user.reset_link_issued").exists()
    assert link not in str(list(AuditEntry.objects.values()))


def test_the_password_is_asked_for_twice(monkeypatch):
    answers = iter(["correct horse 43", "correct horse 43", "one", "another"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(command, "getpass", lambda _words: next(answers))
    called(EMAIL)
    assert User.objects.get(email=EMAIL).check_password("correct horse 43")
    with pytest.raises(CommandError, match="two different passwords"):
        called("second@example.com")
    assert not User.objects.filter(email="second@example.com").exists()


@pytest.mark.parametrize(
    ("email", "password", "words"),
    [
        ("TAKEN@example.com", "correct horse 43", "This address cannot be used."),
        ("root@example.com", "password", "too common"),
        ("no address", "correct horse 43", "valid email address"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(monkeypatch, email, password, words):
    UserFactory(email="taken@example.com")
    monkeypatch.setenv(command.VARIABLE, password)
    with pytest.raises(CommandError, match=re.escape(words)):
        called(email)
    assert User.objects.count() == 1
