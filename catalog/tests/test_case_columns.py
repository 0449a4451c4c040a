"""The list of cases shows the columns, the order and the filters that its address asks for."""

import pytest

from catalog.models import CaseActivity, CustomField, Template, TestCase
from catalog.services.cases import CaseDraft, create_cases

from .factories import CaseActivityFactory, FolderFactory, StoryFactory, TestCaseFactory
from .pages import HTMX, text, url


@pytest.fixture
def own_fields(project):
    options = [
        {"code": "ff", "name": "Firefox", "is_archived": False},
        {"code": "ch", "name": "Chrome", "is_archived": False},
    ]
    made = [
        CustomField(project=project, key="browser", name="Browser", kind="dropdown", options=options),
        CustomField(project=project, key="devices", name="Devices", kind="multi_select", options=options),
        CustomField(project=project, key="risk", name="Risk", kind="integer"),
        CustomField(project=project, key="due", name="Due", kind="date"),
        CustomField(project=project, key="legal", name="Legal", kind="checkbox"),
        CustomField(project=project, key="note", name="Note", kind="string"),
    ]
    return CustomField.objects.bulk_create(made)


def shown(response):
    return [case.test_id for case in response.context["page"].rows]


# -- columns
def test_the_usual_columns_are_shown_without_asking(project, signed_in, tester):
    TestCaseFactory(project=project)
    page = signed_in(tester).get(url("case_list", project)).context["page"]
    assert [column.code for column in page.columns] == ["priority", "status", "updated"]


def test_columns_are_shown_in_the_order_of_the_address(project, signed_in, tester, own_fields):
    folder = FolderFactory(project=project, name="Card payments")
    case = TestCaseFactory(
        folder=folder,
        tags=["smoke"],
        labels=["web"],
        owner=tester,
        estimate=5400,
        epic_key="PAY-300",
        custom_values={"browser": "ff", "risk": 1200, "legal": True, "due": "2026-05-04"},
        template=Template.objects.create(project=project, name="Checkout"),
    )
    StoryFactory(project=project, story_id="PAY-312")
    case.story_links.create(project=project, story=StoryFactory(project=project, story_id="PAY-313"), is_primary=True)
    codes = "story,tags,labels,owner,estimate,epic,folder,template,created,cf_browser,cf_risk,cf_legal,cf_due,version"
    response = signed_in(tester).get(url("case_list", project), {"columns": codes})
    assert [column.code for column in response.context["page"].columns] == codes.split(",")
    row = text(response).split('id="case-rows">')[1].split("</tr>")[0]
    for words in ("PAY-313", "smoke", "web", "Tomas Reyl", "1 h 30 min", "PAY-300", "Card payments", "Checkout"):
        assert words in row
    for words in ("Firefox", "1,200", "Yes", "2026-05-04"):
        assert words in row


def test_unknown_columns_are_left_out_and_none_at_all_can_be_chosen(project, signed_in, tester):
    client = signed_in(tester)
    page = client.get(url("case_list", project), {"columns": "state,password,state,cf_none"}).context["page"]
    assert [column.code for column in page.columns] == ["state"]
    assert client.get(url("case_list", project), {"columns": "id"}).context["page"].columns == []


def test_every_column_and_every_order_works_at_once(project, signed_in, tester, own_fields):
    from catalog.case_columns import offered_columns

    offered = offered_columns(own_fields)
    case = TestCaseFactory(
        project=project, custom_values={"devices": ["ff", "gone"], "note": "<script>alert(1)</script>"}
    )
    CaseActivityFactory(case=case, last_status="failed")
    TestCaseFactory(project=project)
    client = signed_in(tester)
    page = text(client.get(url("case_list", project), {"columns": ",".join(offered)}))
    assert "Firefox, gone" in page
    assert "<script>alert" not in page
    for code in [*offered, "title", "id", "nonsense"]:
        for sign in ("", "-"):
            assert len(shown(client.get(url("case_list", project), {"sort": f"{sign}{code}"}))) == 2, code


def test_own_fields_sort_the_list_and_nothing_stands_last(project, signed_in, tester, own_fields):
    for number, risk in ((1, 9), (2, 10), (3, None)):
        values = {} if risk is None else {"risk": risk}
        TestCaseFactory(project=project, test_id=f"TC_UI_00{number}", custom_values=values)
    client = signed_in(tester)
    assert shown(client.get(url("case_list", project), {"sort": "cf_risk"})) == ["TC_UI_001", "TC_UI_002", "TC_UI_003"]
    assert shown(client.get(url("case_list", project), {"sort": "-cf_risk"})) == ["TC_UI_002", "TC_UI_001", "TC_UI_003"]


def test_all_columns_cost_a_constant_number_of_queries(project, signed_in, tester, lead, own_fields, same_queries):
    from catalog.case_columns import offered_columns

    client, codes = signed_in(tester), ",".join(offered_columns(own_fields))

    def more():
        folder = FolderFactory(project=project)
        drafts = [CaseDraft(title=f"Case {n}", folder=folder, owner=lead, story_id=f"PAY-{n}") for n in range(5)]
        create_cases(actor=tester, project=project, drafts=drafts)

    more()
    same_queries(lambda: client.get(url("case_list", project), {"columns": codes, "sort": "owner"}), more)


def test_the_page_needs_few_queries(project, signed_in, tester, own_fields, django_assert_max_num_queries):
    TestCaseFactory(folder=FolderFactory(project=project), owner=tester)
    client = signed_in(tester)
    client.get(url("case_list", project))
    with django_assert_max_num_queries(14):
        client.get(url("case_list", project))
    with django_assert_max_num_queries(16):
        client.get(url("case_list", project), {"columns": "owner,folder,cf_browser", "cf_browser": "ff"})


def test_every_filter_and_column_is_offered_when_it_is_asked_for(project, signed_in, tester, own_fields):
    client = signed_in(tester)
    Template.objects.create(project=project, name="Checkout")
    page = text(client.get(url("case_filters", project), {"sort": "-updated", "priority": "high"}))
    for words in ("Checkout", "Firefox", "Risk from", "Written since", "Me"):
        assert words in page
    assert '<input type="hidden" name="sort" value="-updated">' in page
    assert '<input type="hidden" name="priority"' not in page
    part = text(client.get(url("case_columns", project), {"columns": "cf_risk,tags"}, headers=HTMX))
    assert part.index('value="cf_risk" checked') < part.index('value="tags" checked') < part.index('value="cf_note">')


# -- filters
@pytest.fixture
def three(project, tester, lead):
    one = TestCaseFactory(
        project=project,
        test_id="TC_UI_001",
        labels=["web", "eu"],
        epic_key="PAY-300",
        estimate=300,
        automation_key="tests.test_pay",
        automated_script_path="tests/cards.py",
        created_by=tester,
        custom_values={"browser": "ff", "devices": ["ff", "ch"], "risk": 9, "legal": True, "note": "Due soon"},
    )
    two = TestCaseFactory(
        project=project,
        test_id="TC_UI_002",
        labels=["web"],
        estimate=900,
        created_by=lead,
        updated_by=tester,
        custom_values={"browser": "ch", "risk": 10, "due": "2026-05-04", "legal": False},
    )
    TestCaseFactory(
        project=project, test_id="TC_UI_003", template=Template.objects.create(project=project, name="Long")
    )
    TestCase.objects.filter(pk=one.pk).update(created_at="2026-01-05T09:00Z", updated_at="2026-02-01T23:30Z")
    TestCase.objects.filter(pk=two.pk).update(created_at="2026-03-05T09:00Z", updated_at="2026-03-06T09:00Z")
    CaseActivity.objects.create(case=one, project=project, last_run_at="2026-04-01T09:00Z")
    CaseActivity.objects.create(case=two, project=project, last_run_at="2026-04-03T09:00Z")
    story = StoryFactory(project=project, story_id="PAY-312")
    story.case_links.create(project=project, case=one)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"labels": "web"}, {1, 2}),
        ({"labels": "web,eu"}, {1}),
        ({"epic": "pay-300"}, {1}),
        ({"story": "PAY-312"}, {1}),
        ({"estimate_min": "10"}, {2}),
        ({"estimate_max": "5"}, {1}),
        ({"created_by": "me"}, {1}),
        ({"updated_by": "me"}, {2}),
        ({"created_by": "none"}, {3}),
        ({"created_to": "2026-01-05"}, {1}),
        ({"created_from": "2026-01-06", "created_to": "2026-03-31"}, {2}),
        ({"updated_to": "2026-02-02"}, {1}),
        ({"automation_key": "TEST_pay"}, {1}),
        ({"automation_key": "test_pay", "automated_script_path": "card"}, {1}),
        ({"executed_from": "2026-04-02"}, {2}),
        ({"executed_from": "2026-04-01", "executed_to": "2026-04-01"}, {1}),
        ({"cf_browser": "ff"}, {1}),
        ({"cf_browser": ["ff", "ch"]}, {1, 2}),
        ({"cf_devices": "ch"}, {1}),
        ({"cf_risk_min": "9.5"}, {2}),
        ({"cf_risk_max": "9"}, {1}),
        ({"cf_due_min": "2026-05-01", "cf_due_max": "2026-05-04"}, {2}),
        ({"cf_due_min": "2026-05-05"}, set()),
        ({"cf_legal": "yes"}, {1}),
        ({"cf_legal": "no"}, {2, 3}),
        ({"cf_note": "SOON"}, {1}),
        ({"cf_note": "%"}, set()),
        ({"cf_gone": "x"}, {1, 2, 3}),
    ],
)
def test_every_field_narrows_the_list_and_is_a_chip(project, signed_in, tester, own_fields, three, query, found):
    response = signed_in(tester).get(url("case_list", project), query)
    assert {int(test_id[-1]) for test_id in shown(response)} == found
    page = response.context["page"]
    assert len(page.chips) == (0 if "cf_gone" in query else len(query))
    assert all(chip.value for chip in page.chips)


def test_the_template_narrows_the_list(project, signed_in, tester, own_fields, three):
    template = Template.objects.get(name="Long")
    response = signed_in(tester).get(url("case_list", project), {"template": template.pk})
    assert shown(response) == ["TC_UI_003"]
    assert [chip.value for chip in response.context["page"].chips] == ["Long"]


@pytest.mark.parametrize(
    "query",
    [
        {"estimate_min": "-1"},
        {"estimate_min": "9" * 30},
        {"created_from": "yesterday"},
        {"created_to": "9999-12-31"},
        {"cf_risk_min": "NaN"},
        {"cf_due_min": "x"},
        {"cf_browser": "\x00"},
        {"template": "x"},
        {"sort": "cf_" + "x" * 500},
        {"sort": "cf_a'b"},
    ],
)
def test_what_cannot_be_used_is_no_failure(project, signed_in, tester, own_fields, three, query):
    assert signed_in(tester).get(url("case_list", project), query).status_code in {200, 400}


def test_the_api_filters_and_sorts_by_the_same_names(project, api, tester, own_fields, three):
    def found(**query):
        response = api(tester).get("/api/test-cases", query)
        assert response.status_code == 200, response.json()
        items = response.json()
        return [each["test_id"] for each in (items if isinstance(items, list) else items["items"])]

    assert found(labels="eu", epic="PAY-300") == ["TC_UI_001"]
    assert found(cf_risk_min=10) == ["TC_UI_002"]
    assert found(cf_browser="ff", sort="-cf_risk") == ["TC_UI_001"]
    assert found(sort="-estimate")[:2] == ["TC_UI_002", "TC_UI_001"]


def test_fields_of_another_project_narrow_nothing(
    project, other_project, signed_in, stranger, tester, own_fields, three
):
    assert "Browser" not in text(signed_in(stranger).get(url("case_list", other_project)))
