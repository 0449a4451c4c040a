import pytest

from catalog.models import Folder, TestCase
from catalog.services import folders
from catalog.tests.factories import FolderFactory, TestCaseFactory
from catalog.tests.pages import HTMX, text, url
from qaportal.kit.views import UNDO


@pytest.fixture
def tree(card_tree, card_case):
    return card_tree


# -- deleting
def test_the_page_says_in_numbers_what_each_way_does(project, tree, signed_in, lead):
    page = text(signed_in(lead).get(url("folder_delete", project, tree["card"].pk)))
    assert "The folder holds 1 case and 2 sub-folders." in page
    assert "Moved: 1 case and 2 sub-folders." in page
    assert "Archived in no folder, out of every list: 1 case. Deleted: 2 sub-folders." in page
    assert "Deleted: 1 case and 2 sub-folders. Results are kept" in page


def test_its_cases_are_moved_and_the_toast_takes_it_back(project, tree, card_case, signed_in, lead):
    client = signed_in(lead)
    answer = client.post(
        url("folder_delete", project, tree["capture"].pk), {"content": "move", "target": tree["wallets"].pk}
    )
    assert answer.url == tree["card"].get_absolute_url()
    page = client.get(answer.url)
    assert "The folder Capture is deleted; 1 case and 1 sub-folder moved to Wallets" in text(page)
    assert TestCase.objects.get(pk=card_case.pk).folder == tree["wallets"]
    (message,) = page.context["messages"]
    back = client.post(message.extra_tags.removeprefix(UNDO))
    assert back.url == tree["capture"].get_absolute_url()
    assert TestCase.objects.get(pk=card_case.pk).folder == tree["capture"]
    assert "The folder Capture is back" in text(client.get(back.url))


def test_a_folder_with_content_is_not_deleted_without_a_word_about_it(project, tree, signed_in, lead):
    answer = signed_in(lead).post(url("folder_delete", project, tree["card"].pk), {"target": ""})
    assert answer.status_code == 422
    assert Folder.objects.living().filter(pk=tree["card"].pk).exists()
    below = {"content": "move", "target": tree["capture"].pk}
    assert signed_in(lead).post(url("folder_delete", project, tree["card"].pk), below).status_code == 422


def test_an_empty_folder_is_simply_deleted(project, tree, signed_in, lead):
    client = signed_in(lead)
    assert "The folder is empty." in text(client.get(url("folder_delete", project, tree["wallets"].pk)))
    client.post(url("folder_delete", project, tree["wallets"].pk))
    assert not Folder.objects.living().filter(pk=tree["wallets"].pk).exists()


def test_a_restore_that_is_refused_says_why(project, tree, signed_in, lead):
    client = signed_in(lead)
    client.post(url("folder_delete", project, tree["wallets"].pk))
    folders.create_folder(actor=lead, project=project, name="wallets")
    answer = client.post(url("folder_restore", project, tree["wallets"].pk))
    assert "There is a folder Wallets at the top already." in text(client.get(answer.url))


def test_only_those_who_may_delete_folders_restore_them(project, tree, signed_in, lead, tester, stranger):
    signed_in(lead).post(url("folder_delete", project, tree["wallets"].pk))
    for person in (tester, stranger):
        assert signed_in(person).post(url("folder_restore", project, tree["wallets"].pk)).status_code == 404
    assert signed_in(tester).get(url("folder_delete", project, tree["card"].pk)).status_code == 403


# -- in the tree
def test_a_folder_is_renamed_in_its_line(project, tree, signed_in, tester):
    client, address = signed_in(tester), url("folder_rename", project, tree["capture"].pk)
    assert 'value="Capture"' in text(client.get(address, headers=HTMX))
    assert "Captures" in text(client.post(address, {"name": "Captures"}, headers=HTMX))
    FolderFactory(parent=tree["card"], name="Fraud")
    refused = client.post(address, {"name": "fraud"}, headers=HTMX)
    assert refused.status_code == 422
    assert "There is a folder fraud in Card payments already." in text(refused)
    assert client.get(address).url == url("folder_update", project, tree["capture"].pk)


def test_a_folder_is_added_below_in_the_tree(project, tree, signed_in, tester):
    client, address = signed_in(tester), url("folder_add", project, tree["wallets"].pk)
    assert "Name of the new folder in Wallets" in text(client.get(address, headers=HTMX))
    assert "Tokens" in text(client.post(address, {"name": "Tokens"}, headers=HTMX))
    assert client.post(address, {"name": " "}, headers=HTMX).status_code == 422
    assert client.get(address).url.endswith(f"?parent={tree['wallets'].pk}")


def test_a_folder_is_moved_with_a_toast_that_takes_it_back(project, tree, signed_in, tester):
    client, address = signed_in(tester), url("folder_move", project, tree["capture"].pk)
    assert "Capture moves with all below it." in text(client.get(address, headers=HTMX))
    answer = client.post(address, {"parent": tree["wallets"].pk}, headers=HTMX)
    assert answer.status_code == 204
    assert "Capture moved to Wallets" in answer["HX-Trigger"]
    assert f'"parent": "{tree["card"].pk}"' in answer["HX-Trigger"]
    assert Folder.objects.get(pk=tree["capture"].pk).parent == tree["wallets"]
    assert client.post(address, {"parent": ""}).url == tree["capture"].get_absolute_url()


def test_a_folder_is_not_moved_below_itself(project, tree, signed_in, tester):
    below = Folder.objects.get(name="Partial capture")
    answer = signed_in(tester).post(url("folder_move", project, tree["card"].pk), {"parent": below.pk}, headers=HTMX)
    assert answer.status_code == 422


def test_a_viewer_changes_no_folder_and_a_strangers_folder_is_a_404(project, tree, signed_in, viewer, stranger):
    for name in ("folder_rename", "folder_add", "folder_move"):
        assert signed_in(viewer).post(url(name, project, tree["card"].pk)).status_code == 403
        assert signed_in(stranger).post(url(name, project, tree["card"].pk)).status_code == 404


def test_the_tree_tells_own_cases_from_those_below(project, tree, signed_in, tester):
    TestCaseFactory(folder=tree["card"])
    page = text(signed_in(tester).get(url("case_list", project)))
    assert 'title="1 in it, 2 with what is below"' in page


def test_the_page_asks_the_same_number_of_queries_for_a_large_folder(project, tree, signed_in, lead, same_queries):
    client, address = signed_in(lead), url("folder_delete", project, tree["card"].pk)

    def grow():
        for number in range(10):
            TestCaseFactory(folder=FolderFactory(parent=tree["card"], name=f"More {number}"))

    same_queries(lambda: client.get(address), grow)
