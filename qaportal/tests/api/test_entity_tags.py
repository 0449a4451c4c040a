import pytest

from accounts.models import Project

pytestmark = pytest.mark.urls("qaportal.tests.api.styled_urls")


@pytest.fixture
def address(project):
    return f"/api/plain/projects/{project.pk}"


def test_an_unchanged_object_is_not_sent_again(api, admin, address):
    client = api(admin)
    tag = client.get(address)["ETag"]
    same = client.get(address, headers={"If-None-Match": tag})
    assert (same.status_code, same.content) == (304, b"")
    assert client.get(address, headers={"If-None-Match": f"W/{tag}"}).status_code == 304
    assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_write_based_on_the_state_that_is_stored_goes_through(api, admin, address):
    client = api(admin)
    tag = client.get(address)["ETag"]
    saved = client.put(address, {"name": "New name"}, headers={"If-Match": f'"other", {tag}'})
    assert saved.status_code == 200
    assert saved["ETag"] != tag
    assert saved["ETag"] == client.get(address)["ETag"]


def test_a_write_based_on_an_older_state_is_refused_and_told_the_newer(api, admin, address, project):
    client = api(admin)
    tag = client.get(address)["ETag"]
    client.put(address, {"name": "First"}, headers={"If-Match": tag})
    late = client.put(address, {"name": "Second"}, headers={"If-Match": tag})
    assert late.status_code == 409
    assert late.json()["code"] == "version_conflict"
    assert late["X-Current-Version"] == client.get(address)["ETag"]
    assert Project.objects.get(pk=project.pk).name == "First"


@pytest.mark.parametrize("given", ["*", None])
def test_a_write_without_a_state_is_not_checked(api, admin, address, given):
    headers = {"If-Match": given} if given else {}
    assert api(admin).put(address, {"name": "New name"}, headers=headers).status_code == 200
