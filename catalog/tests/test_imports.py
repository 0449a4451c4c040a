import io
import json
import zipfile
from uuid import uuid4

import pytest

from accounts.models import AuditEntry
from catalog.columns.texts import shared_mark
from catalog.exporting import FORMATS, Export
from catalog.models import CaseImport, CustomField, Folder, Template, TestCase, TestCaseVersion
from catalog.services import case_imports, import_running, import_undo
from catalog.services.cases import create_case, update_case
from catalog.services.shared_steps import create_shared_steps
from catalog.tests.factories import FolderFactory, TestCaseFactory
from catalog.tests.imports import checked, errors, imported, rows_of, table, uploaded, verdicts
from qaportal.kit.errors import Denied, InvalidInput, RuleViolation

pytestmark = pytest.mark.django_db
KINDS = {
    "note": ("string", "=1+1", []),
    "story_text": ("long_text", "One\n\n- two\n'=3", []),
    "count": ("integer", 42, []),
    "weight": ("number", 4.25, []),
    "seen": ("checkbox", True, []),
    "due": ("date", "2030-12-31", []),
    "risk": ("dropdown", "high", [("high", "High, very"), ("low", "Low")]),
    "areas": ("multi_select", ["a", "b"], [("a", "Area, one"), ("b", "Two")]),
    "page": ("link", "https://okapi.example/?a=1", []),
}


def own_field(project, key, kind, options):
    choices = [{"code": code, "name": name, "is_archived": False} for code, name in options]
    return CustomField.objects.create(project=project, key=key, name=key.title(), kind=kind, options=choices)


@pytest.fixture
def every_field(project, tester):
    """Cases that say something in every field, in ways that are easily misread."""
    fields = [own_field(project, key, kind, options) for key, (kind, _value, options) in KINDS.items()]
    template = Template.objects.create(project=project, name="Short")
    for field in fields:
        template.places.create(project=project, field=field)
    folder = FolderFactory(parent=FolderFactory(project=project, name="Cards > EU"), name="Visa/Master\\card.")
    shared = {
        "actor": tester,
        "project": project,
        "folder": folder,
        "template": template,
        "custom_values": {key: value for key, (_kind, value, _options) in KINDS.items()},
    }
    create_case(
        title="=HYPERLINK(1) pays",
        description='Two\n\nlines, "quoted"; tab\there <b>bold</b> \U0001f600 \u2028 end \n',
        preconditions="@SUM(A1)",
        expected_result="'=1",
        test_data="-1\n+2",
        test_type="semi_automated",
        tag="hybrid",
        automation_status="broken",
        automation_key="a.b[1]::c",
        automated_script_path="=cmd|x",
        priority="critical",
        estimate=3661,
        scenario_examples={"columns": ["=a", "b"], "rows": [["1", 'x "y"'], ["", "2\n3"]]},
        epic_key="PAY-E1",
        labels=["eins", "zwei"],
        tags=['say "hi"', "=1", "smoke"],
        owner=tester,
        state="draft",
        story_id="PAY-1",
        steps=[
            {"action": "Open\n2. the shop", "expected": "1. It\n2. opens", "data": "[1]"},
            {"action": "=1+1", "expected": "", "data": "'=x"},
            {"action": "3. close", "expected": "x", "data": ""},
        ],
        **shared,
    )
    create_case(title="Bare", actor=tester, project=project)
    create_case(title="Bare", actor=tester, project=project, steps=[{"action": "One"}], tags=["x"])
    return project


def written(project, kind, **options):
    export = Export(project, TestCase.objects.living().in_project(project), **options)
    return b"".join(FORMATS[kind].write(export))


@pytest.mark.parametrize(
    ("kind", "is_per_step"), [("csv", False), ("csv", True), ("xlsx", False), ("xlsx", True), ("json", False)]
)
def test_an_export_imported_again_changes_nothing(every_field, tester, kind, is_per_step):
    content = written(every_field, kind, is_per_step=is_per_step)
    again = checked(tester, every_field, content, name=f"cases.{kind}", is_per_step=is_per_step)
    assert {row.number: (row.verdict, row.changed, row.errors) for row in rows_of(again)} == {
        row.number: ("unchanged", [], {}) for row in rows_of(again)
    }
    assert again.counts == {"unchanged": 3}
    assert "" not in again.options["columns"]


def sheet_of(content):
    """The bytes, or the cells of a workbook, whose parts are dated."""
    if not content.startswith(b"PK"):
        return content
    return zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_an_export_makes_the_same_cases_in_another_project(every_field, tester, kind):
    content = written(every_field, kind)
    TestCase.objects.all().delete()
    Folder.objects.all().delete()
    done = imported(tester, every_field, content, name=f"cases.{kind}")
    assert done.counts == {"create": 3}, errors(done)
    assert sheet_of(written(every_field, kind)) == sheet_of(content)


def test_rows_are_made_changed_left_and_refused(project, tester, card_case):
    content = table(
        ["Test Id", "Title", "Priority", "Folder", "Tags"],
        [card_case.test_id, "Another title", "High", "Card payments/Capture", "sca"],
        ["", "New one", "Highest", "Wallets/New place", "a, b"],
        ["TC_UI_900", "With its id", "low", "", ""],
        ["", "", "low", "", ""],
        ["nonsense", "Wrong", "huge", "", ""],
    )
    done = imported(tester, project, content, skips_bad=True)
    assert verdicts(done) == ["update", "create", "create", "refused", "refused"]
    assert done.state == "done"
    assert set(errors(done)) == {5, 6}
    assert set(errors(done)[6]) == {"test_id", "priority"}
    card_case.refresh_from_db()
    assert (card_case.title, card_case.priority_code, card_case.version) == ("Another title", "high", 2)
    new = TestCase.objects.get(title="New one")
    assert (new.priority_code, new.tags, new.folder.parent.name) == ("critical", ["a", "b"], "Wallets")
    assert TestCase.objects.get(test_id="TC_UI_900").folder is None
    version = TestCaseVersion.objects.get(case=card_case, number=2)
    assert version.changed == ["priority", "title"]
    assert version.reason == "Imported from cases.csv"
    assert AuditEntry.objects.filter(action="case_import.finished").exists()


def test_one_bad_row_stores_nothing_when_all_or_nothing_is_asked_for(project, tester):
    content = table(["Title", "Priority"], ["Good", "low"], ["Bad", "huge"])
    done = imported(tester, project, content)
    assert (done.state, done.counts) == ("failed", {"create": 1, "refused": 1})
    assert "1 rows are refused" in done.error
    assert not TestCase.objects.exists()
    assert not TestCaseVersion.objects.exists()


def test_a_check_stores_nothing(project, tester):
    found = checked(tester, project, table(["Title", "Folder"], ["One", "A/B"]))
    assert (found.state, found.counts) == ("checked", {"create": 1})
    assert not TestCase.objects.exists()
    assert not Folder.objects.exists()


def test_fields_that_the_file_does_not_name_stay(project, tester, card_case):
    imported(tester, project, table(["Test Id", "Priority"], [card_case.test_id, "critical"]))
    card_case.refresh_from_db()
    assert (card_case.title, card_case.tags, card_case.priority_code) == ("Challenge completes", ["sca"], "critical")
    assert card_case.steps.count() == 2


def test_an_empty_cell_empties_its_field(project, tester, card_case):
    imported(tester, project, table(["Test Id", "Tags", "Owner", "Estimate"], [card_case.test_id, "", "", ""]))
    card_case.refresh_from_db()
    assert (card_case.tags, card_case.owner, card_case.estimate) == ([], None, None)


def test_existing_cases_are_left_alone_or_stand_beside_new_ones(project, tester, card_case):
    content = table(["Test Id", "Title"], [card_case.test_id, "Another title"])
    assert verdicts(imported(tester, project, content, existing="skip")) == ["skipped"]
    assert verdicts(imported(tester, project, content, existing="create")) == ["create"]
    card_case.refresh_from_db()
    assert card_case.version == 1
    assert TestCase.objects.filter(title="Another title").exclude(pk=card_case.pk).count() == 1


def test_tags_are_added_when_that_is_chosen(project, tester, card_case):
    content = table(["Test Id", "Tags"], [card_case.test_id, "new, sca"])
    imported(tester, project, content, merges_tags=True)
    card_case.refresh_from_db()
    assert card_case.tags == ["sca", "new"]


def test_steps_may_stand_in_rows_below_their_case(project, tester):
    content = table(
        ["Title", "Step", "Expected result"],
        ["One", "Open", "It opens"],
        ["", "Close", "It closes"],
        ["Two", "Look", ""],
        ["Two", "Listen", "Music"],
    )
    options = {"columns": ["title", "step_action", "step_expected"], "is_per_step": True}
    assert verdicts(imported(tester, project, content, **options)) == ["create", "create"]
    one, two = TestCase.objects.order_by("test_id")
    assert list(one.steps.values_list("action", "expected")) == [("Open", "It opens"), ("Close", "It closes")]
    assert list(two.steps.values_list("action", flat=True)) == ["Look", "Listen"]


@pytest.mark.parametrize(("separator", "place"), [("/", "A/B"), (".", "A.B"), (">", "A > B")])
def test_places_are_split_by_what_is_chosen(project, tester, separator, place):
    imported(tester, project, table(["Title", "Folder"], ["One", place]), folder_separator=separator)
    assert TestCase.objects.get().folder.parent.name == "A"


def test_a_place_may_be_one_plain_name(project, tester):
    imported(tester, project, table(["Title", "Folder"], ["One", "A/B > C."]), folder_separator="")
    assert TestCase.objects.get().folder.name == "A/B > C."


def test_places_stand_below_a_chosen_folder(project, tester, card_tree):
    content = table(["Title", "Folder"], ["One", "New"], ["Two", ""])
    imported(tester, project, content, folder_id=card_tree["capture"].pk)
    assert TestCase.objects.get(title="One").folder.parent == card_tree["capture"]
    assert TestCase.objects.get(title="Two").folder == card_tree["capture"]


def test_modules_and_features_are_places_too(project, tester):
    content = table(["Title", "Module", "Sub Module", "Feature Section"], ["One", "Pay", "Cards", "Capture"])
    imported(tester, project, content)
    folder = TestCase.objects.get().folder
    assert (folder.name, folder.parent.name, folder.parent.parent.name) == ("Capture", "Cards", "Pay")


def test_the_mapping_is_remembered_for_the_same_head(project, tester):
    content = table(["What", "How much"], ["One", "low"])
    assert uploaded(tester, project, content).options["columns"] == ["", ""]
    imported(tester, project, content, columns=["title", "priority"])
    assert uploaded(tester, project, content).options["columns"] == ["title", "priority"]


def test_an_import_is_taken_back(project, tester, card_case):
    old = card_case.steps.count()
    content = table(
        ["Test Id", "Title", "Step Action", "Jira Story Id"],
        [card_case.test_id, "Another title", "1. Only", "PAY-9"],
        ["", "New", "", ""],
        ["", "Kept", "", ""],
    )
    update_case(actor=tester, case=card_case, description="Before")
    done = imported(tester, project, content)
    assert done.counts == {"update": 1, "create": 2}
    update_case(actor=tester, case=TestCase.objects.get(title="Kept"), description="Somebody's work")
    import_undo.begin_undo(actor=tester, case_import=done)
    undone = import_undo.run_undo(import_id=done.pk)
    assert (undone.state, undone.counts["taken_back"], undone.counts["kept"]) == ("undone", 2, 1)
    card_case.refresh_from_db()
    assert (card_case.title, card_case.description, card_case.steps.count()) == ("Challenge completes", "Before", old)
    assert not card_case.story_links.exists()
    assert [case.title for case in TestCase.objects.living().exclude(pk=card_case.pk)] == ["Kept"]
    with pytest.raises(RuleViolation):
        import_undo.begin_undo(actor=tester, case_import=undone)


def test_an_export_of_another_tool_finds_its_cases_again(project, tester):
    content = table(
        ["ID", "Title", "Section Hierarchy", "Section Depth"], ["C1", "One", "A > B", "1"], ["C2", "Two", "A", "0"]
    )
    assert imported(tester, project, content).counts == {"create": 2}
    again = table(
        ["ID", "Title", "Section Hierarchy", "Section Depth"], ["C1", "One", "A > B", "1"], ["C2", "Zwei", "A", "0"]
    )
    assert imported(tester, project, again).counts == {"unchanged": 1, "update": 1}
    assert set(TestCase.objects.values_list("title", flat=True)) == {"One", "Zwei"}


def test_work_that_is_repeated_stores_nothing_twice(project, tester):
    begun = uploaded(tester, project, table(["Title"], *[[f"Case {n}"] for n in range(5)]), skips_bad=True)
    begun = case_imports.begin_import(actor=tester, case_import=begun)
    import_running.run_import(import_id=begun.pk)
    assert import_running.run_import(import_id=begun.pk).state == "done"
    assert TestCase.objects.count() == 5


def test_a_worker_that_dies_between_stretches_goes_on_after_the_last_one(project, tester, monkeypatch):
    monkeypatch.setattr("catalog.importing.planning.STRETCH", 2)
    content = table(["Test Id", "Title"], *[[f"TC_UI_{n}", f"Case {n}"] for n in range(101, 106)])
    begun = uploaded(tester, project, content, skips_bad=True)
    begun = case_imports.begin_import(actor=tester, case_import=begun)
    calls, real = [], import_running.keep_rows

    def dies(**given):
        calls.append(given)
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(**given)

    monkeypatch.setattr(import_running, "keep_rows", dies)
    with pytest.raises(KeyboardInterrupt):
        import_running.run_import(import_id=begun.pk)
    assert TestCase.objects.count() == 2
    monkeypatch.setattr(import_running, "keep_rows", real)
    assert import_running.run_import(import_id=begun.pk).counts == {"create": 5}
    assert TestCase.objects.count() == 5


def test_who_may_not_write_cases_imports_none(project, viewer, stranger):
    for person in (viewer, stranger):
        with pytest.raises(Denied):
            uploaded(person, project, table(["Title"], ["One"]))
    assert not CaseImport.objects.exists()


def test_shared_steps_keep_their_place(project, tester, card_case):
    texts = [{"action": "Type"}, {"action": "Send"}]
    shared = create_shared_steps(actor=tester, project=project, title="Sign in", steps=texts)
    update_case(actor=tester, case=card_case, steps=[{"shared_steps_id": shared.pk}, {"action": "Pay"}])
    content = written(project, "csv")
    assert shared_mark(shared.pk, "Sign in").encode() in content
    assert checked(tester, project, content).counts == {"unchanged": 1}
    update_case(actor=tester, case=card_case, steps=[{"action": "Nothing shared"}])
    assert imported(tester, project, content).counts == {"update": 1}
    assert list(card_case.steps.values_list("action", "shared_place")) == [("Type", 1), ("Send", 2), ("Pay", None)]


def test_json_of_any_kind_is_read_by_its_names(project, tester):
    content = json.dumps({"cases": [{"title": "One", "tags": ["a,b"], "steps": ["Open", "Close"], "priority": "low"}]})
    assert imported(tester, project, content.encode(), name="x.json").counts == {"create": 1}
    case = TestCase.objects.get()
    assert (case.tags, case.steps.count()) == (["a", "b"], 2)


def test_two_columns_for_one_field_are_refused(project, tester):
    with pytest.raises(InvalidInput) as refused:
        uploaded(tester, project, table(["A", "B"], ["1", "2"]), columns=["title", "title"])
    assert "columns" in refused.value.fields


def test_an_import_without_title_and_id_is_refused(project, tester):
    begun = uploaded(tester, project, table(["A", "B"], ["1", "2"]))
    with pytest.raises(InvalidInput):
        case_imports.begin_check(actor=tester, case_import=begun)


def test_an_import_under_way_is_left_alone(project, tester):
    begun = uploaded(tester, project, table(["Title"], ["1"]))
    begun = case_imports.begin_import(actor=tester, case_import=begun)
    with pytest.raises(RuleViolation):
        case_imports.begin_import(actor=tester, case_import=begun)


def test_the_number_of_statements_does_not_grow_with_the_rows(project, tester, same_queries):
    sizes = iter([5, 5, 40])

    def bring_in():
        size = next(sizes)
        rows = [[f"Case {number} of {uuid4()}", "A/B", "1. Open", "PAY-1"] for number in range(size)]
        content = table(["Title", "Folder", "Step Action", "Jira Story Id"], *rows)
        assert imported(tester, project, content).state == "done"

    same_queries(bring_in, lambda: None)


def test_a_file_is_read_with_the_separator_and_encoding_that_are_chosen(project, tester):
    content = "Titel;Größe\nGrüße;1\n".encode("cp1252")
    begun = uploaded(tester, project, content)
    with import_running.opened(begun) as (source, _options):
        assert (source.separator, source.columns) == (";", ["Titel", "Größe"])
    changed = case_imports.choose_options(actor=tester, case_import=begun, has_head=False)
    with import_running.opened(changed) as (source, options):
        assert source.columns == ["Column 1", "Column 2"]
        assert len(options.columns) == 2
    case = TestCaseFactory(project=project)
    assert io.BytesIO(content).read()
    assert case.pk
