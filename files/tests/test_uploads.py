"""Files that are announced first and sent afterwards, to the portal that keeps them in a folder."""

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import RequestRecord, User
from accounts.tests.administration import machine
from files import sweep
from files.models import FileState, StoredFile
from files.services import open_stored

from .factories import age

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("storage")]
PLACE = "/api/get-attachment-url"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


@pytest.fixture
def client(api, tester):
    return api(tester)


def announced(client, project, **body):
    asked = {"projectId": project.pk, "fileName": "shot.png", "fileSize": len(PNG), "contentType": "image/png"}
    return client.post(PLACE, asked | body)


def sent(url, content=PNG, client=None, **options):
    address = url.replace("http://testserver", "")
    return (client or APIClient()).generic("PUT", address, content, content_type="image/png", **options)


def test_an_announced_file_is_sent_to_the_address_and_is_what_its_bytes_say(client, project):
    told = announced(client, project, fileName="..\\shots/shot.html").json()
    assert set(told) == {"uploadUrl", "fileKey", "expires"}
    stored = StoredFile.objects.get()
    assert told["fileKey"] == f"attachments/{stored.pk}/shot.html"
    assert stored.state == FileState.PENDING
    answer = sent(told["uploadUrl"])
    assert (answer.status_code, answer.json()["content_type"]) == (200, "image/png")
    stored.refresh_from_db()
    assert (stored.state, stored.size) == (FileState.STORED, len(PNG))
    with open_stored(stored) as stream:
        assert stream.read() == PNG


def test_an_empty_file_is_a_file(client, project):
    assert sent(announced(client, project, fileSize=0).json()["uploadUrl"], b"").status_code == 200
    assert StoredFile.objects.get().size == 0


def test_the_address_is_good_for_one_file_once(client, project):
    url = announced(client, project).json()["uploadUrl"]
    half = sent(url, PNG[:100])
    assert (half.status_code, list(half.json()["fields"])) == (400, ["file"])
    assert StoredFile.objects.get().state == FileState.PENDING
    assert sent(url).status_code == 200
    assert sent(url).json()["sha256"] == StoredFile.objects.get().sha256, "whoever did not hear the answer sends again"
    again = sent(url, b"something else")
    assert (again.status_code, again.json()["code"]) == (409, "already_stored")
    assert APIClient().get("/api/projects").status_code == 401


def test_an_address_that_is_too_old_or_made_up_is_refused(client, project, settings):
    url = announced(client, project).json()["uploadUrl"]
    assert sent(url[:-4] + "AAAA").status_code == 401
    settings.UPLOAD_LINK_LIFETIME = timedelta(seconds=-1)
    assert sent(url).status_code == 401
    assert StoredFile.objects.get().state == FileState.PENDING


def test_the_address_ends_with_the_person_it_was_given_to(client, project, tester):
    url = announced(client, project).json()["uploadUrl"]
    User.objects.filter(pk=tester.pk).update(status="suspended")
    assert sent(url).status_code == 401


def test_somebody_else_cannot_use_the_address_in_his_own_name(client, project, api, stranger):
    url = announced(client, project).json()["uploadUrl"]
    assert sent(url, client=api(stranger)).status_code == 404


def test_addresses_to_send_files_to_are_written_down_nowhere(client, project):
    url = announced(client, project).json()["uploadUrl"]
    sent(url)
    token = url.rstrip("/").rpartition("/")[2]
    records = RequestRecord.objects.all()
    assert len(records) == 2
    assert not [each for each in records if token in f"{each.path} {each.request_body} {each.response_body}"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"fileName": ""}, "fileName"),
        ({"fileSize": -1}, "fileSize"),
        ({"fileSize": "large"}, "fileSize"),
        ({"fileSize": 2 * 2**30}, "fileSize"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_name(client, project, body, field):
    answer = announced(client, project, **body)
    assert (answer.status_code, answer.json()["error"]["details"]["field"]) == (422, field)
    assert not StoredFile.objects.exists()


def test_a_body_that_is_larger_than_any_upload_is_refused(client, project, settings):
    url = announced(client, project).json()["uploadUrl"]
    settings.UPLOAD_LIMIT = 100
    assert sent(url).status_code == 413
    assert sent(url, b"x", CONTENT_LENGTH=str(2 * 2**30)).status_code == 413


def test_viewers_and_tokens_that_only_read_announce_nothing(api, viewer, tester, project):
    assert announced(api(viewer), project).status_code == 403
    assert machine(tester, "read").post(PLACE, {"fileName": "a", "fileSize": 1}, format="json").status_code == 403


def test_an_announced_file_that_never_comes_is_forgotten(client, project):
    announced(client, project)
    age(StoredFile.objects.get(), timezone.now() - timedelta(days=2))
    assert sweep.remove_unclaimed() == 1
    assert not StoredFile.objects.exists()
