"""Files written for these tests, as the tools write theirs."""

import re
from pathlib import Path

import pytest

from catalog.choices import Priority, TestType
from catalog.importing import Options, open_source
from catalog.models import TestCase
from catalog.services.cases import create_case
from catalog.services.shared_steps import create_shared_steps
from catalog.tests.imports import errors, imported, uploaded

pytestmark = pytest.mark.django_db
EXAMPLES = Path(__file__).parent / "examples"
STEPS = [("Open the basket", "It is shown"), ("Pay", "It is paid")]
FILES = [
    ("testrail.csv", "testrail", "high", 1800),
    ("testrail.xml", "testrail-xml", "high", 1800),
    ("zephyr.csv", "zephyr", "high", None),
    ("qase.csv", "qase", "high", None),
    ("qase.json", "qase-json", "high", None),
    ("xray.csv", "xray", "high", None),
    ("xray.json", "xray-json", "high", None),
    ("testlink.xml", "testlink", "high", 1800),
    ("testmo.csv", "testmo", "high", 1800),
]


@pytest.mark.parametrize(("name", "format", "priority", "estimate"), FILES, ids=[row[0] for row in FILES])
def test_an_export_of_a_tool_is_recognised_and_brought_in(project, tester, name, format, priority, estimate):
    content = (EXAMPLES / name).read_bytes()
    done = imported(tester, project, content, name=name)
    assert (done.format, done.state, done.counts) == (format, "done", {"create": 2}), (done.error, errors(done))
    card, refund = TestCase.objects.get(title="Pay by card"), TestCase.objects.get(title="Refund")
    told = [(step.action.replace("Pay\nby card", "Pay"), step.expected) for step in card.steps.order_by("position")]
    assert told == STEPS
    assert (card.folder.name, card.folder.parent.name, refund.folder.name) == ("Cards", "Payments", "Payments")
    assert (card.priority_code, refund.priority_code) == (priority, "low")
    assert card.estimate == estimate
    again = imported(tester, project, content, name=name)
    assert again.counts == {"unchanged": 2}, [row.changed for row in again.rows.all()]


def test_what_only_some_tools_tell_is_taken_along(project, tester):
    imported(tester, project, (EXAMPLES / "testlink.xml").read_bytes(), name="x.xml")
    case = TestCase.objects.get(title="Pay by card")
    assert case.description == "Card & wallet\npayments work"
    assert (case.preconditions, case.tags) == ("A basket", ["checkout"])
    assert case.story_links.get().story.story_id == "PAY-1"
    refund = TestCase.objects.get(title="Refund")
    assert (refund.test_type, refund.state) == ("automated", "draft")


def test_the_first_story_of_several_is_taken(project, tester):
    imported(tester, project, (EXAMPLES / "testrail.csv").read_bytes())
    assert TestCase.objects.get(title="Pay by card").story_links.get().story.story_id == "PAY-1"


def our_testlink_file(project):
    from catalog.exporting import FORMATS, Export

    return b"".join(FORMATS["testlink"].write(Export(project, TestCase.objects.in_project(project))))


def test_our_own_testlink_file_changes_nothing(project, tester, card_case):
    shared = create_shared_steps(actor=None, project=project, title="Sign in", steps=[{"action": "Type the name"}])
    create_case(
        actor=None,
        project=project,
        title="Pay ]]> twice",
        priority=Priority.CRITICAL,
        test_type=TestType.SEMI_AUTOMATED,
        estimate=1,
        steps=[{"shared_steps_id": shared.pk}, {"action": "Pay", "data": "4242"}],
    )
    done = imported(tester, project, our_testlink_file(project), name="x.xml")
    assert done.counts == {"unchanged": 2}, errors(done)


def test_what_was_changed_in_our_testlink_file_is_taken(project, tester, card_case):
    content = our_testlink_file(project)
    assert b"<![CDATA[Pay]]>" in content
    content = content.replace(b"<![CDATA[Pay]]>", b"<![CDATA[Pay twice]]>")
    content = re.sub(rb"<importance>.</importance>", b"<importance>1</importance>", content)
    done = imported(tester, project, content, name="x.xml")
    assert done.counts == {"update": 1}, errors(done)
    card_case.refresh_from_db()
    assert card_case.priority == Priority.LOW
    assert list(card_case.steps.values_list("action", flat=True)) == ["Pay twice", "Confirm"]
    assert (card_case.tags, card_case.estimate, card_case.preconditions) == (["sca"], 360, "A basket")


@pytest.mark.parametrize("mark", ["{", "[]", '{"test_id": 1}', '{"test_id": "TC_UI_909", "exact": {"steps": 1}}', "["])
def test_a_broken_mark_in_a_testlink_file_breaks_nothing(project, tester, card_case, mark):
    content = re.sub(rb"<value>.*?</value>", f"<value><![CDATA[{mark}]]></value>".encode(), our_testlink_file(project))
    done = imported(tester, project, content, name="x.xml")
    assert done.counts == {"create": 1}, errors(done)


def test_every_column_of_a_recognised_file_is_mapped_or_left_out_on_purpose(project, tester):
    for name, *_rest in FILES:
        with (EXAMPLES / name).open("rb") as stream:
            source = open_source(stream, Options())
        options = uploaded(tester, project, (EXAMPLES / name).read_bytes(), name=name).options
        mapped = [target for target in options["columns"] if target]
        assert "title" in mapped
        assert "external_id" in mapped
        assert len(mapped) >= len(source.columns) // 3
