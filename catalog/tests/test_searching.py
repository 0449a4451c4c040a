import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import CaseActivity, Story, Template, TestCase, TestCaseStory
from catalog.searching import MOST_RANKED
from catalog.services.bulk import update_cases
from catalog.services.cases import create_case, update_case
from catalog.services.step_text import LONGEST_FOUND, keep_steps_text
from catalog.tests.factories import FolderFactory, TestCaseFactory
from qaportal.kit.drawing import marked
from qaportal.kit.search import MARK_END, MARK_START


def found(words, user=None):
    return list(TestCase.objects.matching(words, user).order_by("pk").values_list("title", flat=True))


def best(words, user=None):
    ids = TestCase.objects.all().ranked(words, user).ids
    cases = TestCase.objects.in_bulk(ids)
    return [cases[pk].title for pk in ids]


@pytest.fixture
def case(project, tester):
    return create_case(
        actor=tester,
        project=project,
        title="Receipt is printed",
        description="the locale decides",
        preconditions="a printer stands ready",
        expected_result="paper comes out",
        test_data="ledger 4711",
        tags=["smoke"],
        labels=["gdpr"],
        automation_key="shop.receipts.test_printing",
        steps=[{"action": "Push the lever", "expected": "It rattles", "data": "coin"}],
    )


WORDS = "receipt print locale printer paper 4711 smoke gdpr test_printing receipts lever rattles coin eceip mok"


@pytest.mark.parametrize("words", [*WORDS.split(), '"push the lever"', "shop.receipts.test_printing"])
def test_a_case_is_found_by_all_its_texts(case, project, words):
    TestCaseFactory(project=project, title="Another one")
    assert found(words) == ["Receipt is printed"]


def test_changed_steps_are_found_and_the_old_ones_are_not(case, tester):
    update_case(actor=tester, case=case, steps=[{"action": "Turn the wheel"}])
    assert found("wheel") == ["Receipt is printed"]
    assert found("lever") == []
    assert found("rattles") == []


def test_new_tags_are_found(case, project, tester):
    update_cases(actor=tester, project=project, case_ids=[case.pk], add_tags=["nightly"])
    assert found("nightly") == found("tag:nightly") == ["Receipt is printed"]


def test_the_text_of_steps_is_bounded_and_the_same_from_rows(project, tester):
    steps = [{"action": f"step{number} " + "x" * 900, "expected": "y"} for number in range(100)]
    case = create_case(actor=tester, project=project, title="Long", steps=steps)
    stored = TestCase.objects.get(pk=case.pk).steps_text
    assert len(stored) == LONGEST_FOUND
    TestCase.objects.filter(pk=case.pk).update(steps_text="")
    keep_steps_text([case.pk])
    assert TestCase.objects.get(pk=case.pk).steps_text == stored


def test_the_longest_texts_can_be_stored(project, tester):
    text = "".join(chr(0x4E00 + number % 20_000) + " " for number in range(25_000))
    fields = dict.fromkeys(("description", "preconditions", "expected_result", "test_data"), text)
    case = create_case(
        actor=tester, project=project, title="Long", steps=[{"action": text, "expected": text}], **fields
    )
    assert found("\u4e00") == [case.title]


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("refund", ["Full refund", "Partial refund"]),
        ("refund -partial", ["Full refund"]),
        ("-refund", ["Payout"]),
        ("full or payout", ["Full refund", "Payout"]),
        ('"partial refund"', ["Partial refund"]),
        ('"refund partial"', []),
        ("tag:smoke", ["Full refund"]),
        ("tag:SMOKE", ["Full refund"]),
        ("-tag:smoke", ["Partial refund", "Payout"]),
        ("refund tag:smoke or payout", ["Full refund", "Payout"]),
        ("label:gdpr", ["Partial refund"]),
        ("folder:Cards", ["Full refund"]),
        ("folder:payments", ["Full refund", "Partial refund"]),
        ('folder:"Payments/Cards"', ["Full refund"]),
        ('folder:"Orders/Cards"', []),
        ("priority:critical", ["Payout"]),
        ("type:automated", ["Payout"]),
        ("state:draft", ["Partial refund"]),
        ("owner:none", ["Full refund", "Partial refund"]),
        ("owner:me", ["Payout"]),
        ("status:failed", ["Payout"]),
        ("status:not_started", ["Full refund", "Partial refund"]),
        ("story:pay-7", ["Partial refund"]),
        ("epic:pay-1", ["Payout"]),
        ("-epic:pay-1 refund", ["Full refund", "Partial refund"]),
        ("template:api", ["Payout"]),
        ("-template:api", ["Full refund", "Partial refund"]),
        ("automation:broken", ["Payout"]),
        ("id:tc_ui_901", ["Payout"]),
        ("priority:purple", []),
        ("%", []),
        ("'", []),
        ("\\", []),
    ],
)
def test_operators_narrow_what_is_found(project, tester, words, titles):
    payments = FolderFactory(project=project, name="Payments")
    cards = FolderFactory(parent=payments, name="Cards")
    TestCaseFactory(project=project, folder=cards, title="Full refund", tags=["smoke"])
    partial = TestCaseFactory(project=project, folder=payments, title="Partial refund", labels=["gdpr"], state="draft")
    payout = TestCaseFactory(
        project=project,
        title="Payout",
        priority=4,
        test_type="automated",
        automation_status="broken",
        owner=tester,
        test_id="TC_UI_901",
        epic_key="PAY-1",
        template=Template.objects.create(project=project, name="API"),
    )
    CaseActivity.objects.create(case=payout, project=project, last_status="error")
    story = Story.objects.create(project=project, story_id="PAY-7")
    TestCaseStory.objects.create(project=project, case=partial, story=story)
    assert sorted(found(words, tester)) == titles


def test_the_title_counts_more_than_tags_and_tags_more_than_texts_and_steps(project):
    TestCaseFactory(project=project, title="By step", steps=["a walrus"])
    TestCaseFactory(project=project, title="By text", description="a walrus")
    TestCaseFactory(project=project, title="By tag", tags=["walrus"])
    TestCaseFactory(project=project, title="A walrus")
    assert best("walrus") == ["A walrus", "By tag", "By text", "By step"]


@pytest.mark.parametrize("words", ["paymnt", "chekcout", "Chekcout paymnt", "smoek", "tc_ui_9012"])
def test_misspelt_words_of_title_id_and_tags_are_found_when_nothing_else_is(project, words):
    TestCaseFactory(project=project, title="Payment at the checkout", tags=["smoke"], test_id="TC_UI_90125")
    TestCaseFactory(project=project, title="Something else", test_id="TC_API_001")
    assert best(words) == ["Payment at the checkout"]


def test_two_letters_the_other_way_are_found_in_short_words(project):
    TestCaseFactory(project=project, title="Full refund")
    TestCaseFactory(project=project, title="A payout")
    assert best("refnud") == best("erfund") == ["Full refund"]
    assert best("payuot") == ["A payout"]


def test_misspelt_words_do_not_count_when_enough_is_found(project):
    for number in range(12):
        TestCaseFactory(project=project, title=f"Payments {number}")
    TestCaseFactory(project=project, title="Paymenst once")
    assert len(best("payments")) == 12


def test_ranking_looks_at_a_bounded_number_of_candidates(project, monkeypatch):
    monkeypatch.setattr("catalog.searching.MOST_RANKED", 5)
    monkeypatch.setattr("catalog.searching.FEW", 1)
    for number in range(8):
        TestCaseFactory(project=project, title=f"Walrus {number}")
    answer = TestCase.objects.all().ranked("walrus")
    assert (len(answer.ids), answer.is_capped) == (5, True)
    assert MOST_RANKED == 2_000


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet=st.characters(codec=None), max_size=40))
def test_no_text_breaks_the_search(project, text):
    list(TestCase.objects.matching(text)[:1])
    assert TestCase.objects.all().ranked(text).ids == []


def test_marks_are_the_only_html_of_a_marked_text():
    text = f"<b>a</b> {MARK_START}<i>{MARK_END} & {MARK_END}{MARK_START}open"
    assert marked(text) == "&lt;b&gt;a&lt;/b&gt; <mark>&lt;i&gt;</mark> &amp; open"


def test_the_index_of_words_is_used(project):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = TestCase.objects.matching("walrus").values("pk").explain()
    assert "test_case_search" in plan
    assert "test_case_folded" in plan
