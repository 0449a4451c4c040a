"""Every save of a case leaves a version, and a version can come back."""

import pytest

from accounts.models import AuditEntry
from catalog.models import TestCaseVersion
from catalog.services.bulk import update_cases
from catalog.services.cases import create_case, create_cases, delete_cases, move_cases, update_case
from catalog.services.drafts import EDITABLE, CaseDraft
from catalog.services.versions import restore_version
from qaportal.kit.concurrency import etag
from qaportal.kit.errors import Denied, InvalidInput, VersionConflict

from .factories import FolderFactory

STEPS = [{"action": "Open the basket", "expected": "It is shown", "data": ""}]


@pytest.fixture
def case(project, tester):
    return create_case(
        actor=tester, project=project, title="Pay by card", steps=STEPS, story_id="PAY-7", tags="smoke", priority="high"
    )


def numbers(case):
    return list(case.versions.order_by("number").values_list("number", "changed", "reason"))


def test_a_new_case_has_its_first_version(case, tester):
    first = case.versions.get()
    assert (first.number, first.changed, first.saved_by, first.created_at) == (1, [], tester, case.updated_at)
    assert set(first.document) == {*EDITABLE, "steps", "story"}
    assert first.document["title"] == "Pay by card"
    assert first.document["steps"] == STEPS
    assert first.document["story"] == "PAY-7"
    assert first.document["tags"] == ["smoke"]


def test_a_save_makes_the_next_one_with_what_changed_and_why(case, lead):
    update_case(
        actor=lead, case=case, title="Pay by debit card", steps=[*STEPS, {"action": "Pay"}], reason=" New\n scheme "
    )
    assert numbers(case) == [(1, [], ""), (2, ["steps", "title"], "New scheme")]
    second = case.versions.get(number=2)
    assert second.saved_by == lead
    assert [step["action"] for step in second.document["steps"]] == ["Open the basket", "Pay"]
    assert AuditEntry.objects.get(action="case.updated").facts == {"reason": "New scheme"}


def test_saving_what_is_stored_already_makes_none(case, tester):
    update_case(actor=tester, case=case, title="Pay by card", reason="Nothing in particular")
    assert numbers(case) == [(1, [], "")]


def test_many_at_once_get_theirs_in_one_statement(project, tester, django_assert_max_num_queries):
    cases = create_cases(actor=tester, project=project, drafts=[CaseDraft(title=f"Case {each}") for each in range(30)])
    ids = [case.pk for case in cases]
    assert TestCaseVersion.objects.filter(case__in=ids).count() == 30
    folder = FolderFactory(project=project)
    move_cases(actor=tester, project=project, case_ids=ids, folder=folder)
    update_cases(actor=tester, project=project, case_ids=ids, add_tags="smoke")
    assert numbers(cases[0]) == [(1, [], ""), (2, ["folder"], ""), (3, ["tags"], "")]
    assert cases[0].versions.get(number=2).document["folder"] == folder.pk


def test_a_case_keeps_its_versions_when_it_is_deleted(case, project, lead):
    delete_cases(actor=lead, project=project, case_ids=[case.pk])
    assert numbers(case) == [(1, [], "")]


def test_a_version_comes_back_as_a_new_one(case, project, tester, lead):
    folder = FolderFactory(project=project)
    update_case(
        actor=tester,
        case=case,
        title="Other",
        steps=[],
        story_id="",
        tags=[],
        priority="low",
        folder=folder,
        owner=lead,
    )
    again = restore_version(actor=lead, case=case, version=case.versions.get(number=1))
    assert (again.title, again.tags, again.priority_code, again.version) == ("Pay by card", ["smoke"], "high", 3)
    assert list(again.steps.values("action", "expected", "data")) == STEPS
    assert (again.folder, again.owner) == (folder, lead)
    third = case.versions.get(number=3)
    assert (third.reason, third.saved_by) == ("Version 1 again", lead)
    assert third.document["story"] == "PAY-7"


def test_a_version_comes_back_only_over_what_its_reader_saw(case, tester):
    seen = etag(case)
    update_case(actor=tester, case=case, title="Other")
    with pytest.raises(VersionConflict):
        restore_version(actor=tester, case=case, version=case.versions.get(number=1), if_match=seen)


def test_readers_bring_nothing_back(case, viewer):
    with pytest.raises(Denied):
        restore_version(actor=viewer, case=case, version=case.versions.get())


def test_a_reason_that_is_too_long_is_refused_by_name(case, tester):
    with pytest.raises(InvalidInput) as caught:
        update_case(actor=tester, case=case, title="Other", reason="x" * 501)
    assert set(caught.value.fields) == {"reason"}


def test_versions_are_seen_by_those_who_see_the_case(case, viewer, stranger):
    assert list(TestCaseVersion.objects.visible_to(viewer)) == [case.versions.get()]
    assert not TestCaseVersion.objects.visible_to(stranger)
