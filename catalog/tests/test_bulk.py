"""Many cases get the same values at once, and it can be taken back."""

import pytest

from accounts.models import AuditEntry
from catalog.models import TestCase
from catalog.services.bulk import take_back, update_cases
from catalog.services.cases import CaseDraft, create_case, create_cases, update_case
from catalog.services.folder_removal import delete_folder
from qaportal.kit.errors import Denied, InvalidInput, NotVisible

from .factories import FolderFactory


@pytest.fixture
def cases(project, tester):
    drafts = [
        CaseDraft(title="Pay by card", priority="low", tags=["smoke", "cards"]),
        CaseDraft(title="Pay by wallet", priority="high"),
        CaseDraft(title="Pay by transfer", priority="high", tags=["sepa"]),
    ]
    return create_cases(actor=tester, project=project, drafts=drafts)


def ids(cases):
    return [case.pk for case in cases]


def stored(cases):
    return [TestCase.objects.get(pk=case.pk) for case in cases]


def test_fields_and_tags_of_all_change_in_one_go(project, cases, lead, published):
    folder = FolderFactory(project=project)
    changed = update_cases(
        actor=lead,
        project=project,
        case_ids=ids(cases),
        folder=folder,
        priority="high",
        owner=lead,
        add_tags="release, smoke",
        remove_tags=["sepa"],
        reason="Before the release",
    )
    assert changed == dict.fromkeys(ids(cases), 2)
    first, second, third = stored(cases)
    assert [case.priority_code for case in (first, second, third)] == ["high"] * 3
    assert first.tags == ["smoke", "cards", "release"]
    assert second.tags == third.tags == ["release", "smoke"]
    assert (first.folder, first.owner, first.updated_by, first.version) == (folder, lead, lead, 2)
    versions = [case.versions.get(number=2) for case in (first, second)]
    assert [version.changed for version in versions] == [
        ["folder", "owner", "priority", "tags"],
        ["folder", "owner", "tags"],
    ]
    assert {version.reason for version in versions} == {"Before the release"}
    entry = AuditEntry.objects.get(action="case.updated", target_id=second.pk)
    assert entry.changes["tags"] == [[], ["release", "smoke"]]
    assert entry.facts == {"reason": "Before the release"}
    assert published.count("case.updated") == 3


def test_cases_that_have_the_values_already_get_no_version(project, cases, lead):
    assert update_cases(actor=lead, project=project, case_ids=ids(cases), priority="high") == {cases[0].pk: 2}
    assert [case.version for case in stored(cases)] == [2, 1, 1]


def test_the_number_of_statements_does_not_grow(project, tester, lead, same_queries):
    made = []

    def more():
        drafts = [CaseDraft(title=f"Case {number}") for number in range(20)]
        made.extend(create_cases(actor=tester, project=project, drafts=drafts))

    more()
    tags = iter(("one", "two", "three"))
    same_queries(lambda: update_cases(actor=lead, project=project, case_ids=ids(made), add_tags=next(tags)), more)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"title": "Same"}, "title"),
        ({"automation_key": "a.b"}, "automation_key"),
        ({"priority": "urgent"}, "priority"),
        ({"state": "asleep"}, "state"),
        ({"add_tags": "x" * 101}, "add_tags"),
        ({"reason": "x" * 501}, "reason"),
    ],
)
def test_what_cannot_be_is_refused_by_name_and_nothing_changes(project, cases, lead, fields, name):
    with pytest.raises(InvalidInput) as caught:
        update_cases(actor=lead, project=project, case_ids=ids(cases), **fields)
    assert set(caught.value.fields) == {name}
    assert {case.version for case in stored(cases)} == {1}


def test_a_case_of_another_project_stops_all_of_it(project, other_project, cases, lead):
    foreign = create_case(actor=None, project=other_project, title="Elsewhere")
    with pytest.raises(NotVisible):
        update_cases(actor=lead, project=project, case_ids=[*ids(cases), foreign.pk], priority="low")
    assert {case.version for case in stored(cases)} == {1}


def test_readers_change_and_take_back_nothing(project, cases, viewer):
    with pytest.raises(Denied):
        update_cases(actor=viewer, project=project, case_ids=ids(cases), priority="low")
    with pytest.raises(Denied):
        take_back(actor=viewer, project=project, versions_by_case={cases[0].pk: 1})


def test_a_change_is_taken_back_where_nobody_saved_since(project, cases, lead, tester):
    before = [(case.tags, case.priority) for case in cases]
    made = update_cases(actor=lead, project=project, case_ids=ids(cases), priority="critical", add_tags="x")
    update_case(actor=tester, case=cases[1], title="Pay by phone")
    undone = take_back(actor=lead, project=project, versions_by_case=made)
    assert undone == {cases[0].pk: 3, cases[2].pk: 3}
    first, second, third = stored(cases)
    assert [(first.tags, first.priority), (third.tags, third.priority)] == [before[0], before[2]]
    assert (second.title, second.priority_code) == ("Pay by phone", "critical")
    assert first.versions.get(number=3).reason == "Taken back"


def test_a_folder_that_is_gone_is_not_gone_back_to(project, cases, lead):
    gone, here = FolderFactory(project=project), FolderFactory(project=project)
    update_cases(actor=lead, project=project, case_ids=ids(cases), folder=gone)
    made = update_cases(actor=lead, project=project, case_ids=ids(cases), folder=here)
    delete_folder(actor=lead, folder=gone)
    assert take_back(actor=lead, project=project, versions_by_case=made) == {}
    assert {case.folder for case in stored(cases)} == {here}


# -- by the API
URL = "/api/test-cases/bulk-update"


def put(client, **body):
    return client.put(URL, body)


def test_the_documented_call_changes_all_named_cases(project, cases, api, tester):
    module = FolderFactory(project=project, name="Payments")
    body = {"module_id": module.pk, "tags": "smoke,regression", "automation_status": "working"}
    response = put(api(tester), test_case_ids=[str(pk) for pk in ids(cases)], **body)
    assert (response.status_code, response.json()) == (200, {"updated": 3, "test_case_ids": sorted(ids(cases))})
    for case in stored(cases):
        assert (case.folder, case.tags, case.automation_status) == (module, ["smoke", "regression"], "working")


def test_many_cases_get_another_story_and_are_archived(project, cases, api, tester):
    first = create_case(actor=tester, project=project, title="Of another story", story_id="PAY-1")
    keys = [*ids(cases), first.pk]
    assert put(api(tester), test_case_ids=keys, jira_story_id="PAY-2", priority="low").json()["updated"] == 4
    for case in stored([*cases, first]):
        assert [link.story.story_id for link in case.story_links.filter(is_primary=True)] == ["PAY-2"]
        assert (case.version, case.versions.get(number=2).document["story"]) == (2, "PAY-2")
    assert put(api(tester), test_case_ids=keys, jira_story_id="PAY-2").json()["updated"] == 0
    assert put(api(tester), test_case_ids=keys, jira_story_id="", is_archived=True).json()["updated"] == 4
    assert all(case.is_archived and not case.story_links.exists() for case in stored([*cases, first]))


def test_another_module_keeps_sub_module_and_feature(project, api, tester):
    old, new = FolderFactory(project=project, name="Old"), FolderFactory(project=project, name="New")
    cards = FolderFactory(parent=old, name="Cards")
    one = create_case(actor=tester, project=project, title="In cards", folder=cards)
    two = create_case(actor=tester, project=project, title="In the module", folder=old)
    put(api(tester), test_case_ids=[one.pk, two.pk], module_id=new.pk)
    first, second = stored([one, two])
    assert (first.folder.name, first.folder.parent, second.folder) == ("Cards", new, new)


def test_tags_are_added_and_removed_beside_those_that_are_there(cases, api, tester):
    put(api(tester), test_case_ids=ids(cases), add_tags=["night"], removeTags="smoke", reason="Nightly")
    assert [case.tags for case in stored(cases)] == [["cards", "night"], ["night"], ["sepa", "night"]]
    assert cases[0].versions.get(number=2).reason == "Nightly"


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({}, "test_case_ids"),
        ({"test_case_ids": []}, "test_case_ids"),
        ({"test_case_ids": ["x"]}, "test_case_ids"),
        ({"priority": "urgent"}, "priority"),
        ({"module_id": 2**70}, "module_id"),
        ({"owner_id": 987654321}, "owner_id"),
        ({"state": None}, "state"),
    ],
)
def test_bad_bodies_are_refused_by_name(cases, api, tester, body, name):
    named = {} if name == "test_case_ids" else {"test_case_ids": ids(cases)}
    response = put(api(tester), **named, **body)
    assert response.status_code == 400
    assert {field.partition("[")[0] for field in response.json()["fields"]} == {name}
    assert {case.version for case in stored(cases)} == {1}


def test_what_tells_cases_apart_cannot_be_given_to_many(cases, api, tester):
    response = put(api(tester), test_case_ids=ids(cases), title="Same", test_id="TC_UI_500", priority="low")
    assert response.status_code == 200
    assert [case.title for case in stored(cases)] == ["Pay by card", "Pay by wallet", "Pay by transfer"]


def test_cases_of_others_are_not_found_and_nothing_changes(other_project, cases, api, tester, viewer, stranger):
    foreign = create_case(actor=None, project=other_project, title="Elsewhere")
    assert put(api(stranger), test_case_ids=ids(cases), priority="low").status_code == 404
    refused = put(api(viewer), test_case_ids=ids(cases), priority="critical")
    assert (refused.status_code, "may not" in refused.json()["detail"]) == (403, True)
    mixed = put(api(tester), test_case_ids=[*ids(cases), foreign.pk], priority="critical")
    assert mixed.status_code in {400, 404}
    assert {case.version for case in stored(cases)} == {1}


def test_the_call_costs_the_same_for_more_cases(project, tester, api, same_queries):
    client, made = api(tester), []

    def more():
        drafts = [CaseDraft(title=f"Case {number}") for number in range(10)]
        made.extend(create_cases(actor=tester, project=project, drafts=drafts))

    more()
    tags = iter(("one", "two", "three", "four"))
    same_queries(lambda: put(client, test_case_ids=ids(made), add_tags=[next(tags)]), more)
