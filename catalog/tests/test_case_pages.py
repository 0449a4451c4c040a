import pytest
from django.urls import reverse

from catalog.models import Folder, TestCase
from catalog.tests.factories import CaseActivityFactory, FolderFactory, TestCaseFactory
from qaportal.kit import panels

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def url(name, project, *args):
    return reverse(f"catalog:{name}", args=[project.key, *args])


def text(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def tree(project):
    card = FolderFactory(project=project, name="Card payments")
    capture = FolderFactory(parent=card, name="Capture")
    FolderFactory(parent=capture, name="Partial capture")
    wallets = FolderFactory(project=project, name="Wallets")
    return {"card": card, "capture": capture, "wallets": wallets}


@pytest.fixture
def case(project, tree, tester):
    return TestCaseFactory(
        folder=tree["capture"],
        test_id="TC_UI_114",
        title="Challenge completes",
        steps=["Pay", "Confirm"],
        tags=["sca"],
        owner=tester,
        estimate=360,
        preconditions="A basket",
    )


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
    assert part.startswith("<li>")
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
        "6 m",
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
    ]
    assert signed_in(tester).get(case.get_absolute_url(), {"tab": "proof"}).context["page"].tabs[1]["is_current"]


@pytest.mark.parametrize("name", ["case_list", "case_create", "folder_create", "folder_choices"])
def test_a_stranger_finds_no_page(project, signed_in, stranger, name):
    assert signed_in(stranger).get(url(name, project)).status_code == 404


def test_a_stranger_finds_no_case_and_no_folder(project, case, tree, signed_in, stranger):
    client = signed_in(stranger)
    addresses = [case.get_absolute_url(), url("case_update", project, case.test_id)]
    addresses += [url(f"folder_{each}", project, tree["card"].pk) for each in ("update", "delete", "children")]
    assert {client.get(address).status_code for address in addresses} == {404}
    posts = [url(f"case_{each}", project) for each in ("move", "move_back", "delete", "tag")]
    assert {client.post(address, {"ids": case.pk}).status_code for address in posts} == {404}


def test_things_of_another_project_are_not_found_in_this_one(project, other_project, signed_in, tester):
    foreign, folder = TestCaseFactory(project=other_project), FolderFactory(project=other_project)
    client = signed_in(tester)
    assert client.get(url("case_detail", project, foreign.test_id)).status_code == 404
    assert client.get(url("case_list", project), {"folder": folder.pk}).status_code == 404
    assert client.get(url("case_list", project), {"folder": "x"}).status_code == 404
    assert client.post(url("case_delete", project), {"ids": foreign.pk}).status_code == 404
    assert client.post(url("case_move", project), {"ids": foreign.pk, "folder": ""}).status_code == 404


# -- writing
FORM = {"title": "Pay twice", "priority": "high", "test_type": "manual", "tag": "ui", "state": "active"}


def steps(*rows):
    names = ("step_action", "step_expected", "step_data")
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def test_a_case_is_written_in_the_folder_it_was_started_in(project, tree, signed_in, tester):
    client = signed_in(tester)
    page = text(client.get(url("case_create", project), {"folder": tree["capture"].pk}))
    assert f'<option value="{tree["capture"].pk}" selected>Card payments / Capture</option>' in page
    data = {**FORM, "folder": tree["capture"].pk, "estimate": "1.5", "tags": "smoke, sca", "story_id": "PAY-1"}
    response = client.post(url("case_create", project), {**data, **steps(("Pay", "Paid", ""), ("", "", ""))})
    case = TestCase.objects.get(title="Pay twice")
    assert response.url == f"{case.get_absolute_url()}?folder={tree['capture'].pk}"
    assert (case.priority, case.estimate, case.tags, case.test_id) == (3, 90, ["smoke", "sca"], "TC_UI_001")
    assert list(case.steps.values_list("action", "expected")) == [("Pay", "Paid")]


def test_a_refused_form_keeps_what_was_typed_and_says_why_beside_the_field(project, signed_in, tester):
    data = {**FORM, "title": "", **steps(("Keep me", "", ""))}
    response = signed_in(tester).post(url("case_create", project), data)
    assert response.status_code == 422
    assert "This field is required." in text(response)
    assert "Keep me" in text(response)
    response = signed_in(tester).post(url("case_create", project), {**FORM, **steps(("", "Expected alone", ""))})
    assert response.status_code == 422
    assert "Step 1 says what to expect, but not what to do." in text(response)
    assert not TestCase.objects.exists()


def test_editing_shows_and_stores_everything(project, case, tree, signed_in, tester):
    client = signed_in(tester)
    page = client.get(url("case_update", project, case.test_id), {"folder": tree["card"].pk})
    seen = page.context["etag"]
    assert "A basket" in text(page)
    data = {**FORM, "folder": tree["wallets"].pk, "etag": seen, **steps(("Confirm", "", ""), ("Pay", "", ""))}
    response = client.post(f"{url('case_update', project, case.test_id)}?folder={tree['card'].pk}", data)
    assert response.url == f"{case.get_absolute_url()}?folder={tree['card'].pk}"
    case.refresh_from_db(fields=["title", "version", "folder", "preconditions"])
    assert (case.title, case.version, case.folder, case.preconditions) == ("Pay twice", 2, tree["wallets"], "")
    assert list(case.steps.values_list("action", flat=True)) == ["Confirm", "Pay"]


def test_a_form_that_was_not_touched_changes_nothing(project, case, signed_in, tester):
    client = signed_in(tester)
    page = client.get(url("case_update", project, case.test_id))
    values = {name: "" if value is None else value for name, value in page.context["form"].initial.items()}
    rows = [(row["action"], row["expected"], row["data"]) for row in page.context["steps"]]
    client.post(url("case_update", project, case.test_id), {**values, "etag": page.context["etag"], **steps(*rows)})
    assert TestCase.objects.get(pk=case.pk).version == 1


def test_a_conflict_loses_nothing_and_can_be_decided(project, case, signed_in, tester):
    from catalog.services.cases import update_case

    client = signed_in(tester)
    seen = client.get(url("case_update", project, case.test_id)).context["etag"]
    update_case(actor=tester, case=case, title="Theirs")
    data = {**FORM, "title": "Mine", "etag": seen}
    response = client.post(url("case_update", project, case.test_id), data)
    assert response.status_code == 422
    assert "Somebody changed this in the meantime" in text(response)
    assert 'value="Mine"' in text(response)
    again = {**data, "etag": response.context["etag"]}
    assert client.post(url("case_update", project, case.test_id), again).status_code == 302
    assert TestCase.objects.get(pk=case.pk).title == "Mine"


@pytest.mark.parametrize("name", ["case_create", "folder_create"])
def test_a_viewer_is_refused_with_the_reason(project, signed_in, viewer, name):
    response = signed_in(viewer).get(url(name, project))
    assert response.status_code == 403
    assert "Your role, Viewer, may not" in text(response)


def test_a_viewer_may_not_change_cases(project, case, signed_in, viewer):
    client = signed_in(viewer)
    assert client.get(url("case_update", project, case.test_id)).status_code == 403
    for name in ("case_move", "case_move_back", "case_delete", "case_tag"):
        response = client.post(url(name, project), {"ids": case.pk, "folder": "", "tags": "x", "places": f"{case.pk}:"})
        assert response.status_code == 403


# -- many at once
def test_dropped_cases_move_and_the_toast_takes_it_back(project, case, tree, signed_in, tester):
    client = signed_in(tester)
    address = f"{url('case_move', project)}?to={tree['wallets'].pk}"
    response = client.post(address, {"ids": [case.pk]}, headers=HTMX)
    assert response.status_code == 204
    assert "1 case moved to Wallets" in response.headers["HX-Trigger"]
    assert TestCase.objects.get(pk=case.pk).folder == tree["wallets"]
    assert client.post(url("case_move_back", project), {"places": f"{case.pk}:{tree['capture'].pk}"}).status_code == 204
    assert TestCase.objects.get(pk=case.pk).folder == tree["capture"]


def test_picked_cases_move_by_the_form_and_the_list_comes_back(project, case, tree, signed_in, tester):
    client = signed_in(tester)
    assert "Card payments / Capture" in text(client.get(url("folder_choices", project), headers=HTMX))
    address = f"{url('case_move', project)}?folder={tree['wallets'].pk}"
    headers = {**HTMX, "HX-Target": "div#panes"}
    response = client.post(address, {"ids": [case.pk], "folder": tree["wallets"].pk}, headers=headers)
    assert "TC_UI_114" in text(response)
    assert response.headers["HX-Push-Url"].endswith(f"?folder={tree['wallets'].pk}")
    plain = client.post(address, {"ids": [case.pk], "folder": ""})
    assert plain.status_code == 302
    assert TestCase.objects.get(pk=case.pk).folder is None


def test_an_unknown_folder_moves_nothing(project, case, other_project, signed_in, tester):
    foreign = FolderFactory(project=other_project)
    response = signed_in(tester).post(f"{url('case_move', project)}?to={foreign.pk}", {"ids": case.pk}, headers=HTMX)
    assert response.status_code == 422
    assert TestCase.objects.get(pk=case.pk).folder == case.folder


def test_picked_cases_are_deleted_and_tagged(project, case, signed_in, tester):
    client = signed_in(tester)
    client.post(url("case_tag", project), {"ids": case.pk, "tags": "nightly"})
    assert TestCase.objects.get(pk=case.pk).tags == ["sca", "nightly"]
    assert client.post(url("case_delete", project), {"ids": case.pk}).status_code == 302
    assert client.get(case.get_absolute_url()).status_code == 404


# -- folders
def test_folders_are_made_renamed_moved_and_deleted(project, tree, case, signed_in, lead):
    client = signed_in(lead)
    response = client.post(url("folder_create", project), {"name": "Disputes", "parent": tree["card"].pk})
    made = Folder.objects.get(name="Disputes")
    assert response.url.endswith(f"?folder={made.pk}")
    client.post(url("folder_update", project, made.pk), {"name": "Chargebacks", "parent": tree["wallets"].pk})
    made = Folder.objects.get(pk=made.pk)
    assert (made.name, made.parent) == ("Chargebacks", tree["wallets"])
    page = text(client.get(url("folder_delete", project, tree["card"].pk)))
    assert "hold 1 case." in page
    refused = client.post(url("folder_delete", project, tree["card"].pk))
    assert refused.status_code == 422
    assert "The folder still holds 2 folders and 1 test case." in text(refused)
    client.post(url("folder_delete", project, tree["card"].pk), {"cascade": "on"})
    assert not Folder.objects.living().filter(pk=tree["capture"].pk).exists()


def test_a_taken_name_is_refused_beside_the_field(project, tree, signed_in, lead):
    response = signed_in(lead).post(url("folder_create", project), {"name": "wallets"})
    assert response.status_code == 422
    assert "There is a folder wallets at the top already." in text(response)


def test_a_tester_sees_why_he_may_not_delete_a_folder(project, tree, signed_in, tester):
    response = signed_in(tester).get(url("folder_delete", project, tree["card"].pk))
    assert response.status_code == 403
    assert "may not delete folders" in text(response)


# -- the palette and the sidebar
@pytest.mark.parametrize("words", ["tc_ui_11", "challenge", "capt", "new test"])
def test_the_palette_finds_cases_folders_and_actions(project, case, signed_in, tester, words):
    page = text(signed_in(tester).get(reverse("palette"), {"project": project.key, "q": words}))
    wanted = {"tc_ui_11": "TC_UI_114", "challenge": "TC_UI_114", "capt": "Capture", "new test": "New test case"}
    assert wanted[words] in page


def test_the_sidebar_counts_the_cases(project, case, signed_in, tester):
    assert '<span class="q-nav-n">1</span>' in text(signed_in(tester).get(url("case_list", project)))
