"""Folders and cases in the data administration."""

import pytest

from accounts.models import AuditEntry
from accounts.tests.admin_forms import acted, address, errors_of, saved, told
from catalog.models import Folder, TestCase
from catalog.tests.factories import FolderFactory, TestCaseFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(signed_in, admin):
    return signed_in(admin)


@pytest.fixture
def folder(project):
    return FolderFactory(project=project, name="Payments")


def test_a_folder_is_renamed_through_its_service(reader, folder):
    FolderFactory(project=folder.project, name="Refunds")
    assert "There is a folder refunds" in errors_of(saved(reader, address(folder, "change"), name="refunds"))
    assert saved(reader, address(folder, "change"), name="Card payments").status_code == 302
    assert Folder.objects.get(pk=folder.pk).name == "Card payments"
    assert AuditEntry.objects.filter(action="folder.updated").exists()


def test_a_folder_that_holds_something_stays(reader, folder):
    TestCaseFactory(folder=folder)
    state = reader.get(address(folder, "delete")).context["if_match"]
    said = told(reader, reader.post(address(folder, "delete"), {"post": "yes", "if_match": state}))
    assert "1 " in said
    assert Folder.objects.living().filter(pk=folder.pk).exists()


def test_cases_are_found_by_words_read_and_deleted(reader, folder):
    case = TestCaseFactory(folder=folder, title="Refund a captured payment")
    other = TestCaseFactory(folder=folder, title="Something else")
    listed = reader.get(address(TestCase, "changelist"), {"q": "captured"}).content.decode()
    assert case.test_id in listed
    assert other.title not in listed
    page = reader.get(address(case, "change")).content.decode()
    assert "Refund a captured payment" in page
    assert 'name="_save"' not in page
    assert reader.post(address(case, "change"), {"title": "x"}).status_code == 403
    assert acted(reader, "delete_chosen", case, confirmed="yes") == "Done for 1 row."
    assert not TestCase.objects.living().filter(pk=case.pk).exists()
    assert AuditEntry.objects.filter(action="case.deleted", target_id=str(case.pk)).exists()
