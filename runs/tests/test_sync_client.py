"""A client that knows the document of report sync and nothing else, against a portal that really listens."""

import socket

import httpx
import pytest
from django.db import connection

from accounts.services.api_tokens import create_api_token
from files.tests.conftest import storage  # noqa: F401  the files of these tests alone

pytestmark = pytest.mark.django_db(transaction=True)
STEPS = [
    {
        "step_number": 1,
        "action": "navigate",
        "description": "Navigate to https://example.com",
        "status": "Passed",
        "duration_ms": 1500,
        "error_message": None,
        "screenshot_path": "step_001.png",
    },
    {
        "step_number": 2,
        "action": "click",
        "description": "Click on Login button",
        "status": "Passed",
        "duration_ms": 250,
        "error_message": None,
        "screenshot_path": "step_002.png",
    },
    {
        "step_number": 3,
        "action": "fill",
        "description": "Enter username",
        "status": "Failed",
        "duration_ms": 100,
        "error_message": "Element not found: #username",
        "screenshot_path": "step_003.png",
    },
]


@pytest.fixture
def portal(live_server, project, tester, storage):  # noqa: F811
    _token, secret = create_api_token(actor=tester, name="CI", scopes=["read", "results:write"])
    headers = {"Authorization": f"Bearer {secret}"}
    with httpx.Client(base_url=f"{live_server.url}/api/v1/reports", headers=headers, timeout=30) as client:
        yield client


@pytest.fixture
def picture():
    """A PNG of one grey point, with enough behind it to be asked for in parts."""
    head = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55")
    tail = bytes.fromhex("0000000a49444154789c6360000000020001488ca9b20000000049454e44ae426082")
    return head + tail + bytes(range(256)) * 400


def test_the_six_steps_of_the_verification(portal, picture):
    suite = portal.post("/suite-runs", json={"name": "Nightly", "environment": "staging", "browser": "chromium"})
    assert suite.status_code == 201, suite.text
    result = create_a_result(portal, suite.json()["id"])
    address = f"/test-case-results/{result['id']}"
    created = create_its_steps(portal, address, result)
    artifact = upload_a_screenshot(portal, address, result, picture)
    retrieve_the_steps(portal, address, created, artifact)
    assert portal.get(f"{address}/artifacts").json() == [artifact]  # 5. Retrieve the artifacts.
    download(portal, artifact, picture)
    query_the_tables(result, created, artifact)
    finished = portal.patch(f"/suite-runs/{suite.json()['id']}", json={"status": "completed"})
    assert finished.json()["status"] == "completed"
    assert finished.json()["counts"]["failed"] == 1


def query_the_tables(result, created, artifact):
    """Database query results showing that data exists in the tables of the document."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id::text, step_number, action, status, duration_ms, error_message, screenshot_artifact_id::text"
            " FROM test_step_results WHERE test_case_result_id = %s ORDER BY step_number",
            [result["id"]],
        )
        steps = cursor.fetchall()
        cursor.execute(
            "SELECT artifact.id::text, step_result_id::text, artifact_type, file_name, file_size, mime_type,"
            " storage_path"
            " FROM test_artifacts artifact JOIN test_case_results result ON result.id = test_case_result_id"
            " WHERE result.id = %s AND result.status = 'Failed'",
            [result["id"]],
        )
        files = cursor.fetchall()
    told = ("step_number", "action", "status", "duration_ms", "error_message")
    assert [row[:6] for row in steps] == [(step["id"], *(step[name] for name in told)) for step in created]
    assert artifact["id"] in {row[6] for row in steps}
    told = ("id", "step_result_id", "artifact_type", "file_name", "file_size", "mime_type", "storage_path")
    assert files == [tuple(artifact[name] for name in told)]


def create_a_result(portal, suite_id):
    """1. Create a test case result."""
    body = {"name": "Login with a wrong name", "status": "Failed", "duration_ms": 1850}
    answer = portal.post(f"/suite-runs/{suite_id}/test-cases", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def create_its_steps(portal, address, result):
    """2. Bulk create steps for that test case: the response includes created steps with ids."""
    answer = portal.post(f"{address}/steps/bulk", json={"steps": STEPS})
    assert answer.status_code == 201, answer.text
    assert answer.json()["created"] == 3
    for sent, told in zip(STEPS, answer.json()["steps"], strict=True):
        assert told["id"]
        assert told["test_case_result_id"] == result["id"]
        assert told["created_at"].endswith("Z")
        assert {name: told[name] for name in sent} == sent
    return answer.json()["steps"]


def upload_a_screenshot(portal, address, result, picture):
    """3. Upload a screenshot: the response includes the artifact's id and its download address."""
    form = {
        "artifact_type": "screenshot",
        "step_number": "1",
        "iteration_number": "1",
        "artifact_category": "after",
        "description": "The start page",
        "captured_at": "2026-01-24T12:00:00Z",
    }
    files = {"file": ("step_001.png", picture, "image/png")}
    answer = portal.post(f"{address}/artifacts", data=form, files=files)
    assert answer.status_code == 201, answer.text
    artifact = answer.json()
    assert artifact["download_url"] == f"/api/v1/reports/artifacts/{artifact['id']}/download"
    assert artifact["test_case_result_id"] == result["id"]
    assert artifact["storage_path"]
    facts = ("artifact_type", "step_number", "file_name", "file_size", "mime_type")
    assert [artifact[name] for name in facts] == ["screenshot", 1, "step_001.png", len(picture), "image/png"]
    return artifact


def retrieve_the_steps(portal, address, created, artifact):
    """4. Retrieve steps: those created in step 2 are returned, the picture with its step."""
    steps = portal.get(f"{address}/steps", params={"include_artifacts": "true"}).json()
    assert [step["step_number"] for step in steps] == [1, 2, 3]
    assert [step["id"] for step in steps] == [step["id"] for step in created]
    assert steps[0]["screenshot_artifact_id"] == artifact["id"]
    (of_step,) = steps[0]["artifacts"]
    assert (of_step["id"], of_step["artifact_type"]) == (artifact["id"], "screenshot")
    assert of_step["download_url"] == artifact["download_url"]
    assert steps[1]["artifacts"] == []
    assert "artifacts" not in portal.get(f"{address}/steps").json()[0]


def download(portal, artifact, picture):
    """6. Download the artifact: the file downloads correctly."""
    answer = portal.get(portal.base_url.copy_with(raw_path=artifact["download_url"].encode()))
    assert answer.status_code == 200
    assert answer.content == picture
    assert answer.headers["content-type"] == "image/png"


def test_a_file_of_two_gigabytes_is_refused_before_it_is_read(portal, live_server):
    suite = portal.post("/suite-runs", json={"name": "Nightly"}).json()
    result = portal.post(f"/suite-runs/{suite['id']}/test-cases", json={"name": "Pays", "status": "Passed"}).json()
    path = f"/api/v1/reports/test-case-results/{result['id']}/artifacts"
    headers = {
        "Authorization": portal.headers["Authorization"],
        "Content-Length": str(2 * 2**30),
        "Content-Type": "multipart/form-data; boundary=x",
    }
    host, port = live_server.thread.host, live_server.thread.port
    with socket.create_connection((host, port), timeout=20) as line:
        head = f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        line.sendall(head.encode() + b"\r\n")
        answer = line.recv(4096)
    assert answer.startswith(b"HTTP/1.1 413")
