"""The states of a project: the default set, a set of its own, and what cases may enter."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import AuditEntry
from accounts.tests.factories import UserFactory
from catalog.choices import CaseState
from catalog.filters import TestCaseFilter
from catalog.models import TestCase, TestCaseVersion, WorkflowState
from catalog.services.bulk import take_back, update_cases
from catalog.services.cases import CaseDraft, create_case, create_cases, update_case
from catalog.services.versions import restore_version
from catalog.services.workflow import add_state, move_state, remove_state, update_state
from catalog.workflow import forget_workflow, states_of, workflow_of
from qaportal.kit.errors import Denied, InvalidInput, NotVisible, RuleViolation


def codes(project):
    forget_workflow(project)
    return [state.code for state in states_of(project)]


def names(project):
    forget_workflow(project)
    return [str(state.name) for state in states_of(project)]


@pytest.fixture
def guarded(project):
    """The project, whose cases are active by an approval alone."""
    project.settings = {"requireApproval": True}
    project.save()
    forget_workflow(project)
    return project


# -- the set ---------------------------------------------------------------------------------------------------------
def test_a_project_without_states_of_its_own_has_the_default_set(project):
    assert codes(project) == list(CaseState.values)
    assert not WorkflowState.objects.exists()


def test_the_set_is_asked_once_for_a_request(project, lead, django_assert_num_queries):
    add_state(actor=lead, project=project, name="Ready")
    with django_assert_num_queries(1):
        states_of(project)
        workflow_of(project).choices  # noqa: B018


def test_the_first_change_writes_the_whole_set(project, lead):
    add_state(actor=lead, project=project, name="Ready for review", color="amber", phase="in_review")
    assert codes(project) == [*CaseState.values, "ready_for_review"]
    assert WorkflowState.objects.in_project(project).count() == 5


def test_renaming_and_recolouring_keep_the_code(project, lead, published):
    row = update_state(actor=lead, project=project, code="active", name="Approved", color="blue")
    assert (row.code, row.name, row.color) == ("active", "Approved", "blue")
    entry = AuditEntry.objects.get(action="workflow_state.updated")
    assert entry.changes["name"] == ["Active", "Approved"]
    assert published == ["workflow.updated"]


def test_states_move_up_and_down_and_stay_at_the_ends(project, lead):
    move_state(actor=lead, project=project, code="active", by=-1)
    assert codes(project) == ["draft", "active", "in_review", "deprecated"]
    move_state(actor=lead, project=project, code="draft", by=-1)
    move_state(actor=lead, project=project, code="draft", by=99)
    assert codes(project) == ["active", "in_review", "deprecated", "draft"]


def test_codes_are_made_of_names_and_never_meet(project, lead):
    made = [add_state(actor=lead, project=project, name=name).code for name in ("Über-Prüfung", "Über Prüfung", "試験")]
    assert made == ["uber_prufung", "uber_prufung_2", "state"]


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"name": "DRAFT"}, "name"),
        ({"name": "New", "color": "pink"}, "color"),
        ({"name": "New", "phase": "asleep"}, "phase"),
        ({"name": "New", "phase": "draft", "needs_approval": True}, "needs_approval"),
    ],
)
def test_an_unusable_field_of_a_state_is_named(project, lead, fields, named):
    with pytest.raises(InvalidInput) as refusal:
        add_state(actor=lead, project=project, **fields)
    assert named in refusal.value.fields
    assert not WorkflowState.objects.exists()


def test_a_workflow_has_a_bound(project, lead):
    for number in range(16):
        add_state(actor=lead, project=project, name=f"State {number}")
    with pytest.raises(InvalidInput):
        add_state(actor=lead, project=project, name="One more")


def test_testers_do_not_change_the_workflow(project, tester):
    for change in (
        lambda: add_state(actor=tester, project=project, name="Mine"),
        lambda: update_state(actor=tester, project=project, code="draft", name="Mine"),
        lambda: move_state(actor=tester, project=project, code="draft", by=1),
        lambda: remove_state(actor=tester, project=project, code="deprecated"),
    ):
        with pytest.raises(Denied):
            change()


def test_an_unknown_state_is_not_there(project, lead):
    with pytest.raises(NotVisible):
        update_state(actor=lead, project=project, code="gone", name="Gone")


def test_the_database_keeps_codes_and_meanings_in_order(project, lead):
    add_state(actor=lead, project=project, name="Ready")
    for values in ({"code": "ready"}, {"name": "READY"}, {"phase": "asleep"}, {"needs_approval": True}):
        row = {"project": project, "code": "other", "name": "Other", "phase": "draft", "position": 9, **values}
        with pytest.raises(IntegrityError), transaction.atomic():
            WorkflowState.objects.create(**row)


# -- removing --------------------------------------------------------------------------------------------------------
def test_a_state_without_cases_is_removed(project, lead):
    assert remove_state(actor=lead, project=project, code="deprecated") == 0
    assert codes(project) == ["draft", "in_review", "active"]


@pytest.mark.parametrize("phase", ["draft", "in_review", "active"])
def test_each_phase_of_a_review_keeps_a_state(project, lead, phase):
    with pytest.raises(RuleViolation):
        remove_state(actor=lead, project=project, code=phase)
    with pytest.raises(RuleViolation):
        update_state(actor=lead, project=project, code=phase, phase="deprecated")
    assert codes(project) == list(CaseState.values)


def test_cases_of_a_removed_state_move_and_keep_their_versions(project, lead, tester):
    add_state(actor=lead, project=project, name="Ready")
    drafts = [CaseDraft(title=f"Case {number}", state="ready", is_archived=number == 2) for number in range(3)]
    cases = create_cases(actor=tester, project=project, drafts=drafts)
    with pytest.raises(InvalidInput) as refusal:
        remove_state(actor=lead, project=project, code="ready")
    assert "move_to" in refusal.value.fields
    with pytest.raises(InvalidInput):
        remove_state(actor=lead, project=project, code="ready", move_to="ready")
    assert remove_state(actor=lead, project=project, code="ready", move_to="draft") == 3
    stored = TestCase.objects.filter(pk__in=[case.pk for case in cases])
    assert {(case.state, case.version, case.updated_by) for case in stored} == {("draft", 2, lead)}
    kept = TestCaseVersion.objects.filter(case=cases[0], number=2).get()
    assert (kept.changed, kept.document["state"]) == (["state"], "draft")
    assert "Ready" in kept.reason
    assert AuditEntry.objects.filter(action="case.updated").count() == 3
    assert "ready" not in codes(project)


def test_moving_many_takes_no_more_statements_than_moving_few(project, lead, tester):
    counts = []
    for number, name in ((2, "Few"), (40, "Many")):
        add_state(actor=lead, project=project, name=name)
        drafts = [CaseDraft(title=f"{name} {each}", state=name.lower()) for each in range(number)]
        create_cases(actor=tester, project=project, drafts=drafts)
        with CaptureQueriesContext(connection) as queries:
            remove_state(actor=lead, project=project, code=name.lower(), move_to="draft")
        counts.append(len(queries))
    assert counts[0] == counts[1]


# -- what cases may enter --------------------------------------------------------------------------------------------
def test_new_cases_start_in_the_first_active_state(project, lead, tester):
    add_state(actor=lead, project=project, name="In use", phase="active")
    move_state(actor=lead, project=project, code="in_use", by=-9)
    assert create_case(actor=tester, project=project, title="A case").state == "in_use"


def test_an_unknown_state_is_named_with_those_that_there_are(project, lead, tester):
    case = create_case(actor=tester, project=project, title="A case")
    remove_state(actor=lead, project=project, code="deprecated")
    for attempt in (
        lambda: create_case(actor=tester, project=project, title="Other", state="deprecated"),
        lambda: update_case(actor=tester, case=case, state="deprecated"),
        lambda: update_cases(actor=tester, project=project, case_ids=[case.pk], state="deprecated"),
    ):
        with pytest.raises(InvalidInput) as refusal:
            attempt()
        assert refusal.value.fields == {"state": ["Use one of: draft, in_review, active."]}


def test_a_state_is_known_by_its_name_too(project, lead, tester):
    add_state(actor=lead, project=project, name="Ready for Review", phase="in_review")
    assert create_case(actor=tester, project=project, title="A case", state=" READY for review").state == (
        "ready_for_review"
    )


def test_a_case_in_a_lost_state_is_saved_and_shown(project, tester):
    case = create_case(actor=tester, project=project, title="A case")
    TestCase.objects.filter(pk=case.pk).update(state="gone_long_ago")
    case.refresh_from_db()
    assert update_case(actor=tester, case=case, title="Another", state="gone_long_ago").title == "Another"
    assert workflow_of(project).shown("gone_long_ago").name == "Gone long ago"


def test_states_of_one_project_are_none_of_another(project, lead, other_project, stranger):
    add_state(actor=lead, project=project, name="Ready")
    with pytest.raises(InvalidInput):
        create_case(actor=stranger, project=other_project, title="Theirs", state="ready")


def test_bringing_a_version_back_leaves_the_state(project, tester):
    case = create_case(actor=tester, project=project, title="First", state="draft")
    case = update_case(actor=tester, case=case, title="Second", state="active")
    back = restore_version(actor=tester, case=case, version=case.versions.get(number=1))
    assert (back.title, back.state) == ("First", "active")


def test_taking_back_leaves_a_state_that_is_gone(project, lead, tester):
    add_state(actor=lead, project=project, name="Ready")
    case = create_case(actor=tester, project=project, title="A case", state="ready")
    made = update_cases(actor=lead, project=project, case_ids=[case.pk], state="draft", priority="high")
    remove_state(actor=lead, project=project, code="ready")
    take_back(actor=lead, project=project, versions_by_case=made)
    case.refresh_from_db()
    assert (case.state, case.priority_code) == ("draft", "medium")


def test_a_state_of_another_project_has_a_nearest_one_here(project, lead, other_project, stranger):
    add_state(actor=lead, project=project, name="Ready", phase="in_review")
    remove_state(actor=stranger, project=other_project, code="deprecated")
    here, there = workflow_of(project), workflow_of(other_project)
    found = {code: there.nearest(here.shown(code)) for code in ("active", "ready", "deprecated", "gone")}
    assert found == {"active": "active", "ready": "in_review", "deprecated": "draft", "gone": "draft"}


# -- states that need an approval ------------------------------------------------------------------------------------
def test_a_case_is_not_made_active_by_who_wrote_it(guarded, tester):
    case = create_case(actor=tester, project=guarded, title="A case")
    assert case.state == "in_review"
    for attempt in (
        lambda: update_case(actor=tester, case=case, state="active"),
        lambda: update_cases(actor=tester, project=guarded, case_ids=[case.pk], state="active"),
    ):
        with pytest.raises(InvalidInput) as refusal:
            attempt()
        assert "approval" in refusal.value.fields["state"][0]
    case.refresh_from_db()
    assert case.state == "in_review"


def test_somebody_else_who_may_review_makes_it_active_as_it_is(guarded, tester, tenant):
    other = UserFactory(tenant=tenant, role_code="tester")
    case = create_case(actor=tester, project=guarded, title="A case")
    with pytest.raises(InvalidInput):
        update_case(actor=other, case=case, state="active", title="Better")
    assert update_case(actor=other, case=case, state="active", owner=other).state == "active"


def test_moving_a_case_does_not_make_one_its_writer(guarded, tester, tenant):
    other = UserFactory(tenant=tenant, role_code="tester")
    case = create_case(actor=tester, project=guarded, title="A case")
    case = update_case(actor=other, case=case, owner=other)
    with pytest.raises(InvalidInput):
        update_case(actor=tester, case=case, state="active")
    assert update_case(actor=other, case=case, state="active").state == "active"


def test_whoever_edits_the_workflow_puts_cases_anywhere(guarded, lead):
    case = create_case(actor=lead, project=guarded, title="A case")
    assert update_case(actor=lead, case=case, state="active", title="At once").state == "active"


def test_the_portal_itself_puts_cases_anywhere(guarded, tester):
    case = create_case(actor=tester, project=guarded, title="A case")
    assert update_case(actor=None, case=case, state="active").state == "active"


def test_an_active_case_stays_active_when_it_is_edited(guarded, lead, tester):
    case = update_case(actor=lead, case=create_case(actor=tester, project=guarded, title="A case"), state="active")
    assert update_case(actor=tester, case=case, title="Better").state == "active"


def test_a_single_state_can_ask_for_approval(project, lead, tester):
    add_state(actor=lead, project=project, name="Certified", phase="active", needs_approval=True)
    case = create_case(actor=tester, project=project, title="A case")
    assert case.state == "active"
    with pytest.raises(InvalidInput):
        update_case(actor=tester, case=case, state="certified")
    assert create_case(actor=tester, project=project, title="Other", state="certified").state == "in_review"


def test_a_case_that_is_not_active_yet_may_start_anywhere_else(guarded, tester):
    for state in ("draft", "deprecated"):
        assert create_case(actor=tester, project=guarded, title=state, state=state).state == state


# -- reading ---------------------------------------------------------------------------------------------------------
def test_the_filter_offers_the_states_of_the_project(project, lead, rf):
    add_state(actor=lead, project=project, name="Ready")
    TestCaseFilter.base_filters["state"].field  # noqa: B018  as the document of the API does
    request = rf.get("/", {"state": "ready"})
    request.project, request.user = project, lead
    form = TestCaseFilter(request.GET, queryset=TestCase.objects.all(), request=request).form
    assert form.is_valid()
    assert ("ready", "Ready") in form.fields["state"].choices


def test_a_search_knows_states_by_code_and_by_name(project, lead, tester, stranger):
    update_state(actor=lead, project=project, code="draft", name="Idea")
    create_case(actor=tester, project=project, title="One", state="draft")
    create_case(actor=tester, project=project, title="Two", state="active")
    found = [TestCase.objects.matching(words, tester).count() for words in ("state:draft", "state:idea", "state:nap")]
    assert found == [1, 1, 0]
    assert TestCase.objects.matching("state:idea", stranger).count() == 0


def test_the_rows_of_a_workflow_are_those_of_a_visible_project(project, lead, stranger):
    add_state(actor=lead, project=project, name="Ready")
    assert WorkflowState.objects.visible_to(lead).count() == 5
    assert WorkflowState.objects.visible_to(stranger).count() == 0
