import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from catalog.models import CaseImport, TestCase
from catalog.tests.imports import table

pytestmark = pytest.mark.django_db


@pytest.fixture
def send(client, project, tester):
    client.force_login(tester)

    def post(address, content, *, name="cases.csv", key=None, **fields):
        data = {"file": SimpleUploadedFile(name, content), **fields}
        headers = {"Idempotency-Key": key} if key else {}
        return client.post(address, data, headers=headers, format="multipart")

    return post


def bulk(send, content, **more):
    return send("/api/test-cases/bulk-upload", content, **more)


def test_a_bulk_upload_tells_what_it_made_and_what_is_wrong(send, project, card_case):
    content = table(
        ["test_id", "title", "tag", "tags", "steps_to_reproduce", "jira_story_id", "module", "sub_module", "priority"],
        ["", "New", "api", "smoke,regression", "1. Open\n2. Close", "CTP-1", "Pay", "Cards", "HIGH"],
        [card_case.test_id, "Changed", "ui", "", "", "", "", "", "low"],
        ["", "Bad", "ui", "", "", "", "", "", "huge"],
    )
    response = bulk(send, content, project_id=project.key)
    assert response.status_code == 201, response.content
    answer = response.json()
    assert (answer["created"], answer["updated"], answer["failed"], answer["status"]) == (1, 1, 1, "done")
    assert [(each["row"], each["field"]) for each in answer["errors"]] == [(4, "priority")]
    case = TestCase.objects.get(title="New")
    assert (case.tag, case.tags, case.steps.count()) == ("api", ["smoke", "regression"], 2)
    assert case.folder.parent.name == "Pay"
    assert response["Location"] == answer["url"]


def test_a_head_in_title_case_is_read_too(send, project):
    content = table(["Title", "Test Type", "Automation Status"], ["One", "automated", "working"])
    assert bulk(send, content, project_id=project.key).status_code == 201
    assert TestCase.objects.get().automation_status == "working"


def test_all_or_nothing_answers_the_reason_with_the_rows(send, project):
    content = table(["Title", "Priority"], ["One", "low"], ["Two", "huge"])
    response = bulk(send, content, project_id=project.key, all_or_nothing="true")
    assert response.status_code == 400
    answer = response.json()
    assert (answer["code"], answer["created"], answer["failed"]) == ("rows_refused", 0, 1)
    assert answer["errors"][0]["row"] == 3
    assert not TestCase.objects.exists()


def test_a_file_for_the_repository_is_recognised(send, project, card_tree):
    content = table(["ID", "Title", "Section Hierarchy", "Section Depth"], ["C1", "One", "A > B", "1"])
    options = {"projectId": project.key, "folderId": card_tree["card"].pk, "mergeTags": True}
    response = send("/api/repository/import", content, options=json.dumps(options))
    assert response.status_code == 201, response.content
    answer = response.json()["data"]
    assert (answer["format"], answer["created"]) == ("testrail", 1)
    assert TestCase.objects.get().folder.parent.parent == card_tree["card"]
    again = send("/api/repository/import", content, options=json.dumps(options))
    assert (again.status_code, again.json()["data"]["unchanged"]) == (200, 1)


def test_the_same_key_answers_the_first_import_again(send, project):
    content = table(["Title"], ["One"])
    first = bulk(send, content, project_id=project.key, key="a")
    second = bulk(send, content, project_id=project.key, key="a")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    other = bulk(send, table(["Title"], ["Two"]), project_id=project.key, key="a")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert TestCase.objects.count() == 1


def test_a_large_file_is_stored_by_a_job(send, project, run_jobs, monkeypatch):
    monkeypatch.setattr("catalog.services.case_imports.SMALL_BYTES", 10)
    response = bulk(send, table(["Title"], ["One"]), project_id=project.key)
    assert (response.status_code, response.json()["status"]) == (202, "queued")
    assert not TestCase.objects.exists()
    run_jobs()
    assert TestCase.objects.count() == 1


def test_the_answer_is_found_again(send, client, project, stranger):
    location = bulk(send, table(["Title"], ["One"]), project_id=project.key)["Location"]
    assert client.get(location).json()["data"]["created"] == 1
    client.force_login(stranger)
    assert client.get(location).status_code == 404


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (table(["A", "B"], ["1", "2"]), "columns"),
        (table(["Title", "Title"], ["1", "2"]), "file"),
        (b"   ", "file"),
        (b"PK\x03\x04nonsense", "file"),
    ],
)
def test_a_file_that_cannot_be_used_leaves_nothing(send, project, content, field):
    response = bulk(send, content, project_id=project.key)
    assert response.status_code == 400
    assert field in response.json()["fields"]
    assert not CaseImport.objects.exists()


def test_a_file_is_asked_for(client, project, tester):
    client.force_login(tester)
    response = client.post("/api/test-cases/bulk-upload", {"project_id": project.key}, format="multipart")
    assert (response.status_code, list(response.json()["fields"])) == (400, ["file"])


@pytest.mark.parametrize("address", ["/api/test-cases/bulk-upload", "/api/repository/import"])
def test_two_gigabytes_are_refused_before_they_are_read(client, project, tester, address):
    client.force_login(tester)
    form = "multipart/form-data; boundary=x"
    response = client.generic("POST", address, b"--x--", content_type=form, CONTENT_LENGTH=str(2 * 1024**3))
    assert response.status_code == 413


def test_options_are_an_object_of_json(send, project):
    for options in ("[1]", "{", '{"folderId": "x"}', '{"existing": "drop"}'):
        response = send("/api/repository/import", table(["Title"], ["One"]), project_id=project.key, options=options)
        assert response.status_code == 422, options


def test_who_may_not_write_cases_imports_none(client, project, viewer, stranger):
    for person, code in ((viewer, 403), (stranger, 404)):
        client.force_login(person)
        data = {"file": SimpleUploadedFile("x.csv", table(["Title"], ["One"])), "project_id": project.key}
        assert client.post("/api/test-cases/bulk-upload", data, format="multipart").status_code == code
