"""The API of exploratory sessions."""

import pytest

from accounts.models import AuditEntry
from runs.models import Session
from runs.services.session_notes import add_finding, add_note
from runs.services.sessions import create_session, update_session


@pytest.fixture
def session(project) -> Session:
    return create_session(actor=None, project=project, name="Refunds")


def test_a_session_is_made_read_recorded_and_completed(api, tester, project):
    client = api(tester)
    body = {
        "projectId": str(project.pk),
        "name": "Exploratory Session",
        "description": "Session description",
        "assignedTo": str(tester.pk),
        "estimate": 7200,
    }
    made = client.post("/api/sessions", body)
    assert made.status_code == 201
    assert {name: made.json()[name] for name in body} == body
    address = f"/api/sessions/{made.json()['id']}"
    finding = {"type": "BUG", "title": "Issue found", "description": "Detailed description", "severity": "HIGH"}
    recorded = client.post(f"{address}/results", {"notes": "Session findings", "duration": 3600, "findings": [finding]})
    assert recorded.status_code == 201
    answer = recorded.json()
    assert (answer["duration"], answer["notes"][0]["text"]) == (3600, "Session findings")
    assert {name: answer["findings"][0][name] for name in finding} == finding
    done = client.put(address, {"status": "COMPLETED"}, headers={"If-Match": recorded["ETag"]})
    assert (done.json()["status"], bool(done.json()["finishedAt"])) == ("COMPLETED", True)
    assert client.put(address, {"name": "Late"}, headers={"If-Match": recorded["ETag"]}).status_code == 409
    assert client.post(f"{address}/results", {"notes": "Late"}).status_code == 409
    assert client.get(f"/api/sessions?projectId={project.pk}").json()["data"][0]["name"] == "Exploratory Session"


def test_a_retried_call_records_once(api, tester, session):
    client, headers = api(tester), {"Idempotency-Key": "once"}
    for _time in range(2):
        client.post(f"/api/sessions/{session.pk}/results", {"notes": "Seen", "duration": 60}, headers=headers)
    session.refresh_from_db()
    assert (session.worked, session.entries.count()) == (60, 1)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"duration": -1}, "duration"),
        ({"findings": [{"type": "RUMOUR", "title": "x"}]}, "findings[0].type"),
        ({"findings": [{"type": "BUG", "title": "x", "severity": "HUGE"}]}, "findings[0].severity"),
        ({"findings": [{"type": "BUG"}]}, "findings[0].title"),
        ({"findings": "none"}, "findings"),
        ({"notes": "x\x00"}, "notes"),
    ],
)
def test_the_field_that_cannot_be_used_is_named(api, tester, session, body, field):
    answer = api(tester).post(f"/api/sessions/{session.pk}/results", body)
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]["field"] == field


def test_viewers_and_strangers_are_refused(api, viewer, stranger, session):
    assert api(viewer).post("/api/sessions", {"name": "x"}).status_code == 403
    assert api(viewer).post(f"/api/sessions/{session.pk}/results", {"notes": "x"}).status_code == 403
    assert api(stranger).get(f"/api/sessions/{session.pk}").status_code == 404
    assert api(stranger).post(f"/api/sessions/{session.pk}/results", {"notes": "x"}).status_code == 404


def test_the_list_takes_the_same_number_of_queries_for_more(api, tester, project, session, same_queries):
    client = api(tester)

    def grow():
        for number in range(5):
            made = create_session(actor=tester, project=project, name=f"Session {number}", assigned_to=tester)
            add_note(actor=tester, session=made, text="Seen")
            add_finding(actor=tester, session=made, type="bug", title="Wrong sum")

    grow()
    same_queries(lambda: client.get("/api/sessions"), grow)


def test_a_finding_is_read_changed_and_taken_away(api, tester, lead, session):
    finding = add_finding(actor=tester, session=session, type="bug", title="Wrong sum", severity="minor")
    client, address = api(tester), f"/api/sessions/{session.pk}/findings/{finding.pk}"
    read = client.get(address)
    assert (read.json()["title"], read.json()["severity"]) == ("Wrong sum", "MEDIUM")
    tag = {"If-Match": read["ETag"]}
    changed = client.put(address, {"type": "QUESTION", "severity": "HIGH"}, headers=tag)
    assert (changed.status_code, changed.json()["type"], changed.json()["severity"]) == (200, "QUESTION", "HIGH")
    assert changed.json()["title"] == "Wrong sum"
    assert client.put(address, {"title": "Late"}, headers=tag).status_code == 409
    for body, field in (
        ({"type": "RUMOUR"}, "type"),
        ({"title": "x" * 301}, "title"),
        ({"severity": "HUGE"}, "severity"),
    ):
        refused = client.put(address, body)
        assert (refused.status_code, refused.json()["error"]["details"]["field"]) == (422, field)
    update_session(actor=tester, session=session, status="completed")
    assert client.put(address, {"title": "After the end"}).status_code == 409
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404


def test_a_finding_is_changed_by_its_writer_in_its_session_alone(api, tester, lead, viewer, stranger, project, session):
    finding = add_finding(actor=lead, session=session, type="bug", title="Wrong sum")
    other = create_session(actor=None, project=project, name="Other")
    address = f"/api/sessions/{session.pk}/findings/{finding.pk}"
    for person in (tester, viewer):
        assert api(person).put(address, {"title": "Mine"}).status_code == 403
        assert api(person).delete(address).status_code == 403
    assert api(stranger).put(address, {"title": "Mine"}).status_code == 404
    for place in (f"{other.pk}/findings/{finding.pk}", f"{session.pk}/findings/none"):
        assert api(lead).put(f"/api/sessions/{place}", {"title": "Mine"}).status_code == 404
    finding.refresh_from_db()
    assert finding.title == "Wrong sum"


def test_a_note_is_read_written_anew_and_taken_away(api, tester, session):
    note = add_note(actor=tester, session=session, text="The page blinks")
    client, address = api(tester), f"/api/sessions/{session.pk}/notes/{note.pk}"
    read = client.get(address)
    assert (read.json()["text"], read.json()["createdBy"]) == ("The page blinks", str(tester.pk))
    tag = {"If-Match": read["ETag"]}
    changed = client.put(address, {"text": "The page blinks **twice**"}, headers=tag)
    assert (changed.status_code, changed.json()["text"]) == (200, "The page blinks **twice**")
    told = AuditEntry.objects.get(action="exploratory_session.note_changed")
    assert told.changes["text"] == ["The page blinks", "The page blinks **twice**"]
    assert client.put(address, {"text": "Late"}, headers=tag).status_code == 409
    assert client.patch(address, {}).json()["text"] == "The page blinks **twice**"
    for body in ({"text": " "}, {"text": None}, {"text": ["x"]}, {"text": "x\x00"}):
        refused = client.put(address, body)
        assert (refused.status_code, refused.json()["error"]["details"]["field"]) == (422, "text")
    update_session(actor=tester, session=session, status="completed")
    assert client.put(address, {"text": "After the end"}).status_code == 409
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404


def test_a_note_is_written_anew_by_its_writer_in_its_session_alone(
    api, tester, lead, viewer, stranger, project, session
):
    note = add_note(actor=lead, session=session, text="Seen")
    other = create_session(actor=None, project=project, name="Other")
    address = f"/api/sessions/{session.pk}/notes/{note.pk}"
    for person in (tester, viewer):
        assert api(person).put(address, {"text": "Mine"}).status_code == 403
        assert api(person).delete(address).status_code == 403
    assert api(stranger).get(address).status_code == 404
    assert api(stranger).put(address, {"text": "Mine"}).status_code == 404
    for place in (f"{other.pk}/notes/{note.pk}", f"{session.pk}/notes/none", f"{session.pk}/findings/{note.pk}"):
        assert api(lead).put(f"/api/sessions/{place}", {"text": "Mine"}).status_code == 404
    note.refresh_from_db()
    assert note.text == "Seen"
