"""The bar of the cases page: what is asked, shown before it is done, done, and taken back."""

import json

import pytest

from catalog.models import TestCase
from catalog.services.bulk import take_back_change
from catalog.services.cases import CaseDraft, create_cases, delete_cases, restore_cases, update_case
from catalog.services.duplicating import duplicate_cases
from catalog.services.folder_removal import delete_folder
from qaportal.kit.errors import Denied, NotVisible

from .factories import FolderFactory, TestCaseFactory
from .pages import HTMX, text, url


@pytest.fixture
def cases(project, tester):
    drafts = [
        CaseDraft(title="Pay by card", priority="low", tags=["smoke", "cards"]),
        CaseDraft(title="Pay by wallet", priority="high"),
        CaseDraft(title="Pay by transfer", priority="high", tags=["sepa"]),
    ]
    return create_cases(actor=tester, project=project, drafts=drafts)


def ids(cases):
    return ",".join(str(case.pk) for case in cases)


def stored(cases):
    return [TestCase.objects.get(pk=case.pk) for case in cases]


def undo_of(response):
    return json.loads(response.headers["HX-Trigger"])["portal:toast"]["undo"]


# -- asking and showing
def test_the_dialog_asks_for_every_field_that_many_can_share(project, cases, signed_in, tester):
    client = signed_in(tester)
    page = text(client.post(url("case_change", project), {"ids": ids(cases), "act": "change"}, headers=HTMX))
    for name in ("priority", "state", "owner", "folder", "test_type", "epic_key", "preconditions", "add_tags"):
        assert f'name="{name}"' in page
    assert 'name="title"' not in page
    assert 'name="automation_key"' not in page
    only = text(client.post(url("case_change", project), {"ids": ids(cases), "act": "move"}, headers=HTMX))
    assert 'name="folder"' in only
    assert 'name="priority"' not in only


def test_the_preview_says_what_changes_for_how_many_and_changes_nothing(project, cases, signed_in, tester):
    sent = {"ids": ids(cases), "act": "change", "step": "preview", "set": ["priority"], "priority": "high"}
    page = text(signed_in(tester).post(url("case_change", project), {**sent, "remove_tags": "smoke"}, headers=HTMX))
    assert "1 of 3 cases will change; the others say so already." in page
    assert "<del>Low</del>" in page
    assert "<ins>High</ins>" in page
    assert "<del>smoke, cards</del>" in page
    assert "<ins>cards</ins>" in page
    assert {case.version for case in stored(cases)} == {1}


def test_what_would_change_nothing_offers_nothing_to_do(project, cases, signed_in, tester):
    sent = {"ids": ids(cases[1:]), "act": "change", "step": "preview", "set": "priority", "priority": "high"}
    page = text(signed_in(tester).post(url("case_change", project), sent, headers=HTMX))
    assert "Nothing would change" in page
    assert 'value="apply"' not in page


def test_going_back_keeps_what_was_entered(project, cases, signed_in, tester):
    sent = {"ids": ids(cases), "act": "change", "step": "back", "set": "epic_key", "epic_key": "PAY-300"}
    page = text(signed_in(tester).post(url("case_change", project), sent, headers=HTMX))
    assert 'value="PAY-300"' in page
    assert 'value="epic_key" checked' in page


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"ids": "", "act": "delete"}, "Select at least one case."),
        ({"act": "change", "step": "preview"}, "Choose at least one thing to change."),
        ({"act": "change", "step": "preview", "set": "estimate", "estimate": "x"}, "Enter a number."),
        ({"act": "tag", "step": "preview", "add_tags": "x" * 101}, "at most 100 characters"),
        ({"act": "change", "step": "apply", "set": "priority", "priority": "urgent"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_refused_in_the_dialog(project, cases, signed_in, tester, sent, words):
    response = signed_in(tester).post(url("case_change", project), {"ids": ids(cases), **sent}, headers=HTMX)
    assert response.status_code == 422
    assert words in text(response)
    assert response.headers["HX-Retarget"] == "#change"
    assert {case.version for case in stored(cases)} == {1}


def test_more_than_can_be_changed_at_once_is_refused_in_words(project, cases, signed_in, tester, monkeypatch):
    monkeypatch.setattr("catalog.services.bulk.MOST_AT_ONCE", 2)
    for sent in ({"ids": ids(cases)}, {"everything": "1"}):
        page = text(signed_in(tester).post(url("case_change", project), {**sent, "act": "archive"}, headers=HTMX))
        assert "More than 2 cases are selected. Narrow the filter" in page


# -- doing it
def test_many_change_and_the_toast_takes_it_back(project, cases, signed_in, tester):
    client = signed_in(tester)
    sent = {"ids": ids(cases), "act": "change", "step": "apply", "set": ["priority", "owner"], "priority": "critical"}
    response = client.post(
        url("case_change", project),
        {**sent, "owner": tester.pk, "add_tags": "x"},
        headers={**HTMX, "HX-Target": "div#panes"},
    )
    assert "3 cases changed" in response.headers["HX-Trigger"]
    assert 'id="panes"' in text(response)
    assert {(case.priority_code, case.owner_id, case.tags[-1]) for case in stored(cases)} == {
        ("critical", tester.pk, "x")
    }
    undo = undo_of(response)
    assert client.post(undo["url"], undo["values"], headers=HTMX).status_code == 204
    assert [(case.priority_code, case.owner_id) for case in stored(cases)] == [
        ("low", None),
        ("high", None),
        ("high", None),
    ]
    assert "3 cases are as they were before" in text(client.get(url("case_list", project)))
    client.post(undo["url"], undo["values"], headers=HTMX)
    assert "Nothing was taken back" in text(client.get(url("case_list", project)))


def test_all_that_fit_the_filter_change_not_only_those_on_the_page(project, signed_in, tester):
    for number in range(30):
        TestCaseFactory(project=project, tags=["smoke"] if number % 3 == 0 else [])
    address = url("case_change", project) + "?tags=smoke&per_page=25"
    signed_in(tester).post(address, {"everything": "1", "act": "archive", "step": "apply"}, headers=HTMX)
    assert TestCase.objects.filter(is_archived=True).count() == 10
    assert not TestCase.objects.filter(is_archived=True).exclude(tags=["smoke"]).exists()


def test_archived_cases_have_a_list_of_their_own_and_come_back(project, cases, signed_in, tester):
    client = signed_in(tester)
    client.post(url("case_change", project), {"ids": ids(cases[:1]), "act": "archive", "step": "apply"}, headers=HTMX)
    assert "Pay by card" not in text(client.get(url("case_list", project)))
    page = text(client.get(url("case_list", project), {"archived": "1"}))
    assert "Pay by card" in page
    assert "Pay by wallet" not in page
    assert "Bring back" in page
    client.post(url("case_change", project), {"ids": ids(cases[:1]), "act": "unarchive", "step": "apply"}, headers=HTMX)
    assert "Pay by card" in text(client.get(url("case_list", project)))


def test_deleted_cases_come_back_by_the_toast(project, cases, signed_in, tester):
    client = signed_in(tester)
    asked = text(client.post(url("case_change", project), {"ids": ids(cases), "act": "delete"}, headers=HTMX))
    assert "3 cases will be deleted. Their ids stay taken" in asked
    done = client.post(url("case_change", project), {"ids": ids(cases), "act": "delete", "step": "apply"}, headers=HTMX)
    assert not TestCase.objects.living().in_project(project).exists()
    undo = undo_of(done)
    client.post(undo["url"], undo["values"], headers=HTMX)
    assert TestCase.objects.living().in_project(project).count() == 3


def test_dropped_cases_move_and_the_toast_takes_it_back(project, cases, signed_in, tester):
    folder = FolderFactory(project=project, name="Wallets")
    client = signed_in(tester)
    response = client.post(f"{url('case_move', project)}?to={folder.pk}", {"ids": ids(cases)}, headers=HTMX)
    assert response.status_code == 204
    assert "3 cases moved to Wallets" in response.headers["HX-Trigger"]
    assert {case.folder for case in stored(cases)} == {folder}
    undo = undo_of(response)
    client.post(undo["url"], undo["values"], headers=HTMX)
    assert {case.folder for case in stored(cases)} == {None}


def test_it_works_as_a_page_without_script(project, cases, signed_in, tester):
    client = signed_in(tester)
    page = client.post(
        url("case_change", project), {"ids": ids(cases), "act": "tag", "step": "preview", "add_tags": "x"}
    )
    assert "<html" in text(page)
    assert "3 cases will change." in text(page)
    done = client.post(url("case_change", project), {"ids": ids(cases), "act": "tag", "step": "apply", "add_tags": "x"})
    assert done.status_code == 302
    assert stored(cases)[1].tags == ["x"]


def test_a_viewer_is_refused_with_the_reason(project, cases, signed_in, viewer):
    client = signed_in(viewer)
    for name in ("case_change", "case_duplicate", "case_take_back"):
        sent = {"ids": ids(cases), "act": "change", "at": "2026-01-05T09:00:00+00:00"}
        response = client.post(url(name, project), sent)
        assert response.status_code == 403, name
        assert "may not" in text(response)
    assert client.post(url("case_move", project) + "?to=none", {"ids": ids(cases)}).status_code == 403


def test_an_unknown_folder_moves_nothing(project, other_project, cases, signed_in, tester):
    foreign = FolderFactory(project=other_project)
    client = signed_in(tester)
    assert client.post(f"{url('case_move', project)}?to={foreign.pk}", {"ids": ids(cases)}).status_code == 404
    sent = {"ids": ids(cases), "act": "move", "step": "apply", "folder": foreign.pk}
    assert client.post(url("case_change", project), sent).status_code == 422
    assert {case.version for case in stored(cases)} == {1}


@pytest.mark.parametrize("at", ["", "soon", "2026-13-45T00:00:00Z", "2026-01-05T09:00:00", "9" * 200])
def test_a_moment_that_is_none_takes_nothing_back(project, cases, signed_in, tester, at):
    assert signed_in(tester).post(url("case_take_back", project), {"at": at}, headers=HTMX).status_code == 204


def test_the_preview_takes_a_constant_number_of_queries(project, tester, signed_in, same_queries):
    client = signed_in(tester)

    def more():
        folder = FolderFactory(project=project)
        create_cases(
            actor=tester,
            project=project,
            drafts=[CaseDraft(title=f"Case {n}", folder=folder, owner=tester) for n in range(6)],
        )

    more()
    sent = {
        "everything": "1",
        "act": "change",
        "step": "preview",
        "set": ["folder", "owner"],
        "folder": "",
        "owner": "",
    }
    same_queries(lambda: client.post(url("case_change", project), sent, headers=HTMX), more)


# -- the services
def test_only_who_made_a_change_takes_it_back(project, cases, tester, lead):
    from catalog.services.bulk import update_cases

    update_cases(actor=tester, project=project, case_ids=[case.pk for case in cases], add_tags="x")
    moment = stored(cases)[0].updated_at
    assert take_back_change(actor=lead, project=project, moment=moment) == 0
    update_case(actor=lead, case=cases[1], title="Pay by phone")
    assert take_back_change(actor=tester, project=project, moment=moment) == 2
    assert stored(cases)[1].tags == ["x"]


def test_deleted_cases_come_back_as_they_were_or_without_their_folder(project, tester, lead, viewer, published):
    folder = FolderFactory(project=project)
    one, two = TestCaseFactory(folder=folder), TestCaseFactory(project=project)
    delete_cases(actor=tester, project=project, case_ids=[one.pk, two.pk])
    delete_folder(actor=lead, folder=folder)
    with pytest.raises(Denied):
        restore_cases(actor=viewer, project=project, case_ids=[one.pk])
    assert restore_cases(actor=tester, project=project, case_ids=[one.pk, two.pk]) == 2
    first, second = stored([one, two])
    assert (first.deleted_at, first.folder, first.version) == (None, None, 2)
    assert (second.deleted_at, second.version) == (None, 1)
    assert published[-1] == "case.restored"
    with pytest.raises(NotVisible):
        restore_cases(actor=tester, project=project, case_ids=[one.pk])


def test_a_copy_has_everything_but_the_id_and_the_key(project, tester):
    folder = FolderFactory(project=project)
    drafts = [
        CaseDraft(
            title="Pay by card",
            folder=folder,
            steps=[{"action": "Pay", "expected": "Paid"}],
            tags=["smoke"],
            labels=["web"],
            priority="critical",
            owner=tester,
            automation_key="a.b.c",
            scenario_examples={"columns": ["a"], "rows": [["1"]]},
            story_id="PAY-312",
        )
    ]
    (case,) = create_cases(actor=tester, project=project, drafts=drafts)
    (copy,) = duplicate_cases(actor=tester, project=project, case_ids=[case.pk])
    assert copy.title == "Pay by card (copy)"
    assert copy.test_id != case.test_id
    for name in ("folder", "tags", "labels", "priority", "owner", "scenario_examples", "tag", "state"):
        assert getattr(copy, name) == getattr(case, name), name
    assert list(copy.steps.values_list("action", "expected")) == [("Pay", "Paid")]
    assert copy.story_links.get().story.story_id == "PAY-312"
    assert copy.automation_key == ""
    assert copy.versions.count() == 1


def test_a_long_title_keeps_its_mark(project, tester):
    case = TestCaseFactory(project=project, title="x" * 500)
    (copy,) = duplicate_cases(actor=tester, project=project, case_ids=[case.pk])
    assert len(copy.title) == 500
    assert copy.title.endswith("x (copy)")


def test_copying_costs_the_same_for_more_cases(project, tester, same_queries):
    made = []

    def more():
        drafts = [
            CaseDraft(title=f"Case {n}", owner=tester, steps=[{"action": "Do"}], story_id="PAY-1") for n in range(5)
        ]
        made.extend(create_cases(actor=tester, project=project, drafts=drafts))

    more()
    same_queries(lambda: duplicate_cases(actor=tester, project=project, case_ids=[case.pk for case in made]), more)


def test_a_copied_case_is_opened(project, cases, signed_in, tester):
    response = signed_in(tester).post(url("case_duplicate", project), {"ids": cases[0].pk})
    copy = TestCase.objects.get(title="Pay by card (copy)")
    assert response.url == copy.get_absolute_url()


def test_a_case_that_was_copied_in_the_list_is_opened_too(project, cases, signed_in, tester):
    response = signed_in(tester).post(url("case_duplicate", project), {"ids": cases[0].pk}, headers=HTMX)
    copy = TestCase.objects.get(title="Pay by card (copy)")
    assert response["HX-Redirect"] == copy.get_absolute_url()
