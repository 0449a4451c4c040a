"""States of a project in files that come in."""

import pytest

from catalog.models import TestCase
from catalog.services.cases import create_case
from catalog.services.workflow import add_state, move_state
from catalog.tests.imports import checked, errors, imported, table, verdicts

HEAD = ["Test ID", "Title", "State"]


@pytest.fixture
def ready(project, lead):
    return add_state(actor=lead, project=project, name="Ready to read", phase="in_review")


def states(project):
    return dict(TestCase.objects.in_project(project).values_list("title", "state"))


def test_states_are_read_by_code_by_name_and_in_the_words_of_other_tools(project, lead, tester, ready):
    move_state(actor=lead, project=project, code="ready_to_read", by=-9)
    cells = {"A": "ready_to_read", "B": "Ready to read", "C": "ready for review", "D": "Draft", "E": ""}
    imported(tester, project, table(HEAD, *[["", title, cell] for title, cell in cells.items()]))
    assert states(project) == {
        "A": "ready_to_read",
        "B": "ready_to_read",
        "C": "ready_to_read",
        "D": "draft",
        "E": "active",
    }


def test_a_state_of_nobody_is_refused_by_its_row(project, tester, ready):
    found = checked(tester, project, table(HEAD, ["", "A", "asleep"], ["", "B", "draft"]))
    assert verdicts(found) == ["refused", "create"]
    (wrong,) = errors(found).values()
    assert "ready_to_read" in str(wrong["state"])


def test_a_state_that_needs_an_approval_is_not_entered_by_a_file(project, tester):
    project.settings = {"requireApproval": True}
    project.save()
    case = create_case(actor=tester, project=project, title="Mine")
    content = table(HEAD, [case.test_id, "Mine", "active"], ["", "New", "active"])
    assert verdicts(checked(tester, project, content)) == ["refused", "create"]
    imported(tester, project, content, skips_bad=True)
    assert states(project) == {"Mine": "in_review", "New": "in_review"}
