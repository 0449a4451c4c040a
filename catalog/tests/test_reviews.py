"""Reviews of cases: asking, approving, returning, withdrawing, and where the case goes."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry, Membership, Role
from accounts.tests.factories import UserFactory
from catalog.models import CaseReview
from catalog.services.cases import CaseDraft, create_case, create_cases, delete_cases, update_case
from catalog.services.reviews import approve_review, request_review, return_review, withdraw_review
from catalog.services.workflow import add_state, move_state
from catalog.workflow import forget_workflow
from qaportal.kit.concurrency import etag
from qaportal.kit.errors import Denied, InvalidInput, NotVisible, RuleViolation, VersionConflict


@pytest.fixture
def peer(tenant):
    return UserFactory(tenant=tenant, role_code="tester", first_name="Petra", last_name="Lund")


@pytest.fixture
def case(project, tester):
    return create_case(actor=tester, project=project, title="Pay by card", state="draft")


def ask(case, tester, *reviewers, note=""):
    made = request_review(actor=tester, project=case.project, case_ids=[case.pk], reviewers=reviewers, note=note)
    case.refresh_from_db()
    return made


def state_of(case):
    case.refresh_from_db()
    return case.state


# -- asking ----------------------------------------------------------------------------------------------------------
def test_asking_puts_the_case_into_review(case, tester, lead, published):
    (review,) = ask(case, tester, lead, note="Is the limit right?")
    assert (case.state, case.version) == ("in_review", 2)
    assert (review.status, review.version, review.came_from) == ("requested", 2, "draft")
    assert (review.requested_by, review.reviewer, review.note) == (tester, lead, "Is the limit right?")
    version = case.versions.get(number=2)
    assert (version.changed, version.reason) == (["state"], "Asked for a review")
    assert published == ["case.updated", "review.requested"]
    assert AuditEntry.objects.filter(action="review.requested").count() == 1


def test_a_case_that_is_in_review_keeps_its_state(project, case, tester, lead):
    add_state(actor=lead, project=project, name="Second look", phase="in_review")
    case = update_case(actor=tester, case=case, state="second_look")
    ask(case, tester, lead)
    assert case.state == "second_look"


def test_asking_again_asks_about_the_case_as_it_is_now(case, tester, lead):
    (first,) = ask(case, tester, lead)
    update_case(actor=tester, case=case, title="Pay by debit card")
    (second,) = ask(case, tester, lead, note="Again")
    assert second == first
    assert CaseReview.objects.get().version == 3
    assert not CaseReview.objects.with_changes().get().is_outdated


def test_asking_many_takes_no_more_statements_than_asking_few(project, tester, lead, peer):
    counts = []
    for number in (2, 30):
        drafts = [CaseDraft(title=f"Case {each} of {number}", state="draft") for each in range(number)]
        ids = [case.pk for case in create_cases(actor=tester, project=project, drafts=drafts)]
        with CaptureQueriesContext(connection) as queries:
            request_review(actor=tester, project=project, case_ids=ids, reviewers=[lead, peer])
        counts.append(len(queries))
    assert counts[1] <= counts[0]


@pytest.mark.parametrize("who", ["oneself", "a viewer", "a stranger", "nobody", "somebody suspended", "no member"])
def test_some_people_cannot_be_asked(project, case, tester, lead, viewer, stranger, who):
    if who == "somebody suspended":
        lead.status = "suspended"
        lead.save()
    if who == "no member":
        project.settings = {"membersOnly": True}
        project.save()
        Membership.objects.create(user=tester, project=project, role=Role.objects.built_in("tester"))
        tester.__dict__.pop("roles_by_project", None)
    people = {"oneself": [tester], "a viewer": [viewer], "a stranger": [stranger], "nobody": []}.get(who, [lead])
    with pytest.raises(InvalidInput) as refusal:
        request_review(actor=tester, project=project, case_ids=[case.pk], reviewers=people)
    assert "reviewers" in refusal.value.fields
    assert state_of(case) == "draft"


def test_viewers_do_not_ask(project, case, viewer, lead):
    with pytest.raises(Denied):
        request_review(actor=viewer, project=project, case_ids=[case.pk], reviewers=[lead])


def test_cases_of_others_are_not_there(case, tester, lead, other_project, stranger):
    foreign = create_case(actor=stranger, project=other_project, title="Theirs")
    with pytest.raises(NotVisible):
        request_review(actor=tester, project=case.project, case_ids=[case.pk, foreign.pk], reviewers=[lead])
    assert not CaseReview.objects.exists()


def test_a_note_is_not_endless(case, tester, lead):
    with pytest.raises(InvalidInput) as refusal:
        ask(case, tester, lead, note="x" * 2_001)
    assert "note" in refusal.value.fields


def test_the_database_knows_one_open_review_of_a_person(case, tester, lead):
    ask(case, tester, lead)
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseReview.objects.create(project=case.project, case=case, reviewer=lead, version=1, came_from="draft")
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseReview.objects.filter(case=case).update(status="approved")


# -- deciding --------------------------------------------------------------------------------------------------------
def test_an_approval_makes_the_case_active(case, tester, lead, published):
    (review,) = ask(case, tester, lead)
    published.clear()
    approve_review(actor=lead, review=review, comment="Fine", if_match=etag(case))
    assert state_of(case) == "active"
    review.refresh_from_db()
    assert (review.status, review.comment, review.decided_version) == ("approved", "Fine", 2)
    version = case.versions.get(number=3)
    assert (version.saved_by, version.reason) == (lead, "Approved by Ines Valko")
    assert published == ["review.approved", "case.updated"]
    assert AuditEntry.objects.get(action="review.approved").facts["comment"] == "Fine"


def test_the_last_of_several_reviewers_makes_it_active(case, tester, lead, peer):
    first, second = ask(case, tester, lead, peer)
    approve_review(actor=lead, review=first)
    assert state_of(case) == "in_review"
    approve_review(actor=peer, review=second)
    assert state_of(case) == "active"


def test_a_return_needs_its_reason_and_makes_the_case_a_draft(case, tester, lead, peer):
    review, other = ask(case, tester, lead, peer)
    with pytest.raises(InvalidInput) as refusal:
        return_review(actor=lead, review=review, comment="  ")
    assert "comment" in refusal.value.fields
    return_review(actor=lead, review=review, comment="The second step says nothing.")
    assert state_of(case) == "draft"
    other.refresh_from_db()
    assert other.status == "withdrawn"
    assert other.decided_at is not None


def test_an_approval_is_of_what_was_seen(case, tester, lead):
    (review,) = ask(case, tester, lead)
    seen = etag(case)
    update_case(actor=tester, case=case, title="Pay by debit card")
    for decide in (approve_review, return_review):
        with pytest.raises(VersionConflict):
            decide(actor=lead, review=review, comment="Seen", if_match=seen)
    assert CaseReview.objects.with_changes().get().is_outdated
    case.refresh_from_db()
    approve_review(actor=lead, review=review, if_match=etag(case))
    assert state_of(case) == "active"


def test_a_change_of_place_is_no_change_since_the_request(case, tester, lead):
    ask(case, tester, lead)
    update_case(actor=tester, case=case, owner=lead)
    assert not CaseReview.objects.with_changes().get().is_outdated


def test_only_who_was_asked_decides(case, tester, lead, peer):
    (review,) = ask(case, tester, peer)
    for decide in (approve_review, return_review):
        with pytest.raises(Denied) as refusal:
            decide(actor=lead, review=review, comment="Mine")
        assert "Petra Lund" in refusal.value.reason


def test_who_may_not_review_any_more_does_not_decide(case, tester, peer):
    (review,) = ask(case, tester, peer)
    Membership.objects.create(user=peer, project=case.project, role=Role.objects.built_in("viewer"))
    peer.__dict__.pop("roles_by_project", None)
    with pytest.raises(Denied):
        approve_review(actor=peer, review=review)


def test_nobody_approves_his_own_words(case, tester, peer):
    (review,) = ask(case, tester, peer)
    case = update_case(actor=peer, case=case, title="My words")
    with pytest.raises(RuleViolation) as refusal:
        approve_review(actor=peer, review=review, if_match=etag(case))
    assert refusal.value.code == "own_work"
    return_review(actor=peer, review=review, comment="Look at my changes")
    assert state_of(case) == "draft"


def test_nothing_is_decided_twice(case, tester, lead):
    (review,) = ask(case, tester, lead)
    stale = CaseReview.objects.get()
    approve_review(actor=lead, review=review)
    for decide in (approve_review, return_review):
        with pytest.raises(RuleViolation) as refusal:
            decide(actor=lead, review=stale, comment="Again")
        assert refusal.value.code == "review_over"
    with pytest.raises(RuleViolation):
        withdraw_review(actor=tester, review=stale)


def test_a_decision_on_a_deleted_case_is_not_there(case, tester, lead):
    (review,) = ask(case, tester, lead)
    delete_cases(actor=tester, project=case.project, case_ids=[case.pk])
    with pytest.raises(NotVisible):
        approve_review(actor=lead, review=review)
    assert CaseReview.objects.waiting_for(lead).count() == 0


def test_the_states_are_the_first_ones_of_their_phase(project, case, tester, lead):
    add_state(actor=lead, project=project, name="In use", phase="active")
    move_state(actor=lead, project=project, code="in_use", by=-9)
    (review,) = ask(case, tester, lead)
    approve_review(actor=lead, review=review)
    assert state_of(case) == "in_use"


# -- leaving a review ------------------------------------------------------------------------------------------------
def test_a_case_that_leaves_review_by_hand_takes_its_requests_with_it(case, tester, lead, peer):
    first, second = ask(case, tester, lead, peer)
    approve_review(actor=lead, review=first)
    update_case(actor=tester, case=case, state="draft")
    assert [review.status for review in CaseReview.objects.order_by("pk")] == ["approved", "withdrawn"]
    assert AuditEntry.objects.filter(action="review.withdrawn").count() == 1
    with pytest.raises(RuleViolation):
        approve_review(actor=peer, review=second)


def test_who_asked_withdraws_and_the_case_goes_back(case, tester, lead, peer):
    first, second = ask(case, tester, lead, peer)
    with pytest.raises(Denied):
        withdraw_review(actor=peer, review=first)
    withdraw_review(actor=tester, review=first)
    assert state_of(case) == "in_review"
    withdraw_review(actor=lead, review=second)
    assert state_of(case) == "draft"


def test_an_active_case_goes_back_to_active_when_it_says_the_same(project, case, tester, lead):
    case = update_case(actor=lead, case=case, state="active")
    project.settings = {"requireApproval": True}
    project.save()
    case.refresh_from_db()
    (review,) = ask(case, tester, lead)
    withdraw_review(actor=tester, review=review)
    assert state_of(case) == "active"
    (review,) = ask(case, tester, lead)
    update_case(actor=tester, case=case, title="Other words")
    withdraw_review(actor=tester, review=review)
    assert state_of(case) == "draft"


def test_an_approval_stays_good_until_the_words_change(project, case, tester, lead):
    project.settings = {"requireApproval": True}
    project.save()
    forget_workflow(project)
    case.refresh_from_db()
    (review,) = ask(case, tester, lead)
    approve_review(actor=lead, review=review)
    case = update_case(actor=tester, case=case, state="deprecated")
    case = update_case(actor=tester, case=case, state="active")
    case = update_case(actor=tester, case=case, state="deprecated", title="Other words")
    with pytest.raises(InvalidInput):
        update_case(actor=tester, case=case, state="active")


# -- reading ---------------------------------------------------------------------------------------------------------
def test_everybody_finds_what_waits_for_him_and_what_he_asked(case, tester, lead, peer, stranger):
    ask(case, tester, lead, peer)
    assert CaseReview.objects.waiting_for(lead).count() == 1
    assert CaseReview.objects.waiting_for(tester).count() == 0
    assert CaseReview.objects.asked_by(tester).count() == 2
    assert CaseReview.objects.visible_to(stranger).count() == 0
    assert str(CaseReview.objects.for_list().last()) == f"{case.test_id}: Ines Valko"
