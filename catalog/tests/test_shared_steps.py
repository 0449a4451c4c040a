"""Steps that many cases share: written once, said by every case, changed everywhere with a version of each."""

import io

import pytest

from accounts.models import AuditEntry
from catalog.models import SharedSteps, TestCase, TestCaseVersion
from catalog.services.cases import (
    CaseDraft,
    create_case,
    create_cases,
    delete_cases,
    document_of,
    restore_cases,
    update_case,
)
from catalog.services.shared_steps import (
    create_shared_steps,
    delete_shared_steps,
    put_steps_in_place,
    restore_shared_steps,
    share_steps,
    update_shared_steps,
)
from catalog.services.versions import restore_version
from files.services import store
from qaportal.kit.concurrency import etag
from qaportal.kit.errors import Denied, InvalidInput, RuleViolation, VersionConflict

SIGN_IN = [{"action": "Open the shop"}, {"action": "Sign in", "expected": "The name is shown", "data": "buyer@shop"}]


@pytest.fixture
def shared(project, tester):
    return create_shared_steps(actor=tester, project=project, title=" Sign in  as a buyer ", steps=SIGN_IN)


@pytest.fixture
def case(project, tester, shared):
    steps = [{"action": "Before"}, {"shared_steps_id": shared.pk}, {"action": "After"}]
    return create_case(actor=tester, project=project, title="Pay", steps=steps)


def actions(case):
    return list(case.steps.order_by("position").values_list("position", "action", "shared_steps", "shared_place"))


def test_a_case_says_shared_steps_as_if_they_were_its_own(shared, case):
    assert shared.title == "Sign in as a buyer"
    assert actions(case) == [
        (1, "Before", None, None),
        (2, "Open the shop", shared.pk, 1),
        (3, "Sign in", shared.pk, 2),
        (4, "After", None, None),
    ]
    case.refresh_from_db()
    assert "The name is shown" in case.steps_text
    assert TestCase.objects.matching("buyer@shop").get() == case
    assert TestCaseVersion.objects.get(case=case).document["steps"][1] == {
        "action": "Open the shop",
        "expected": "",
        "data": "",
        "shared": shared.pk,
        "place": 1,
    }


def test_changing_them_changes_every_case_and_each_keeps_a_version_that_says_why(project, tester, lead, shared, case):
    twice = [{"shared_steps_id": shared.pk}, {"action": "Sign out"}, {"shared_steps_id": shared.pk}]
    other = create_case(actor=tester, project=project, title="Twice", steps=twice)
    bystander = create_case(actor=tester, project=project, title="Alone", steps=[{"action": "Nothing shared"}])
    longer = [{"action": "Open the new shop"}, *SIGN_IN[1:], {"action": "Accept the terms"}]
    update_shared_steps(actor=lead, shared=shared, steps=longer, reason="The shop moved")
    assert [row[:2] for row in actions(case)] == [
        (1, "Before"), (2, "Open the new shop"), (3, "Sign in"), (4, "Accept the terms"), (5, "After"),
    ]  # fmt: skip
    assert [row[3] for row in actions(other)] == [1, 2, 3, None, 1, 2, 3]
    for each in (case, other):
        each.refresh_from_db()
        kept = TestCaseVersion.objects.get(case=each, number=2)
        assert (each.version, each.updated_by, kept.saved_by, kept.changed) == (2, lead, lead, ["steps"])
        assert kept.reason == "Shared steps Sign in as a buyer changed"
        assert kept.document == document_of(each)
        assert "Accept the terms" in each.steps_text
    bystander.refresh_from_db()
    assert bystander.version == 1
    version = shared.versions.get(number=2)
    assert (version.reason, version.changed, version.saved_by) == ("The shop moved", ["steps"], lead)
    assert AuditEntry.objects.filter(action="case.updated", actor=lead).count() == 2
    assert "Open the shop" in str(TestCaseVersion.objects.get(case=case, number=1).document)


def test_the_number_of_statements_does_not_grow_with_the_cases(project, tester, shared, same_queries):
    def make(count):
        steps = [{"shared_steps_id": shared.pk}]
        create_cases(actor=tester, project=project, drafts=[CaseDraft(title="Pay", steps=steps)] * count)

    texts = iter(range(100))

    def change():
        update_shared_steps(actor=tester, shared=shared, steps=[{"action": f"Text {next(texts)}"}])

    make(1)
    same_queries(change, lambda: make(10))


def test_a_new_title_leaves_the_cases_alone(tester, shared, case):
    update_shared_steps(actor=tester, shared=shared, title="Sign in")
    case.refresh_from_db()
    assert (case.version, shared.versions.count()) == (1, 2)
    update_shared_steps(actor=tester, shared=shared, title="Sign in", steps=SIGN_IN)
    assert shared.versions.count() == 2


def test_nobody_deletes_what_cases_use_unless_they_keep_the_texts(lead, shared, case):
    with pytest.raises(RuleViolation):
        delete_shared_steps(actor=lead, shared=shared)
    assert delete_shared_steps(actor=lead, shared=shared, put_in_place=True) == 1
    assert [row[1:3] for row in actions(case)] == [
        ("Before", None), ("Open the shop", None), ("Sign in", None), ("After", None),
    ]  # fmt: skip
    case.refresh_from_db()
    assert case.version == 2
    assert not SharedSteps.objects.living().exists()


def test_a_deleted_case_keeps_nobody_from_deleting_and_comes_back_whole(lead, shared, case):
    texts = list(case.steps.values_list("action", flat=True))
    delete_cases(actor=lead, project=case.project, case_ids=[case.pk])
    assert delete_shared_steps(actor=lead, shared=shared) == 0
    restore_cases(actor=lead, project=case.project, case_ids=[case.pk])
    assert list(case.steps.values_list("action", flat=True)) == texts
    assert not case.steps.filter(shared_steps__isnull=False).exists()


def test_what_a_case_says_of_deleted_shared_steps_comes_back_as_its_own(lead, shared, case):
    first = TestCaseVersion.objects.get(case=case)
    update_case(actor=lead, case=case, steps=[{"action": "Something else"}])
    delete_shared_steps(actor=lead, shared=shared)
    restore_version(actor=lead, case=case, version=first)
    assert [row[1:3] for row in actions(case)] == [
        ("Before", None), ("Open the shop", None), ("Sign in", None), ("After", None),
    ]  # fmt: skip


def test_a_case_shares_again_what_a_version_shared(lead, shared, case):
    first = TestCaseVersion.objects.get(case=case)
    update_case(actor=lead, case=case, steps=[{"action": "Something else"}])
    update_shared_steps(actor=lead, shared=shared, steps=[{"action": "Open and sign in"}])
    restore_version(actor=lead, case=case, version=first)
    assert [row[1:3] for row in actions(case)] == [("Before", None), ("Open and sign in", shared.pk), ("After", None)]


def test_steps_of_a_case_become_shared_and_its_own_again(tester, project):
    case = create_case(
        actor=tester, project=project, title="Pay", steps=[{"action": each} for each in ("One", "Two", "Three")]
    )
    for wrong in ([], [1, 3], [3, 4], [0, 1]):
        with pytest.raises(InvalidInput):
            share_steps(actor=tester, case=case, positions=wrong, title="Shared")
    shared = share_steps(actor=tester, case=case, positions=[3, 2], title="Shared")
    assert [row[1:] for row in actions(case)] == [("One", None, None), ("Two", shared.pk, 1), ("Three", shared.pk, 2)]
    case.refresh_from_db(fields=["version"])
    with pytest.raises(InvalidInput, match="shared already"):
        share_steps(actor=tester, case=case, positions=[1, 2], title="Shared")
    case.refresh_from_db(fields=["version"])
    put_steps_in_place(actor=tester, case=case, shared=shared)
    assert {row[2] for row in actions(case)} == {None}
    assert case.steps.count() == 3
    assert TestCase.objects.get(pk=case.pk).version == 3


def test_a_version_of_them_comes_back(tester, shared, case):
    update_shared_steps(actor=tester, shared=shared, title="Other", steps=[{"action": "Other"}])
    restore_shared_steps(actor=tester, shared=shared, version=shared.versions.get(number=1))
    stored = SharedSteps.objects.get(pk=shared.pk)
    assert (stored.title, len(stored.steps), stored.version) == ("Sign in as a buyer", 2, 3)
    assert actions(case)[1][1] == "Open the shop"


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("title", {"title": " "}),
        ("title", {"title": "x" * 301}),
        ("steps", {"steps": []}),
        ("steps", {"steps": [{"action": ""}]}),
        ("steps", {"steps": [{"action": "x"}] * 101}),
        ("steps", {"steps": [{"expected": "alone"}]}),
        ("steps", {"steps": [{"action": "x", "attachments": ["nothing"]}]}),
        ("steps", {"steps": [{"action": "x", "attachments": ["0199aaaa-0000-7000-8000-000000000001"]}]}),
    ],
)
def test_what_cannot_be_shared_is_refused_beside_its_field(field, given, project, tester, shared):
    with pytest.raises(InvalidInput) as refusal:
        create_shared_steps(actor=tester, project=project, **{"title": "Sign in", "steps": SIGN_IN, **given})
    assert list(refusal.value.fields) == [field]
    with pytest.raises(InvalidInput):
        update_shared_steps(actor=tester, shared=shared, **given)


def test_a_case_uses_no_shared_steps_of_another_project(other_project, tester, project, stranger, case):
    foreign = create_shared_steps(actor=stranger, project=other_project, title="Foreign", steps=SIGN_IN)
    for named in (foreign.pk, 987_654, "x"):
        with pytest.raises(InvalidInput) as refusal:
            update_case(actor=tester, case=case, steps=[{"shared_steps_id": named}])
        assert list(refusal.value.fields) == ["steps"]


def test_a_step_takes_no_file_of_another_project(other_project, tester, project, stranger):
    foreign = store(actor=stranger, project=other_project, stream=io.BytesIO(b"x"), name="x.txt")
    own = store(actor=tester, project=project, stream=io.BytesIO(b"x"), name="x.txt")
    with pytest.raises(InvalidInput):
        create_case(actor=tester, project=project, title="x", steps=[{"action": "x", "attachments": [str(foreign.pk)]}])
    case = create_case(
        actor=tester, project=project, title="x", steps=[{"action": "x", "attachments": [{"id": str(own.pk)}]}]
    )
    assert case.steps.get().attachments == [own.pk]
    own.refresh_from_db()
    assert own.claimed_at
    assert TestCaseVersion.objects.get(case=case).document["steps"][0]["attachments"] == [str(own.pk)]


def test_who_may_not_edit_cases_changes_nothing(viewer, project, shared, case):
    for attempt in (
        lambda: create_shared_steps(actor=viewer, project=project, title="x", steps=SIGN_IN),
        lambda: update_shared_steps(actor=viewer, shared=shared, title="x"),
        lambda: delete_shared_steps(actor=viewer, shared=shared),
        lambda: share_steps(actor=viewer, case=case, positions=[1], title="x"),
        lambda: put_steps_in_place(actor=viewer, case=case, shared=shared),
    ):
        with pytest.raises(Denied):
            attempt()


def test_whoever_saves_second_is_told(tester, shared):
    seen = etag(shared)
    update_shared_steps(actor=tester, shared=shared, title="First", if_match=seen)
    with pytest.raises(VersionConflict):
        update_shared_steps(actor=tester, shared=shared, title="Second", if_match=seen)
