import re
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from accounts.models import ApiToken, AuditEntry, User
from accounts.services.api_tokens import create_api_token

from .factories import UserFactory

PAGE, NEW, COMPANY = "/account/tokens/", "/account/tokens/new/", "/administration/tokens/"
GOOD = {"name": "Nightly build", "scopes": ["results:write"], "lifetime": "90"}


@pytest.fixture
def token(tester) -> ApiToken:
    return create_api_token(actor=tester, name="Build of the shop", scopes=["read"])[0]


def revoke(token: ApiToken) -> str:
    return f"{PAGE}{token.pk}/revoke/"


def told(response) -> list[str]:
    return [str(each) for each in get_messages(response.wsgi_request)]


def test_a_token_is_shown_once_works_and_is_kept_by_no_cache(signed_in, tester, api, project):
    client = signed_in(tester)
    response = client.post(NEW, GOOD | {"project": project.pk})
    content = response.content.decode()
    secret = re.search(r"qap_[\w-]{40,}", content).group()
    assert "no-store" in response["Cache-Control"]
    assert "It is shown only now." in content
    assert f"Authorization: Bearer {secret}" in content
    scripted = api()
    scripted.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert [each["key"] for each in scripted.get("/api/projects").json()["data"]] == ["PAY"]
    assert secret not in client.get(PAGE).content.decode()
    assert secret not in str(AuditEntry.objects.values())


@pytest.mark.parametrize(("lifetime", "days"), [("30", 30), ("90", 90), ("365", 365), ("date", 10), ("never", None)])
def test_a_token_ends_when_it_was_chosen(signed_in, tester, lifetime, days):
    day = timezone.localdate() + timedelta(days=10)
    signed_in(tester).post(NEW, GOOD | {"lifetime": lifetime, "last_day": day.isoformat()})
    ends = ApiToken.objects.get().expires_at
    assert (ends and (timezone.localdate(ends) - timezone.localdate()).days) == days


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "\x00"}, "Null characters are not allowed."),
        ({"scopes": []}, "This field is required."),
        ({"scopes": ["everything"]}, "Select a valid choice."),
        ({"lifetime": "date"}, "Choose the last day."),
        ({"lifetime": "date", "last_day": "2020-01-01"}, "This time is past."),
        ({"lifetime": "date", "last_day": "2020-13-41"}, "Enter a valid date."),
        ({"lifetime": "date", "last_day": "9999-12-31"}, ""),
        ({"lifetime": "1"}, "Select a valid choice."),
        ({"project": 2**70}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_used_is_refused_beside_its_field(signed_in, tester, body, words):
    response = signed_in(tester).post(NEW, GOOD | body)
    if words:
        assert response.status_code == 422
        assert words in response.content.decode()
        assert not ApiToken.objects.exists()
    else:
        assert response.status_code == 200


def test_projects_of_others_cannot_be_named(signed_in, tester, other_project):
    assert signed_in(tester).post(NEW, GOOD | {"project": other_project.pk}).status_code == 422


def test_whose_role_makes_no_tokens_is_told_so(signed_in, viewer):
    client = signed_in(viewer)
    for answer in (client.get(PAGE), client.get(NEW), client.post(NEW, GOOD)):
        assert "Your role, Viewer, may not make API tokens." in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_everybody_sees_his_own_tokens_alone(signed_in, tester, developer, token):
    assert "Build of the shop" in signed_in(tester).get(PAGE).content.decode()
    assert "Build of the shop" not in signed_in(developer).get(PAGE).content.decode()
    assert signed_in(developer).post(revoke(token)).status_code == 404


def test_a_token_is_revoked(signed_in, tester, token):
    response = signed_in(tester).post(revoke(token))
    assert (response.url, told(response)) == (PAGE, ["The token Build of the shop is revoked"])
    content = signed_in(tester).get(PAGE, {"state": "revoked"}).content.decode()
    assert "Build of the shop" in content
    assert ">Revoke</button>" not in content


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_revoking_never_leads_to_another_site(signed_in, tester, token, target):
    assert signed_in(tester).post(revoke(token), {"next": target}).url == PAGE


def test_administrators_see_and_revoke_the_tokens_of_their_company(signed_in, admin, stranger, token):
    client = signed_in(admin)
    content = client.get(COMPANY).content.decode()
    assert "Build of the shop" in content
    assert "Tomas Reyl" in content
    assert "Build of the shop" in client.get(COMPANY, {"q": "reyl"}).content.decode()
    assert "Build of the shop" not in client.get(COMPANY, {"q": "nothing"}).content.decode()
    assert client.post(revoke(token), {"next": f"{COMPANY}?q=reyl"}).url == f"{COMPANY}?q=reyl"
    assert not ApiToken.objects.usable().exists()
    assert "Build of the shop" not in signed_in(stranger).get(COMPANY).content.decode()


def test_whoever_manages_no_tokens_is_told_so(signed_in, tester):
    response = signed_in(tester).get(COMPANY)
    assert response.status_code == 403
    assert "may not see and revoke the API tokens of others" in response.content.decode()


def test_the_platform_administrator_filters_by_company(signed_in, token, stranger):
    create_api_token(actor=stranger, name="Of the rival", scopes=["read"])
    client = signed_in(UserFactory(tenant=None, role_code="super_admin"))
    content = client.get(COMPANY, {"company": token.user.tenant_id}).content.decode()
    assert ("Build of the shop" in content, "Of the rival" in content) == (True, False)


def test_the_lists_cost_the_same_for_more_tokens(signed_in, admin, tester, same_queries):
    client = signed_in(admin)

    def grow():
        for number in range(5):
            create_api_token(actor=tester, name=f"Token {number}", scopes=["read"])
            create_api_token(actor=admin, name=f"Token {number}", scopes=["read"])

    grow()
    same_queries(lambda: client.get(PAGE), grow)
    same_queries(lambda: client.get(COMPANY), grow)
    assert User.objects.count() == 2
