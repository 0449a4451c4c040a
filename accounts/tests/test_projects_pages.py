from django.urls import reverse

from accounts.models import AuditEntry, Project

from .factories import ProjectFactory, UserFactory

LIST = "/projects/"


def test_the_list_holds_the_projects_that_are_open(signed_in, tester, project, other_project):
    content = signed_in(tester).get(LIST).content.decode()
    assert project.name in content
    assert other_project.name not in content
    assert "Create the project" not in content


def test_an_administrator_starts_a_project_on_the_page(signed_in, admin):
    response = signed_in(admin).post(LIST, {"name": "Card payments", "key": "card", "description": ""})
    project = Project.objects.get(key="CARD")
    assert response.url == project.get_absolute_url()
    assert AuditEntry.objects.get(action="project.created").actor == admin


def test_refusals_stand_in_the_form(signed_in, admin, tester, project):
    taken = signed_in(admin).post(LIST, {"name": "Again", "key": "PAY"})
    assert taken.status_code == 422
    assert "This key is taken." in taken.content.decode()
    unusable = signed_in(admin).post(LIST, {"name": "Again", "key": "1"})
    assert "2 to 12 capital letters and digits" in unusable.content.decode()
    denied = signed_in(tester).post(LIST, {"name": "Mine"})
    assert denied.status_code == 403


def test_opening_a_project_remembers_it(signed_in, tester, tenant, project):
    second = ProjectFactory(tenant=tenant, key="SECOND", name="Zweitens")
    client = signed_in(tester)
    assert client.get("/").url == project.get_absolute_url()
    response = client.post(reverse("accounts:choose_project", args=[second.key]))
    assert response.url == second.get_absolute_url()
    assert client.get("/").url == second.get_absolute_url()


def test_another_companys_project_is_not_opened(signed_in, tester, other_project):
    client = signed_in(tester)
    assert client.post(reverse("accounts:choose_project", args=[other_project.key])).status_code == 404
    tester.refresh_from_db()
    assert tester.default_project is None


def test_a_platform_administrator_chooses_among_companies_whose_keys_are_the_same(signed_in, project, other_tenant):
    twin = ProjectFactory(tenant=other_tenant, key=project.key, name="Twin")
    client = signed_in(UserFactory(tenant=None, role_code="super_admin"))
    page = reverse("accounts:member_list", args=[project.key])
    assert "Payments platform" in client.get(page).content.decode()
    assert "Twin" in client.get(f"{page}?tenant={other_tenant.pk}").content.decode().partition("<summary")[2][:400]
    assert client.get(page).wsgi_request.path == page
    assert twin.name in client.get(page).content.decode().partition("<summary")[2][:400]


def test_the_theme_is_remembered_before_and_after_signing_in(client, db):
    response = client.post(reverse("theme"), {"theme": "dark", "next": "/account/login/"})
    assert response.url == "/account/login/"
    assert 'data-bs-theme="dark"' in client.get("/account/login/").content.decode()
    client.post(reverse("theme"), {"theme": "system"})
    assert "data-bs-theme" not in client.get("/account/login/").content.decode()
    assert client.post(reverse("theme"), {"theme": "dark", "next": "https://evil.example"}).url == "/"
