import pytest

from catalog.tests.factories import CaseActivityFactory, FolderFactory, TestCaseFactory
from catalog.tests.pages import HTMX, text, url
from qaportal.kit import panels


@pytest.fixture
def tree(card_tree):
    return card_tree


@pytest.fixture
def case(card_case):
    return card_case


# -- the list
def test_the_list_shows_the_cases_of_a_folder_and_below(project, tree, case, signed_in, tester):
    TestCaseFactory(folder=tree["wallets"], title="Pay by wallet")
    page = text(signed_in(tester).get(url("case_list", project), {"folder": tree["card"].pk}))
    assert "TC_UI_114" in page
    assert "Pay by wallet" not in page


def test_the_list_can_leave_out_what_is_below(project, tree, case, signed_in, tester):
    page = text(signed_in(tester).get(url("case_list", project), {"folder": tree["card"].pk, "direct": "1"}))
    assert "TC_UI_114" not in page
    assert "this folder" in page


def test_only_the_way_to_the_chosen_folder_is_drawn(project, tree, case, signed_in, tester):
    client = signed_in(tester)
    assert "Partial capture" not in text(client.get(url("case_list", project)))
    assert "Partial capture" not in text(client.get(url("case_list", project), {"folder": tree["card"].pk}))
    assert "Partial capture" in text(client.get(url("case_list", project), {"folder": tree["capture"].pk}))
    assert "Capture" in text(client.get(url("case_list", project), {"open": tree["card"].pk}))


def test_a_folder_of_the_tree_opens_by_itself(project, tree, case, signed_in, tester):
    part = text(signed_in(tester).get(url("folder_children", project, tree["card"].pk), headers=HTMX))
    assert part.startswith("<li ")
    assert "Capture" in part
    assert "Wallets" not in part


def test_counts_hold_everything_below(project, tree, case, signed_in, tester):
    TestCaseFactory(folder=tree["card"])
    TestCaseFactory(project=project)
    response = signed_in(tester).get(url("case_list", project))
    shown = response.context["page"].tree
    assert [(node.folder.name, node.cases) for node in shown.roots] == [("Card payments", 2), ("Wallets", 0)]
    assert (shown.total, shown.unfiled) == (3, 1)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"priority": "critical"}, {"TC_UI_002"}),
        ({"priority": ["critical", "low"]}, {"TC_UI_001", "TC_UI_002"}),
        ({"test_type": "automated"}, {"TC_API_003"}),
        ({"tag": "api"}, {"TC_API_003"}),
        ({"tags": "smoke"}, {"TC_UI_001", "TC_UI_002"}),
        ({"tags": "smoke, sca"}, {"TC_UI_002"}),
        ({"automation_status": "broken"}, {"TC_API_003"}),
        ({"state": "draft"}, {"TC_UI_001"}),
        ({"last_status": "failed"}, {"TC_UI_001", "TC_UI_002"}),
        ({"last_status": "not_started"}, {"TC_API_003"}),
        ({"owner": "me"}, {"TC_UI_001"}),
        ({"owner": "none"}, {"TC_UI_002", "TC_API_003"}),
        ({"search": "refund"}, {"TC_UI_002"}),
        ({"priority": "nonsense"}, {"TC_UI_001", "TC_UI_002", "TC_API_003"}),
        ({"folder": "none", "tag": "ui"}, {"TC_UI_001", "TC_UI_002"}),
    ],
)
def test_filters_narrow_the_list(project, signed_in, tester, query, found):
    one = TestCaseFactory(project=project, test_id="TC_UI_001", priority=1, tags=["smoke"], state="draft", owner=tester)
    two = TestCaseFactory(project=project, test_id="TC_UI_002", priority=4, tags=["smoke", "sca"], title="Refund")
    three = {"tag": "api", "test_type": "automated", "automation_status": "broken", "priority": 2}
    TestCaseFactory(project=project, test_id="TC_API_003", **three)
    CaseActivityFactory(case=one, last_status="failed")
    CaseActivityFactory(case=two, last_status="error")
    response = signed_in(tester).get(url("case_list", project), query)
    assert {each.test_id for each in response.context["page"].rows} == found


def test_an_active_filter_is_a_chip_that_can_be_removed(project, tree, case, signed_in, tester):
    query = {"folder": tree["card"].pk, "priority": ["high", "medium"], "tags": "sca", "page": "3"}
    response = signed_in(tester).get(url("case_list", project), query)
    chips = {chip.label: chip for chip in response.context["page"].chips}
    assert chips["Priority"].value == "High, Medium"
    assert chips["Tag"].remove_url.endswith(f"?folder={tree['card'].pk}&priority=high&priority=medium")


@pytest.mark.parametrize(
    ("order", "first"),
    [
        ("", "TC_API_5"),
        ("-id", "TC_UI_1000"),
        ("title", "TC_UI_999"),
        ("-priority", "TC_API_5"),
        ("-status", "TC_UI_999"),
    ],
)
def test_the_list_is_sorted(project, signed_in, tester, order, first):
    TestCaseFactory(project=project, test_id="TC_UI_1000", title="Middle", priority=1)
    case = TestCaseFactory(project=project, test_id="TC_UI_999", title="Alpha", priority=2)
    TestCaseFactory(project=project, test_id="TC_API_5", title="Zulu", priority=4)
    CaseActivityFactory(case=case, last_status="passed")
    response = signed_in(tester).get(url("case_list", project), {"sort": order})
    assert response.context["page"].rows[0].test_id == first


def test_the_list_has_pages_and_sizes(project, signed_in, tester):
    for _ in range(30):
        TestCaseFactory(project=project)
    client = signed_in(tester)
    assert len(client.get(url("case_list", project), {"per_page": "25"}).context["page"].rows) == 25
    assert len(client.get(url("case_list", project), {"per_page": "25", "page": "2"}).context["page"].rows) == 5
    assert len(client.get(url("case_list", project), {"per_page": "25", "page": "99"}).context["page"].rows) == 5


def test_page_list_and_drawer_take_a_constant_number_of_queries(project, tree, case, signed_in, tester, same_queries):
    client = signed_in(tester)

    def grow():
        for number in range(10):
            folder = FolderFactory(parent=tree["card"], name=f"More {number}")
            grown = TestCaseFactory(folder=folder, owner=tester, steps=["One"], tags=["sca"])
            CaseActivityFactory(case=grown, last_status="failed")

    query = {"folder": tree["card"].pk}
    same_queries(lambda: client.get(url("case_list", project), query), grow)


def test_opening_a_folder_takes_a_constant_number_of_queries(project, tree, signed_in, tester, same_queries):
    client = signed_in(tester)
    address = url("folder_children", project, tree["card"].pk)
    same_queries(lambda: client.get(address), lambda: [FolderFactory(parent=tree["card"]) for _ in range(10)])


def test_htmx_gets_the_part_it_is_about_to_replace(project, case, signed_in, tester):
    client = signed_in(tester)
    for target, start in (
        ("section#rows", 'id="rows"'),
        ("section#drawer", 'id="drawer"'),
        ("div#panes", 'id="panes"'),
    ):
        response = client.get(case.get_absolute_url(), headers={**HTMX, "HX-Target": target})
        assert start in text(response)[:200]
        assert "<html" not in text(response)
        assert "HX-Request-Type" in response.headers["Vary"]


def test_nothing_found_and_nothing_there_say_what_to_do(project, signed_in, tester, viewer):
    client = signed_in(tester)
    assert "No cases here yet" in text(client.get(url("case_list", project)))
    assert "No case fits" in text(client.get(url("case_list", project), {"search": "nothing"}))
    page = text(signed_in(viewer).get(url("case_list", project)))
    assert "Testers write them" in page


def test_a_viewer_is_offered_nothing_to_change(project, case, signed_in, viewer):
    page = text(signed_in(viewer).get(case.get_absolute_url()))
    assert "Challenge completes" in page
    for words in ("New case", "Edit the case", 'type="checkbox" name="ids"', "New folder", "data-drag-id"):
        assert words not in page


# -- the case
def test_the_drawer_shows_the_whole_case_beside_its_list(project, case, signed_in, tester):
    CaseActivityFactory(
        case=case, last_status="failed", recent_outcomes=["passed", "flaky", "failed"], flaky_score=0.24
    )
    page = text(signed_in(tester).get(case.get_absolute_url(), {"folder": case.folder_id}))
    for words in (
        "Challenge completes",
        "Confirm",
        "A basket",
        "sca",
        "Flaky, 24",
        "Tomas Reyl",
        "6 min",
        "Partial capture",
    ):
        assert words in page


def test_the_case_has_a_page_of_its_own(project, case, signed_in, tester):
    page = text(signed_in(tester).get(case.get_absolute_url(), {"full": "1"}))
    assert "Confirm" in page
    assert 'id="panes"' not in page


def test_previous_and_next_follow_the_list(project, signed_in, tester):
    cases = [TestCaseFactory(project=project, test_id=f"TC_UI_{number:03d}") for number in (1, 2, 3)]
    response = signed_in(tester).get(cases[1].get_absolute_url(), {"sort": "-id"})
    before, after = response.context["page"].neighbours
    assert (before.test_id, after.test_id) == ("TC_UI_003", "TC_UI_001")


def test_a_panel_of_another_app_becomes_a_tab(project, case, signed_in, tester, monkeypatch):
    panel = panels.Panel(
        place="catalog.case.drawer",
        code="proof",
        label="Proof",
        template="kit/words.html",
        load=lambda ids: {pk: {"count": 7} for pk in ids},
    )
    monkeypatch.setitem(panels._panels, "catalog.case.drawer", {"proof": panel})
    page = signed_in(tester).get(case.get_absolute_url()).context["page"]
    assert [(tab["label"], tab["count"], tab["is_current"]) for tab in page.tabs] == [
        ("Details", None, True),
        ("Proof", 7, False),
        ("Versions", 1, False),
    ]
    assert signed_in(tester).get(case.get_absolute_url(), {"tab": "proof"}).context["page"].tabs[1]["is_current"]


@pytest.mark.parametrize("name", ["case_list", "case_create", "folder_create"])
def test_a_stranger_finds_no_page(project, signed_in, stranger, name):
    assert signed_in(stranger).get(url(name, project)).status_code == 404


def test_a_stranger_finds_no_case_and_no_folder(project, case, tree, signed_in, stranger):
    client = signed_in(stranger)
    addresses = [case.get_absolute_url(), url("case_update", project, case.test_id)]
    addresses += [url(f"folder_{each}", project, tree["card"].pk) for each in ("update", "delete", "children")]
    assert {client.get(address).status_code for address in addresses} == {404}
    posts = [url(f"case_{each}", project) for each in ("move", "change", "duplicate", "take_back")]
    assert {client.post(address, {"ids": case.pk}).status_code for address in posts} == {404}


def test_things_of_another_project_are_not_found_in_this_one(project, other_project, signed_in, tester):
    foreign, folder = TestCaseFactory(project=other_project), FolderFactory(project=other_project)
    client = signed_in(tester)
    assert client.get(url("case_detail", project, foreign.test_id)).status_code == 404
    assert client.get(url("case_list", project), {"folder": folder.pk}).status_code == 404
    assert client.get(url("case_list", project), {"folder": "x"}).status_code == 404
    for act in ("change", "archive", "delete"):
        sent = {"ids": foreign.pk, "act": act, "step": "apply", "set": "priority", "priority": "low"}
        assert client.post(url("case_change", project), sent).status_code == 404
    assert client.post(url("case_duplicate", project), {"ids": foreign.pk}).status_code == 404
    assert client.post(url("case_move", project) + "?to=none", {"ids": foreign.pk}).status_code == 404
