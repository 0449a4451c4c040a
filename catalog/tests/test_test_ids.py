from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from catalog.models import TestCase
from catalog.services.cases import CaseDraft, create_case, create_cases, delete_cases, update_case
from catalog.services.test_ids import reserve_test_id
from catalog.tests.factories import TestCaseFactory
from qaportal.kit.errors import Denied, InvalidInput, RuleViolation


def test_each_tag_counts_for_itself(project, tester):
    made = [
        create_case(actor=tester, project=project, title="A case", tag=tag).test_id
        for tag in ("ui", "ui", "api", "hybrid", "ui")
    ]
    assert made == ["TC_UI_001", "TC_UI_002", "TC_API_001", "TC_HYBRID_001", "TC_UI_003"]


def test_without_a_tag_the_project_decides(project, tester):
    assert create_case(actor=tester, project=project, title="A case").test_id == "TC_UI_001"
    project.settings = {"defaultTag": "api"}
    assert create_case(actor=tester, project=project, title="A case").test_id == "TC_API_001"


def test_projects_count_for_themselves(project, other_project, tester):
    create_case(actor=tester, project=project, title="Here")
    assert create_case(actor=None, project=other_project, title="There").test_id == "TC_UI_001"


def test_the_number_grows_past_three_digits(project, tester):
    create_cases(actor=tester, project=project, drafts=[CaseDraft(title="A case")] * 1000)
    assert create_case(actor=tester, project=project, title="A case").test_id == "TC_UI_1001"


def test_an_id_chosen_by_hand_is_skipped_later(project, tester):
    for number in (2, 3):
        create_case(actor=tester, project=project, title="Chosen", test_id=f"TC_UI_{number:03d}")
    made = [create_case(actor=tester, project=project, title="Counted").test_id for _ in range(2)]
    assert made == ["TC_UI_001", "TC_UI_004"]


def test_chosen_and_counted_ids_in_one_batch_do_not_meet(project, tester):
    drafts = [CaseDraft(title="Counted"), CaseDraft(title="Chosen", test_id="TC_UI_001"), CaseDraft(title="Counted")]
    made = create_cases(actor=tester, project=project, drafts=drafts)
    assert [case.test_id for case in made] == ["TC_UI_002", "TC_UI_001", "TC_UI_003"]


def test_many_chosen_ids_are_skipped_without_gaps(project, tester):
    drafts = [CaseDraft(title="Imported", test_id=f"TC_API_{number:03d}") for number in range(1, 351)]
    create_cases(actor=tester, project=project, drafts=drafts)
    assert create_case(actor=tester, project=project, title="Counted", tag="api").test_id == "TC_API_351"


def test_a_chosen_id_brings_its_tag(project, tester):
    case = create_case(actor=tester, project=project, title="Chosen", test_id="tc_hybrid_077")
    assert (case.test_id, case.tag) == ("TC_HYBRID_077", "hybrid")


@pytest.mark.parametrize("given", ["TC_UI_1", "TC_XX_001", "UI_001", "TC_UI_001;", "TC_UI_" + "9" * 40, "TC_UI_٠٠١"])
def test_an_id_of_another_form_is_refused(project, tester, given):
    with pytest.raises(InvalidInput) as refusal:
        create_case(actor=tester, project=project, title="Chosen", test_id=given)
    assert "test_id" in refusal.value.fields


def test_a_taken_id_is_refused_even_when_its_case_was_deleted(project, tester):
    case = create_case(actor=tester, project=project, title="First", test_id="TC_UI_007")
    with pytest.raises(RuleViolation) as refusal:
        create_case(actor=tester, project=project, title="Second", test_id="TC_UI_007")
    assert refusal.value.code == "test_id_taken"
    delete_cases(actor=tester, project=project, case_ids=[case.pk])
    with pytest.raises(RuleViolation):
        create_case(actor=tester, project=project, title="Third", test_id="TC_UI_007")


def test_one_id_twice_in_a_batch_is_refused(project, tester):
    with pytest.raises(RuleViolation):
        create_cases(actor=tester, project=project, drafts=[CaseDraft(title="A", test_id="TC_UI_007")] * 2)
    assert not TestCase.objects.exists()


def test_the_id_stays_when_the_tag_changes(project, tester):
    case = create_case(actor=tester, project=project, title="A case")
    assert update_case(actor=tester, case=case, tag="api").test_id == "TC_UI_001"


def test_a_reserved_id_is_handed_out_once(project, tester):
    reserved = reserve_test_id(actor=tester, project=project, tag="api")
    assert reserved == "TC_API_001"
    assert reserve_test_id(actor=tester, project=project, tag="api") == "TC_API_002"
    assert create_case(actor=tester, project=project, title="Later", tag="api").test_id == "TC_API_003"
    assert create_case(actor=tester, project=project, title="Planned", test_id=reserved).test_id == reserved


def test_reserving_needs_the_right_to_write_cases(project, viewer):
    with pytest.raises(Denied):
        reserve_test_id(actor=viewer, project=project, tag="ui")


@pytest.mark.django_db(transaction=True)
def test_twenty_writers_at_once_get_twenty_ids(project, tester):
    def write(number):
        try:
            return create_case(actor=tester, project=project, title=f"Case {number}").test_id
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        made = list(pool.map(write, range(20)))
    assert sorted(made) == [f"TC_UI_{number:03d}" for number in range(1, 21)]


def test_a_case_stored_by_hand_does_not_stop_the_counter(project, tester):
    TestCaseFactory(project=project, test_id="TC_UI_001")
    assert create_case(actor=tester, project=project, title="A case").test_id == "TC_UI_002"
