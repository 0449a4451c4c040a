import pytest
from django.contrib.messages import get_messages

from accounts.models import AuditEntry, Tenant, TenantDomain, User
from accounts.services.tenants import delete_tenant
from qaportal.kit.concurrency import etag

from .factories import TenantFactory, UserFactory

OWN, PAGE, NEW = "/administration/company/", "/administration/companies/", "/administration/companies/new/"
GOOD = {"name": "New company", "slug": "new-company", "subscription_tier": "team", "max_users": "25", "max_modules": ""}


@pytest.fixture
def platform(db) -> User:
    return UserFactory(tenant=None, role_code="super_admin", first_name="Rike", last_name="Solm")


def address(of: Tenant, *parts: str) -> str:
    return "/".join([PAGE.rstrip("/"), str(of.pk), *parts, ""])


def told(response) -> list[str]:
    return [str(each) for each in get_messages(response.wsgi_request)]


# -- one's own -------------------------------------------------------------------------------------------------------
def test_an_administrator_renames_the_company_and_reads_what_the_platform_decides(signed_in, admin, tenant):
    Tenant.objects.filter(pk=tenant.pk).update(max_users=25, subscription_tier="team")
    client = signed_in(admin)
    content = client.get(OWN).content.decode()
    for words in ("1 of 25 taken", "team", "Only an administrator of the platform changes these."):
        assert words in content
    tenant.refresh_from_db()
    assert client.post(OWN, {"name": "Tessarin Ltd", "if_match": etag(tenant)}).url == OWN
    tenant.refresh_from_db()
    assert tenant.name == "Tessarin Ltd"
    assert AuditEntry.objects.get(action="tenant.updated").changes == {"name": ["Tessarin", "Tessarin Ltd"]}


@pytest.mark.parametrize("body", [{"name": "ab"}, {"name": ""}, {"name": "x" * 101}, {"name": "\x00abc"}])
def test_a_name_that_cannot_be_used_is_refused(signed_in, admin, tenant, body):
    assert signed_in(admin).post(OWN, body).status_code == 422
    tenant.refresh_from_db()
    assert tenant.name == "Tessarin"


def test_other_fields_change_nothing(signed_in, admin, tenant):
    signed_in(admin).post(OWN, {"name": "Tessarin", "max_users": "999", "slug": "mine", "status": "suspended"})
    tenant.refresh_from_db()
    assert (tenant.max_users, tenant.slug, tenant.status) == (None, "tessarin", "active")


def test_whoever_does_not_run_the_company_is_told_so(signed_in, lead, platform):
    response = signed_in(lead).get(OWN)
    assert response.status_code == 403
    assert "may not change the company&#x27;s settings" in response.content.decode()
    assert signed_in(platform).get(OWN).url == PAGE
    assert signed_in(platform).post(OWN, {"name": "Mine"}).url == PAGE


# -- all of them -----------------------------------------------------------------------------------------------------
def test_the_platform_administrator_sees_all_companies_with_their_people(signed_in, platform, tester, other_tenant):
    content = signed_in(platform).get(PAGE).content.decode()
    assert "Tessarin" in content
    assert other_tenant.name in content
    found = signed_in(platform).get(PAGE, {"q": "tess"}).content.decode().partition("<tbody")[2]
    assert other_tenant.name not in found


def test_nobody_else_sees_them(signed_in, admin, tenant, other_tenant):
    client = signed_in(admin)
    assert client.get(PAGE).status_code == 403
    assert client.get(NEW).status_code == 403
    assert client.get(address(other_tenant)).status_code == 404
    assert client.get(address(tenant)).url == OWN
    for act in ("status", "delete", "restore"):
        assert client.post(address(other_tenant, act), {"status": "suspended"}).status_code == 404
        assert client.post(address(tenant, act), {"status": "suspended"}).status_code == 404
    assert set(Tenant.objects.values_list("status", flat=True)) == {"active"}


def test_a_company_is_added(signed_in, platform):
    response = signed_in(platform).post(NEW, GOOD)
    made = Tenant.objects.get(slug="new-company")
    assert (response.url, made.max_users, made.max_modules) == (address(made), 25, None)
    assert made.subscription_tier == "team"
    assert told(response) == ["New company is here. Invite its first administrator"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"slug": "UPPER"}, "Only lower-case letters, digits and hyphens."),
        ({"slug": "tessarin"}, "This slug is taken."),
        ({"name": "ab"}, "at least 3 characters"),
        ({"max_users": "0"}, "greater than or equal to 1"),
        ({"max_users": str(2**70)}, "less than or equal to"),
        ({"max_users": "many"}, "Enter a whole number."),
        ({"subscription_tier": "x" * 51}, "at most 50 characters"),
    ],
)
def test_what_cannot_be_used_is_refused_beside_its_field(signed_in, platform, tenant, body, words):
    response = signed_in(platform).post(NEW, GOOD | body)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert Tenant.objects.count() == 1


def test_a_company_is_changed_unless_somebody_else_just_did(signed_in, platform, tenant):
    client, body = signed_in(platform), GOOD | {"name": "Tessarin Ltd", "slug": "tessarin", "if_match": etag(tenant)}
    assert client.post(address(tenant), body).url == address(tenant)
    tenant.refresh_from_db()
    assert (tenant.name, tenant.max_users) == ("Tessarin Ltd", 25)
    stale = client.post(address(tenant), body | {"name": "Other"})
    assert stale.status_code == 422
    assert "Somebody changed this in the meantime." in stale.content.decode()


def test_suspending_a_company_shuts_everybody_of_it_out(signed_in, platform, tester, tenant):
    theirs, client = signed_in(tester), signed_in(platform)
    assert told(client.post(address(tenant, "status"), {"status": "suspended"})) == ["Tessarin is suspended"]
    assert theirs.get("/projects/").status_code == 302
    assert client.post(address(tenant, "status"), {"status": "odd"}).status_code == 422
    client.post(address(tenant, "status"), {"status": "active"})
    tenant.refresh_from_db()
    assert tenant.status == "active"


def test_a_company_is_deleted_and_restored(signed_in, platform, tenant):
    client = signed_in(platform)
    client.post(address(tenant, "delete"))
    assert "Tessarin" not in client.get(PAGE).content.decode().partition("<main")[2].replace("Tessarin is deleted", "")
    assert "Tessarin" in client.get(PAGE, {"status": "deleted"}).content.decode()
    assert "was deleted" in client.get(address(tenant)).content.decode()
    client.post(address(tenant, "restore"))
    tenant.refresh_from_db()
    assert (tenant.deleted_at, tenant.status) == (None, "active")


def test_a_slug_that_was_taken_meanwhile_keeps_the_company_deleted(signed_in, platform, tenant):
    delete_tenant(actor=platform, tenant=tenant)
    TenantFactory(slug="tessarin")
    response = signed_in(platform).post(address(tenant, "restore"))
    assert response.status_code == 422
    assert "This slug is taken." in response.content.decode() or "Another company" in response.content.decode()


def test_the_page_of_a_company_shows_its_mail_domains(signed_in, platform, tenant):
    TenantDomain.objects.create(tenant=tenant, domain="tessarin.example")
    content = signed_in(platform).get(address(tenant)).content.decode()
    assert "tessarin.example" in content
    assert "not confirmed" in content


def test_the_list_costs_the_same_for_more_companies(signed_in, platform, tenant, same_queries):
    client = signed_in(platform)
    same_queries(lambda: client.get(PAGE), lambda: [UserFactory() for _ in range(10)])
