import pytest
from django.urls import reverse

from catalog.models import Folder, TestCase
from catalog.tests.pages import text, url


@pytest.fixture
def tree(card_tree):
    return card_tree


@pytest.fixture
def case(card_case):
    return card_case


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
    rows = [(row.action, row.expected, row.data) for row in page.context["steps"]]
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
    assert "Somebody else saved this case while you were writing" in text(response)
    assert 'value="Mine"' in text(response)
    again = {**data, "etag": response.context["etag"]}
    assert client.post(url("case_update", project, case.test_id), again).status_code == 302
    assert TestCase.objects.get(pk=case.pk).title == "Mine"


def test_two_who_change_different_things_keep_both(project, signed_in, tester, lead):
    from catalog.services.cases import create_case, update_case

    case = create_case(actor=tester, project=project, title="Pay", priority="low", steps=[{"action": "Pay"}])
    client = signed_in(tester)
    page = client.get(url("case_update", project, case.test_id))
    shown = {name: "" if value is None else value for name, value in page.context["form"].initial.items()}
    update_case(actor=lead, case=case, priority="high", steps=[{"action": "Pay by card"}], story_id="PAY-1")
    data = {**shown, "title": "Pay twice", "etag": page.context["etag"], **steps(("Pay", "", ""))}
    merged = client.post(url("case_update", project, case.test_id), data)
    assert merged.status_code == 422
    assert "Taken over from the other one: Priority, Steps, Story." in text(merged)
    assert "You changed different things" in text(merged)
    shown = {name: "" if value is None else value for name, value in merged.context["form"].initial.items()}
    rows = [(row.action, row.expected, row.data) for row in merged.context["steps"]]
    assert TestCase.objects.get(pk=case.pk).title == "Pay"
    client.post(url("case_update", project, case.test_id), {**shown, "etag": merged.context["etag"], **steps(*rows)})
    stored = TestCase.objects.get(pk=case.pk)
    assert (stored.title, stored.priority_code, stored.version) == ("Pay twice", "high", 3)
    assert [step.action for step in stored.steps.all()] == ["Pay by card"]


def test_what_both_changed_stands_side_by_side(project, signed_in, tester, lead):
    from catalog.services.cases import create_case, update_case

    case = create_case(actor=tester, project=project, title="Pay by card", description="Old words")
    client = signed_in(tester)
    page = client.get(url("case_update", project, case.test_id))
    shown = {name: "" if value is None else value for name, value in page.context["form"].initial.items()}
    update_case(actor=lead, case=case, title="Pay by debit card", description="New words")
    data = {**shown, "title": "Pay by gift card", "etag": page.context["etag"]}
    response = client.post(url("case_update", project, case.test_id), data)
    assert "Pay by <del>debit</del> card" in text(response)
    assert "Pay by <ins>gift</ins> card" in text(response)
    assert 'value="Pay by gift card"' in text(response)
    assert "New words" in text(response)
    assert "Old words" not in text(response)


@pytest.mark.parametrize("name", ["case_create", "folder_create"])
def test_a_viewer_is_refused_with_the_reason(project, signed_in, viewer, name):
    response = signed_in(viewer).get(url(name, project))
    assert response.status_code == 403
    assert "Your role, Viewer, may not" in text(response)


def test_a_viewer_may_not_change_cases(project, case, signed_in, viewer):
    assert signed_in(viewer).get(url("case_update", project, case.test_id)).status_code == 403


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
    assert "The folder holds 1 case and 2 sub-folders." in page
    assert client.post(url("folder_delete", project, tree["card"].pk)).status_code == 422
    client.post(url("folder_delete", project, tree["card"].pk), {"content": "delete"})
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
