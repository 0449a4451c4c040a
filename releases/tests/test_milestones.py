"""Milestones: planning, their pages, and what belongs to them."""

from datetime import date

import pytest

from accounts.models import AuditEntry
from qaportal.kit.errors import Denied, InvalidInput, RuleViolation
from releases.models import Milestone
from releases.services.milestones import create_milestone, delete_milestone, update_milestone
from releases.services.releases import update_release
from releases.tests.factories import MilestoneFactory, ReleaseFactory, cover


@pytest.fixture
def milestone(project) -> Milestone:
    return MilestoneFactory(project=project, name="Autumn", due_date=date(2026, 12, 1))


def test_a_milestone_is_planned_and_noted(lead, project):
    made = create_milestone(actor=lead, project=project, name=" Autumn ", due_date=date(2026, 12, 1))
    assert (made.name, made.status, made.created_by) == ("Autumn", "planned", lead)
    assert AuditEntry.objects.get(action="milestone.created").target_label == "Autumn"


def test_a_tester_may_not_plan_milestones(tester, project):
    with pytest.raises(Denied, match="plan milestones"):
        create_milestone(actor=tester, project=project, name="Autumn")


def test_completing_a_milestone_keeps_when_and_opening_it_again_forgets_it(lead, milestone):
    done = update_milestone(actor=lead, milestone=milestone, status="completed")
    assert done.completed_at
    assert update_milestone(actor=lead, milestone=done, status="in_progress").completed_at is None


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"status": "sometimes"}, "status"),
        ({"start": date(2027, 1, 1)}, "due_date"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_field(lead, milestone, fields, wrong):
    with pytest.raises(InvalidInput) as refused:
        update_milestone(actor=lead, milestone=milestone, **fields)
    assert wrong in refused.value.fields


def test_a_milestone_is_never_a_part_of_itself_nor_of_another_project(lead, milestone, other_project):
    below = create_milestone(actor=lead, project=milestone.project, name="Beta", parent=milestone)
    for parent in (below, MilestoneFactory(project=other_project)):
        with pytest.raises(InvalidInput) as refused:
            update_milestone(actor=lead, milestone=milestone, parent=parent)
        assert "parent" in refused.value.fields


def test_deleting_keeps_the_releases_and_refuses_while_milestones_stand_below(lead, milestone):
    release = ReleaseFactory(project=milestone.project)
    update_release(actor=lead, release=release, milestone=milestone)
    below = create_milestone(actor=lead, project=milestone.project, name="Beta", parent=milestone)
    with pytest.raises(RuleViolation, match="stand below it"):
        delete_milestone(actor=lead, milestone=milestone)
    delete_milestone(actor=lead, milestone=below)
    delete_milestone(actor=lead, milestone=milestone)
    release.refresh_from_db()
    assert release.milestone is None
    assert not Milestone.objects.visible_to(lead).exists()


def test_a_release_belongs_to_a_milestone_of_its_project_alone(lead, milestone, other_project):
    release = ReleaseFactory(project=milestone.project)
    with pytest.raises(InvalidInput) as refused:
        update_release(actor=lead, release=release, milestone=MilestoneFactory(project=other_project))
    assert "milestone" in refused.value.fields


def test_the_list_shows_each_milestone_with_the_progress_of_its_releases(signed_in, tester, milestone):
    cover(ReleaseFactory(project=milestone.project, milestone=milestone), "passed", "failed")
    cover(ReleaseFactory(project=milestone.project, milestone=milestone), "not_started")
    page = signed_in(tester).get("/p/PAY/milestones/").content.decode()
    assert "1 passed, 1 failed, 1 not started" in page
    below = MilestoneFactory(project=milestone.project, parent=milestone, name="Beta")
    cover(ReleaseFactory(project=milestone.project, milestone=below), "blocked")
    page = signed_in(tester).get("/p/PAY/milestones/").content.decode()
    assert "1 passed, 1 failed, 1 blocked, 1 not started" in page
    assert "Autumn" not in signed_in(tester).get("/p/PAY/milestones/?status=completed").content.decode()


def test_the_list_takes_the_same_number_of_queries_for_more_milestones(signed_in, tester, milestone, same_queries):
    client = signed_in(tester)
    cover(ReleaseFactory(project=milestone.project, milestone=milestone), "passed")

    def grow():
        for _number in range(10):
            made = MilestoneFactory(project=milestone.project, parent=milestone)
            cover(ReleaseFactory(project=milestone.project, milestone=made), "passed", "failed")

    same_queries(lambda: client.get("/p/PAY/milestones/"), grow)


def test_the_page_shows_its_releases_and_its_parts_in_the_same_number_of_queries(
    signed_in, tester, milestone, same_queries
):
    client = signed_in(tester)

    def grow():
        for number in range(5):
            MilestoneFactory(project=milestone.project, parent=milestone, name=f"Part {number}")
            cover(ReleaseFactory(project=milestone.project, milestone=milestone), "passed")

    grow()
    same_queries(lambda: client.get(milestone.get_absolute_url()), grow)
    assert "Part 3" in client.get(milestone.get_absolute_url()).content.decode()


def test_a_milestone_is_made_and_edited_by_its_form(signed_in, lead, project, milestone):
    client = signed_in(lead)
    made = client.post("/p/PAY/milestones/new/", {"name": "Winter", "status": "planned", "parent": milestone.pk})
    winter = Milestone.objects.get(name="Winter")
    assert made.url == winter.get_absolute_url()
    assert winter.parent == milestone
    form = client.get(f"{winter.get_absolute_url()}edit/").context["form"]
    facts = {"name": "Spring", "status": "completed", "if_match": form.initial["if_match"]}
    assert client.post(f"{winter.get_absolute_url()}edit/", facts).status_code == 302
    assert client.post(f"{winter.get_absolute_url()}edit/", facts | {"name": "Late"}).status_code == 422
    winter.refresh_from_db()
    assert (winter.name, winter.status, winter.parent) == ("Spring", "completed", None)


def test_those_who_may_not_are_told_why(signed_in, tester, milestone):
    client = signed_in(tester)
    assert "may not plan milestones" in client.get(milestone.get_absolute_url()).content.decode()
    assert client.post("/p/PAY/milestones/new/", {"name": "Winter", "status": "planned"}).status_code == 403
    client.post(f"{milestone.get_absolute_url()}delete/")
    assert Milestone.objects.living().count() == 1


def test_a_milestone_of_another_company_is_not_there(signed_in, stranger, milestone):
    assert signed_in(stranger).get(milestone.get_absolute_url()).status_code == 404


def test_the_api_plans_reads_changes_and_deletes_milestones(api, lead, project, milestone):
    client = api(lead)
    body = {
        "projectId": str(project.pk),
        "name": "Release 1.0",
        "description": "First major release",
        "dueDate": "2026-12-31",
        "parentId": str(milestone.pk),
    }
    made = client.post("/api/milestones", body)
    assert made.status_code == 201
    assert {name: made.json()[name] for name in body} == body
    address = f"/api/milestones/{made.json()['id']}"
    changed = client.put(address, {"status": "COMPLETED"}, headers={"If-Match": made["ETag"]})
    assert (changed.json()["status"], bool(changed.json()["completedAt"])) == ("COMPLETED", True)
    assert client.put(address, {"name": "Late"}, headers={"If-Match": made["ETag"]}).status_code == 409
    listed = client.get(f"/api/milestones?projectId={project.pk}").json()["data"]
    assert {each["name"] for each in listed} == {"Autumn", "Release 1.0"}
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "name"), ({"name": "x", "dueDate": "soon"}, "dueDate"), ({"name": "x", "parentId": "987654"}, "parentId")],
)
def test_the_api_names_the_field_that_cannot_be_used(api, lead, project, body, field):
    answer = api(lead).post("/api/milestones", body)
    assert answer.status_code == 422
    assert answer.json()["error"]["details"]["field"] == field


def test_the_api_refuses_testers_and_strangers(api, tester, stranger, milestone):
    assert api(tester).post("/api/milestones", {"name": "x"}).status_code == 403
    assert api(stranger).get(f"/api/milestones/{milestone.pk}").status_code == 404
