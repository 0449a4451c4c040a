import pytest

from accounts.tests.factories import ProjectFactory
from catalog.models import CopyJob, TestCase
from catalog.services import copies, folders
from catalog.tests.factories import FolderFactory, TestCaseFactory
from catalog.tests.pages import HTMX, text, url


@pytest.fixture
def away(tenant):
    return ProjectFactory(tenant=tenant, key="WEB", name="Web shop")


@pytest.fixture
def tree(card_tree, card_case):
    return card_tree


def test_picked_cases_are_copied_into_a_folder_of_another_project(project, away, tree, card_case, signed_in, lead):
    client = signed_in(lead)
    shop = folders.create_folder(actor=lead, project=away, name="Shop")
    picked = {"ids": card_case.pk}
    assert 'Copy or move <span class="q-3">1 case' in text(client.get(url("case_copy", project), picked))
    part = {**picked, "target_project": away.pk, "choose": "1", "way": "copy"}
    assert "Shop" in text(client.post(url("case_copy", project), part, headers=HTMX))
    sent = {**picked, "target_project": away.pk, "target_folder": shop.pk, "way": "copy", "steps": "on"}
    answer = client.post(url("case_copy", project), sent)
    job = CopyJob.objects.get()
    assert answer.url == job.get_absolute_url()
    made = TestCase.objects.get(project=away)
    assert (made.folder, made.tags, made.steps.count()) == (shop, [], 2)
    page = text(client.get(answer.url))
    assert "1 of 1" in page
    assert "The owner Tomas Reyl" not in page
    assert made.get_absolute_url() in page
    assert card_case.get_absolute_url() in page


def test_a_folder_is_moved_and_both_pages_tell_of_each_other(project, away, tree, card_case, signed_in, lead):
    client = signed_in(lead)
    form = text(client.get(url("case_copy", project), {"folder": tree["card"].pk}))
    assert "1 current case goes along, in 3 folders." in form
    sent = {"folder": tree["card"].pk, "target_project": away.pk, "way": "move", "steps": "on"}
    client.post(url("case_copy", project), sent)
    made = TestCase.objects.get(project=away)
    assert made.folder.name == "Capture"
    shown = text(client.get(made.get_absolute_url()))
    assert "Copied from" in shown
    assert "of PAY" in shown
    original = text(client.get(card_case.get_absolute_url()))
    assert "Moved to" in original
    assert "of WEB" in original


def test_who_does_not_see_the_other_project_reads_nothing_of_it(project, away, card_case, signed_in, admin, tester):
    away.settings = {"membersOnly": True}
    away.save()
    job = copies.start_copy(actor=admin, project=project, target_project=away, case_ids=[card_case.pk], is_move=True)
    client = signed_in(tester)
    page = text(client.get(job.get_absolute_url()))
    assert "A project that you do not see" in page
    for hidden in ("WEB", "Web shop"):
        assert hidden not in page
        assert hidden not in text(client.get(card_case.get_absolute_url()))
    assert "Web shop" not in text(client.get(url("case_copy", project), {"ids": card_case.pk}))
    sent = {"ids": card_case.pk, "target_project": away.pk, "way": "copy"}
    assert client.post(url("case_copy", project), sent).status_code == 422


def test_a_refusal_stands_beside_its_field(project, tree, card_case, signed_in, lead):
    sent = {"folder": tree["card"].pk, "target_project": project.pk, "target_folder": tree["capture"].pk, "way": "copy"}
    answer = signed_in(lead).post(url("case_copy", project), sent)
    assert answer.status_code == 422
    assert "A folder cannot be copied into itself or below itself." in text(answer)


def test_a_large_copy_shows_how_far_it_is(project, away, signed_in, lead, monkeypatch, run_jobs):
    monkeypatch.setattr(copies, "AT_ONCE", 1)
    picked = [TestCaseFactory(project=project).pk for _ in range(3)]
    client = signed_in(lead)
    sent = {"ids": picked, "target_project": away.pk, "way": "copy"}
    address = client.post(url("case_copy", project), sent).url
    assert "Waiting for a worker" in text(client.get(address))
    assert "Waiting for a worker" in text(client.get(address, headers=HTMX))
    run_jobs()
    assert client.get(address, headers=HTMX)["HX-Refresh"] == "true"
    assert "3 of 3" in text(client.get(address))


def test_a_copy_is_taken_back_and_says_what_stays(project, away, card_case, signed_in, lead, tester):
    job = copies.start_copy(actor=lead, project=project, target_project=away, case_ids=[card_case.pk])
    client = signed_in(lead)
    assert "1 copy was deleted again." in text(client.post(url("copy_undo", project, job.pk), follow=True))
    assert not TestCase.objects.living().filter(project=away).exists()
    assert "Only what is over can be taken back." in text(client.post(url("copy_undo", project, job.pk), follow=True))
    assert "Only what failed can go on." in text(client.post(url("copy_resume", project, job.pk), follow=True))


def test_the_pages_are_for_those_who_write_cases_here(project, away, card_case, signed_in, lead, viewer, stranger):
    job = copies.start_copy(actor=lead, project=project, target_project=away, case_ids=[card_case.pk])
    assert signed_in(viewer).get(url("case_copy", project), {"ids": card_case.pk}).status_code == 403
    assert signed_in(viewer).get(job.get_absolute_url()).status_code == 200
    assert "Take back" not in text(signed_in(viewer).get(job.get_absolute_url()))
    for address in (url("case_copy", project), job.get_absolute_url()):
        assert signed_in(stranger).get(address).status_code == 404
    assert signed_in(lead).get(url("case_copy", project)).url == url("case_list", project)
    foreign = TestCaseFactory()
    assert signed_in(lead).get(url("case_copy", project), {"ids": foreign.pk}).status_code == 404
    assert signed_in(lead).get(url("case_copy", project), {"folder": FolderFactory().pk}).status_code == 404


def test_the_summary_asks_the_same_number_of_queries_for_many(project, away, signed_in, lead, same_queries):
    picked = [TestCaseFactory(project=project).pk for _ in range(11)]
    values = {"actor": lead, "project": project, "target_project": away}
    jobs = [copies.start_copy(**values, case_ids=picked[:1]), copies.start_copy(**values, case_ids=picked[1:])]
    larger = jobs[1].get_absolute_url()
    client, shown = signed_in(lead), [jobs[0].get_absolute_url()]
    same_queries(lambda: client.get(shown[0]), lambda: shown.insert(0, larger))
