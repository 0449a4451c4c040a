"""The page of a project's terms, and pinning runs on their page and in their list."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Project
from accounts.tests.factories import ProjectFactory
from qaportal.kit.errors import InvalidInput
from runs.models import RetentionSweep, RetentionTerms, TestRun
from runs.services.silence import set_silent_hours
from runs.tests.factories import make_run, record, reported

pytestmark = pytest.mark.django_db
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


def address(project):
    return reverse("runs:retention", args=[project.key])


def pin_address(run):
    return reverse("runs:pin", args=[run.project.key, run.number])


@pytest.fixture
def as_lead(client, lead):
    client.force_login(lead)
    return client


@pytest.fixture
def old_run(project):
    run = make_run(project)
    record(run, reported("pays"))
    return run


def test_terms_are_saved_and_shown(as_lead, project):
    answer = as_lead.post(address(project), {"results_days": "90", "artifacts_days": ""}, follow=True)
    assert "The coming night acts on them" in answer.content.decode()
    assert 'value="90"' in answer.content.decode()
    terms = RetentionTerms.objects.get(project=project)
    assert (terms.results_days, terms.artifacts_days) == (90, None)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"results_days": "0"}, "greater than or equal to 1"),
        ({"results_days": "many"}, "whole number"),
        ({"artifacts_days": "99999999999999999999"}, "less than or equal to 36500"),
        ({"results_days": "10", "artifacts_days": "20"}, "Files go with their results: at most 10 days"),
    ],
)
def test_what_cannot_be_a_term_is_refused_beside_its_field(as_lead, project, given, words):
    answer = as_lead.post(address(project), given)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not RetentionTerms.objects.exists()


def test_the_hours_of_silence_are_saved_shown_and_taken_back(as_lead, project):
    silence = reverse("runs:retention_silence", args=[project.key])
    for given, told, shown in (("0.5", 0.5, 'value="0.5"'), ("6", 6, 'value="6"'), ("", None, "Empty means 2 hours")):
        page = as_lead.post(silence, {"silent_hours": given}, follow=True).content.decode()
        assert "The hours of silence are saved" in page
        assert shown in page
        project.refresh_from_db()
        assert project.settings["silentRunHours"] == told
    assert AuditEntry.objects.filter(action="project.updated").count() == 3


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("0.1", "greater than or equal to 0.25"),
        ("721", "less than or equal to 720"),
        ("nan", "Enter a number"),
        ("soon", "Enter a number"),
    ],
)
def test_hours_of_silence_that_cannot_be_are_refused_beside_their_field(as_lead, project, given, words):
    answer = as_lead.post(reverse("runs:retention_silence", args=[project.key]), {"silent_hours": given})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    project.refresh_from_db()
    assert "silentRunHours" not in project.settings
    with pytest.raises(InvalidInput) as refused:
        set_silent_hours(actor=answer.wsgi_request.user, project=project, hours=0.1)
    assert "silent_hours" in refused.value.fields


def test_the_hours_of_silence_are_their_managers_alone(client, project, viewer, stranger):
    silence = reverse("runs:retention_silence", args=[project.key])
    Project.objects.filter(pk=project.pk).update(settings={"silentRunHours": "a lot"})
    client.force_login(viewer)
    assert 'name="silent_hours"' in client.get(address(project)).content.decode()
    assert client.post(silence, {"silent_hours": "1"}).status_code == 403
    client.force_login(stranger)
    assert client.post(silence, {"silent_hours": "1"}).status_code == 404
    project.refresh_from_db()
    assert project.settings == {"silentRunHours": "a lot"}


def test_the_preview_is_a_fragment_and_a_page(as_lead, project, old_run):
    given = {"preview": "1", "results_days": "30", "artifacts_days": ""}
    page = as_lead.get(address(project), given)
    assert "By these terms nothing would go now" in page.content.decode()
    fragment = as_lead.get(address(project), given, headers=PARTIAL)
    assert "By these terms nothing would go now" in fragment.content.decode()
    assert "<html" not in fragment.content.decode()
    wrong = as_lead.get(address(project), given | {"results_days": "-1"}, headers=PARTIAL)
    assert "Correct the terms" in wrong.content.decode()
    assert not RetentionTerms.objects.exists()


def test_those_who_may_not_change_terms_read_them(client, project, tester, viewer):
    RetentionTerms.objects.create(project=project, results_days=45)
    client.force_login(viewer)
    page = client.get(address(project))
    assert page.status_code == 200
    assert 'value="45"' in page.content.decode()
    client.force_login(tester)
    assert client.post(address(project), {"results_days": "1"}).status_code == 403
    assert RetentionTerms.objects.get().results_days == 45


def test_the_page_tells_what_the_nights_removed(as_lead, project):
    RetentionSweep.objects.create(
        project=project, finished_at=timezone.now(), counts={"runs": 3, "results": 4_321, "file_bytes": 2_000_000}
    )
    RetentionSweep.objects.create(project=project, error="Something went wrong. It has been logged.")
    page = as_lead.get(address(project)).content.decode()
    assert "4,321" in page
    assert "1.9" in page
    assert "It has been logged" in page


def test_the_page_needs_a_constant_number_of_queries(as_lead, project, same_queries):
    def grow():
        for number in range(5):
            record(make_run(project), reported(f"test {number}"))
            RetentionSweep.objects.create(project=project, finished_at=timezone.now())

    same_queries(lambda: as_lead.get(address(project), {"preview": "1", "results_days": "1"}), grow)


def test_the_page_of_a_foreign_project_is_not_there(as_lead, stranger):
    foreign = ProjectFactory(tenant=stranger.tenant)
    assert as_lead.get(address(foreign)).status_code == 404
    assert as_lead.post(address(foreign), {"results_days": "1"}).status_code == 404


def test_a_run_is_pinned_on_its_page(client, tester, old_run):
    client.force_login(tester)
    page = client.post(pin_address(old_run), follow=True).content.decode()
    assert "is kept for ever" in page
    assert "Take the pin off" in page
    assert TestRun.objects.get(pk=old_run.pk).pinned_by == tester
    client.post(pin_address(old_run), {"off": "1"})
    assert TestRun.objects.get(pk=old_run.pk).pinned_at is None
    assert AuditEntry.objects.filter(action__in=["run.pinned", "run.unpinned"]).count() == 2


def test_a_run_is_pinned_in_the_list_and_found_there(client, project, tester, old_run):
    client.force_login(tester)
    other = make_run(project, name="Weekly")
    runs = reverse("runs:list", args=[project.key])
    assert f"Pin run {old_run.number}" in client.get(runs).content.decode()
    answer = client.post(pin_address(old_run), {"next": f"{runs}?q=Night"})
    assert answer["Location"] == f"{runs}?q=Night"
    assert client.post(pin_address(old_run), {"next": "https://elsewhere.example/"})["Location"].startswith("/p/")
    page = client.get(runs, {"pinned": "1"}).content.decode()
    assert f"Take the pin off run {old_run.number}" in page
    assert other.name not in page


def test_viewers_see_pins_and_press_none(client, project, tester, viewer, old_run):
    TestRun.objects.filter(pk=old_run.pk).update(pinned_at=timezone.now())
    client.force_login(viewer)
    page = client.get(reverse("runs:list", args=[project.key])).content.decode()
    assert "Pinned" in page
    assert pin_address(old_run) not in page
    client.post(pin_address(old_run), {"off": "1"})
    assert TestRun.objects.get(pk=old_run.pk).pinned_at


def test_a_foreign_run_cannot_be_pinned(client, tester, stranger):
    foreign = make_run(ProjectFactory(tenant=stranger.tenant))
    client.force_login(tester)
    assert client.post(pin_address(foreign)).status_code == 404
