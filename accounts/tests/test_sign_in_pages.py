import pytest
from django.urls import reverse

from accounts.choices import UserStatus
from accounts.models import AuditEntry

from .factories import PASSWORD


@pytest.fixture
def sign_in(client):
    def post(email, password=PASSWORD, **more):
        return client.post(reverse("account_login"), {"login": email, "password": password, **more})

    return post


def test_signing_in_opens_the_project_and_stands_in_the_audit_trail(sign_in, client, tester, project):
    response = sign_in(tester.email.upper())
    assert response.status_code == 302
    assert client.get(response.url).url == project.get_absolute_url()
    entry = AuditEntry.objects.get(action="user.signed_in")
    assert (entry.actor, entry.tenant, entry.facts) == (tester, tester.tenant, {"way": "page"})


def test_without_a_project_the_list_of_projects_opens(sign_in, client, tester):
    sign_in(tester.email)
    response = client.get("/", follow=True)
    assert response.redirect_chain[-1][0] == reverse("accounts:project_list")
    assert "No project is open to you yet" in response.content.decode()


def test_the_session_ends_with_the_browser_unless_it_is_to_be_remembered(sign_in, client, tester):
    sign_in(tester.email)
    assert client.session.get_expire_at_browser_close()
    client.logout()
    sign_in(tester.email, remember="on")
    assert not client.session.get_expire_at_browser_close()
    assert client.session.get_expiry_age() == 14 * 24 * 3600


def test_a_wrong_password_and_an_unknown_address_read_alike(sign_in, tester):
    wrong = sign_in(tester.email, "not the password").content.decode()
    unknown = sign_in("nobody@example.com", "not the password").content.decode()
    words = "The email address and/or password you specified are not correct."
    assert words in wrong
    assert words in unknown


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_signing_in_never_leads_to_another_site(sign_in, tester, target):
    assert "evil" not in sign_in(tester.email, next=target).url
    assert "javascript" not in sign_in(tester.email, next=target).get("Location", "/")


def test_a_page_that_asked_for_the_sign_in_opens_afterwards(client, sign_in, tester, project):
    page = reverse("accounts:member_list", args=[project.key])
    asked = client.get(page)
    assert asked.url == f"{reverse('account_login')}?next={page}"
    assert sign_in(tester.email, next=page).url == page


def test_signing_out_takes_a_post_and_stands_in_the_audit_trail(signed_in, tester, project):
    client = signed_in(tester)
    assert client.get(reverse("account_logout")).status_code == 200
    assert client.get(reverse("accounts:project_list")).status_code == 200
    client.post(reverse("account_logout"))
    assert client.get(reverse("accounts:project_list")).status_code == 302
    assert AuditEntry.objects.filter(action="user.signed_out", actor=tester).exists()


@pytest.mark.parametrize("suspend", ["person", "company"])
def test_suspension_ends_the_session_at_once_and_bars_the_sign_in(sign_in, client, tester, project, suspend):
    sign_in(tester.email)
    target = tester if suspend == "person" else tester.tenant
    target.status = UserStatus.SUSPENDED
    target.save()
    assert client.get(reverse("accounts:project_list")).status_code == 302
    assert sign_in(tester.email).status_code == 200
    assert client.get(reverse("accounts:project_list")).status_code == 302


def test_the_page_of_the_account_changes_the_name(signed_in, tester):
    client = signed_in(tester)
    page = reverse("accounts:account")
    assert tester.email in client.get(page).content.decode()
    client.post(page, {"first_name": "  Thomas", "last_name": "<b>"})
    tester.refresh_from_db()
    assert tester.full_name == "Thomas <b>"
    assert "<b>" not in client.get(page).content.decode().replace("<b>Thomas", "")
    entry = AuditEntry.objects.get(action="user.updated")
    assert entry.changes == {"first_name": ["Tomas", "Thomas"], "last_name": ["Reyl", "<b>"]}
