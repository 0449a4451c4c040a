"""Exploratory sessions: planning, the timer, notes, findings, and what becomes of them."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from catalog.models import TestCase
from qaportal.kit.concurrency import etag
from qaportal.kit.errors import Denied, InvalidInput, NotVisible, RuleViolation
from releases.tests.factories import MilestoneFactory, ReleaseFactory
from runs.models import Finding, Session
from runs.services.session_notes import (
    add_finding,
    add_note,
    make_case,
    record_session,
    remove_finding,
    remove_note,
    update_finding,
)
from runs.services.sessions import create_session, delete_session, update_session
from runs.session_page import clock


@pytest.fixture
def session(project) -> Session:
    return create_session(actor=None, project=project, name="Refunds", charter="Explore **refunds**", estimate=3600)


def test_a_session_is_planned_and_noted(tester, project):
    made = create_session(actor=tester, project=project, name=" Refunds ", assigned_to=tester)
    assert (made.name, made.status, made.assigned_to) == ("Refunds", "planned", tester)
    assert AuditEntry.objects.get(action="exploratory_session.created").actor == tester


def test_the_timer_counts_what_was_worked_and_not_the_pauses(tester, session):
    running = update_session(actor=tester, session=session, status="active")
    assert running.assigned_to == tester
    Session.objects.filter(pk=session.pk).update(running_since=timezone.now() - timedelta(minutes=10))
    paused = update_session(actor=tester, session=running, status="paused")
    assert 600 <= paused.worked < 660
    assert paused.running_since is None
    later = update_session(actor=tester, session=paused, status="completed")
    assert (later.seconds(), bool(later.finished_at), bool(later.started_at)) == (paused.worked, True, True)
    assert update_session(actor=tester, session=later, status="active").finished_at is None


def test_seconds_are_shown_as_a_clock():
    assert [clock(each) for each in (0, 61, 3600, 36_061)] == ["0:00", "1:01", "1:00:00", "10:01:01"]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [({"name": ""}, "name"), ({"estimate": 10**7}, "estimate"), ({"status": "sometimes"}, "status")],
)
def test_what_cannot_be_used_is_refused_by_its_field(tester, session, fields, wrong):
    with pytest.raises(InvalidInput) as refused:
        update_session(actor=tester, session=session, **fields)
    assert wrong in refused.value.fields


def test_what_belongs_to_another_project_cannot_be_named(tester, session, other_project, stranger):
    foreign = {
        "release": ReleaseFactory(project=other_project),
        "milestone": MilestoneFactory(project=other_project),
        "assigned_to": stranger,
    }
    for name, value in foreign.items():
        with pytest.raises(InvalidInput) as refused:
            update_session(actor=tester, session=session, **{name: value})
        assert name in refused.value.fields


def test_developers_and_viewers_may_not_write(developer, viewer, session):
    for person in (developer, viewer):
        with pytest.raises(Denied, match="exploratory sessions"):
            add_note(actor=person, session=session, text="Seen")


def test_notes_and_findings_know_how_long_was_worked_by_then(tester, session):
    Session.objects.filter(pk=session.pk).update(worked=90)
    entry = add_note(actor=tester, session=session, text=" The page **blinks** ")
    finding = add_finding(actor=tester, session=session, type="bug", description="Sum is wrong\nby one cent")
    assert (entry.text, entry.at_second) == ("The page **blinks**", 90)
    assert (finding.title, finding.at_second) == ("Sum is wrong", 90)


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"type": "bug"}, "title"),
        ({"type": "rumour", "title": "x"}, "type"),
        ({"type": "bug", "title": "x" * 301}, "title"),
        ({"type": "bug", "title": "x", "severity": "huge"}, "severity"),
    ],
)
def test_findings_that_cannot_be_used_are_refused(tester, session, given, wrong):
    with pytest.raises(InvalidInput) as refused:
        add_finding(actor=tester, session=session, **given)
    assert wrong in refused.value.fields


def test_a_completed_session_takes_no_more_until_it_is_continued(tester, session):
    done = update_session(actor=tester, session=session, status="completed")
    with pytest.raises(RuleViolation, match="Continue it"):
        add_note(actor=tester, session=done, text="Late")
    update_session(actor=tester, session=done, status="active")
    assert add_note(actor=tester, session=done, text="In time")


def test_what_a_client_records_is_kept_or_refused_as_a_whole(tester, session):
    findings = [{"type": "bug", "title": "Wrong sum", "severity": "major"}, {"type": "idea", "title": "Show the fee"}]
    record_session(actor=tester, session=session, notes="All seen", duration=3600, findings=findings)
    session.refresh_from_db()
    assert (session.worked, session.entries.get().text, session.findings.count()) == (3600, "All seen", 2)
    assert (session.status, bool(session.started_at)) == ("paused", True)
    with pytest.raises(InvalidInput) as refused:
        record_session(actor=tester, session=session, notes="More", findings=[findings[0], {"type": "bug"}])
    assert "findings[1].title" in refused.value.fields
    assert session.entries.count() == 1


def test_a_finding_becomes_one_case(tester, session):
    finding = add_finding(
        actor=tester, session=session, type="idea", title="Show the fee", description="Beside the sum"
    )
    case = make_case(actor=tester, finding=finding)
    assert (case.title, case.description) == ("Show the fee", "Beside the sum")
    assert make_case(actor=tester, finding=finding) == case
    assert TestCase.objects.count() == 1


def test_everybody_takes_his_own_words_away_and_managers_all(tester, lead, admin, session):
    entry = add_note(actor=admin, session=session, text="Seen")
    finding = add_finding(actor=tester, session=session, type="bug", title="Wrong sum")
    with pytest.raises(Denied, match="Only who wrote it"):
        remove_note(actor=tester, entry=entry)
    remove_note(actor=lead, entry=entry)
    remove_finding(actor=tester, finding=finding)
    assert not session.entries.exists()
    assert not session.findings.exists()


def test_deleting_hides_it(tester, lead, session):
    with pytest.raises(Denied):
        delete_session(actor=tester, session=session)
    delete_session(actor=lead, session=session)
    assert not Session.objects.visible_to(lead).exists()


def test_the_list_shows_time_notes_and_findings_in_the_same_number_of_queries(
    signed_in, tester, project, session, same_queries
):
    add_note(actor=tester, session=session, text="Seen")
    client = signed_in(tester)
    assert "1:00:00" in client.get("/p/PAY/sessions/").content.decode()
    assert "Refunds" not in client.get("/p/PAY/sessions/?status=completed").content.decode()

    def grow():
        for number in range(10):
            made = create_session(actor=tester, project=project, name=f"Session {number}", assigned_to=tester)
            add_note(actor=tester, session=made, text="Seen")

    same_queries(lambda: client.get("/p/PAY/sessions/"), grow)


def test_the_page_shows_the_timeline_in_the_same_number_of_queries(signed_in, tester, session, same_queries):
    client, address = signed_in(tester), session.get_absolute_url()

    def grow():
        for number in range(5):
            add_note(actor=tester, session=session, text=f"Seen **{number}** <script>alert(1)</script>")
            finding = add_finding(actor=tester, session=session, type="bug", title=f"Wrong <b>sum</b> {number}")
            make_case(actor=tester, finding=finding)

    grow()
    same_queries(lambda: client.get(address), grow)
    page = client.get(address).content.decode()
    assert "Seen <strong>4</strong>" in page
    assert "Wrong &lt;b&gt;sum&lt;/b&gt; 4" in page
    assert "<script>alert(1)" not in page


def test_a_session_goes_from_its_form_to_its_end(signed_in, tester, project):
    client = signed_in(tester)
    facts = {"name": "Refunds", "minutes": "45", "assigned_to": tester.pk}
    made = client.post("/p/PAY/sessions/new/", facts)
    session = Session.objects.get()
    address = session.get_absolute_url()
    assert (made.url, session.estimate) == (address, 2700)
    assert client.post(f"{address}status/", {"status": "active"}).status_code == 302
    assert client.post(f"{address}add/", {"kind": "note", "text": "The page blinks"}).status_code == 302
    assert client.post(f"{address}add/", {"kind": "bug", "text": "Wrong sum", "severity": "major"}).status_code == 302
    assert client.post(f"{address}add/", {"kind": "note", "text": " "}).status_code == 422
    page = client.get(address).content.decode()
    assert "The page blinks" in page
    assert "data-running" in page
    finding = session.findings.get()
    assert client.post(f"{address}findings/{finding.pk}/case/").url.endswith(f"/edit/?{urlencode({'next': address})}")
    assert client.post(f"{address}notes/{session.entries.get().pk}/remove/").status_code == 302
    assert client.post(f"{address}findings/{finding.pk}/remove/").status_code == 302
    assert client.post(f"{address}status/", {"status": "completed"}).status_code == 302
    assert "Continue it to write more" in client.get(address).content.decode()
    assert client.post(f"{address}status/", {"status": "sometimes"}).status_code == 422


def test_htmx_gets_the_work_alone(signed_in, tester, session):
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    page = signed_in(tester).get(session.get_absolute_url(), headers=headers).content.decode()
    assert "<html" not in page
    assert 'id="work"' in page


def test_two_people_who_edit_at_once_do_not_overwrite_each_other(signed_in, tester, session):
    client, address = signed_in(tester), session.get_absolute_url()
    facts = {"name": "Refunds again", "if_match": etag(session)}
    assert client.post(f"{address}edit/", facts).status_code == 302
    assert client.post(f"{address}edit/", facts | {"name": "Late"}).status_code == 422


def test_a_viewer_reads_and_may_not_write(signed_in, viewer, session):
    client, address = signed_in(viewer), session.get_absolute_url()
    assert client.get(address).status_code == 200
    assert client.get("/p/PAY/sessions/new/").status_code == 403
    assert client.post(f"{address}add/", {"kind": "note", "text": "Seen"}).status_code == 403
    assert client.post(f"{address}status/", {"status": "active"}).status_code == 422


def test_a_session_of_another_company_is_not_there(signed_in, stranger, session):
    assert signed_in(stranger).get(session.get_absolute_url()).status_code == 404


def test_a_note_of_another_session_is_not_there(signed_in, tester, project, session):
    other = create_session(actor=tester, project=project, name="Other")
    entry = add_note(actor=tester, session=other, text="Seen")
    assert signed_in(tester).post(f"{session.get_absolute_url()}notes/{entry.pk}/remove/").status_code == 404


def test_a_note_is_edited_by_its_writer_while_the_session_goes_on(signed_in, tester, lead, session):
    entry = add_note(actor=tester, session=session, text="The page blinks")
    client, address = signed_in(tester), f"{session.get_absolute_url()}notes/{entry.pk}/edit/"
    assert "The page blinks" in client.get(address).content.decode()
    facts = {"text": "The page blinks twice", "if_match": etag(entry)}
    assert client.post(address, facts).status_code == 302
    entry.refresh_from_db()
    assert (entry.text, entry.at_second, entry.updated_by) == ("The page blinks twice", 0, tester)
    late = client.post(address, facts | {"text": "Late"})
    assert late.status_code == 422
    assert client.post(address, {"text": " "}).status_code == 422
    update_session(actor=tester, session=session, status="completed")
    assert "Continue it to write more" in client.post(address, {"text": "After the end"}).content.decode()
    entry.refresh_from_db()
    assert entry.text == "The page blinks twice"


def test_nobody_edits_what_another_tester_wrote(signed_in, tester, viewer, lead, project, session):
    entry = add_note(actor=lead, session=session, text="Seen")
    address = f"{session.get_absolute_url()}notes/{entry.pk}/edit/"
    for person in (tester, viewer):
        assert signed_in(person).get(address).status_code == 403
        assert signed_in(person).post(address, {"text": "Mine"}).status_code == 403
    entry.refresh_from_db()
    assert entry.text == "Seen"


def test_a_finding_is_edited_by_its_writer_while_the_session_goes_on(signed_in, tester, session):
    finding = add_finding(actor=tester, session=session, type="bug", title="Wrong sum", severity="minor")
    client, address = signed_in(tester), f"{session.get_absolute_url()}findings/{finding.pk}/edit/"
    assert address in client.get(session.get_absolute_url()).content.decode()
    assert "Wrong sum" in client.get(address).content.decode()
    facts = {"kind": "question", "title": "Which sum?", "text": "**By a cent**", "if_match": etag(finding)}
    assert client.post(address, facts).status_code == 302
    finding.refresh_from_db()
    assert (finding.type, finding.title, finding.description) == ("question", "Which sum?", "**By a cent**")
    assert (finding.severity, finding.updated_by) == ("", tester)
    told = AuditEntry.objects.get(action="exploratory_session.finding_changed")
    assert told.changes["title"] == ["Wrong sum", "Which sum?"]
    assert client.post(address, facts | {"title": "Late"}).status_code == 422
    empty = client.post(address, {"kind": "bug", "title": "", "text": ""})
    assert (empty.status_code, "A finding has a title" in empty.content.decode()) == (422, True)
    update_session(actor=tester, session=session, status="completed")
    assert "Continue it to write more" in client.post(address, {"kind": "bug", "title": "Late"}).content.decode()
    assert address not in client.get(session.get_absolute_url()).content.decode()


def test_nobody_edits_a_finding_of_another_tester_or_session(signed_in, tester, lead, stranger, project, session):
    finding = add_finding(actor=lead, session=session, type="bug", title="Wrong sum")
    address = f"{session.get_absolute_url()}findings/{finding.pk}/edit/"
    facts = {"kind": "bug", "title": "Mine"}
    assert signed_in(tester).get(address).status_code == 403
    assert signed_in(tester).post(address, facts).status_code == 403
    assert signed_in(stranger).post(address, facts).status_code == 404
    other = create_session(actor=lead, project=project, name="Other")
    assert signed_in(lead).post(f"{other.get_absolute_url()}findings/{finding.pk}/edit/", facts).status_code == 404
    remove_finding(actor=lead, finding=finding)
    with pytest.raises(NotVisible):
        update_finding(actor=lead, finding=Finding(pk=finding.pk, session=session, project=project), title="Gone")


def test_a_change_that_changes_nothing_leaves_no_trace(tester, session):
    finding = add_finding(actor=tester, session=session, type="bug", title="Wrong sum")
    assert update_finding(actor=tester, finding=finding, title="Wrong sum").updated_at == finding.updated_at
    assert not AuditEntry.objects.filter(action="exploratory_session.finding_changed").exists()
