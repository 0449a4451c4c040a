"""The catalog in the data administration."""

import pytest

from accounts.models import AuditEntry
from accounts.tests.admin_forms import acted, address, errors_of, saved, told
from catalog.models import CaseReview, Folder, SharedSteps, TestCase
from catalog.services.cases import create_case, update_case
from catalog.services.custom_fields import create_field
from catalog.services.reviews import request_review
from catalog.services.shared_steps import create_shared_steps
from catalog.services.templates import create_template
from catalog.services.workflow import add_state
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


def test_a_custom_field_is_archived_through_its_service(reader, admin, project):
    field = create_field(actor=admin, project=project, name="Risk", kind="string")
    page = reader.get(address(field, "change")).content.decode()
    assert 'name="key"' not in page
    create_field(actor=admin, project=project, name="Device", kind="string")
    assert "Another field has this name." in errors_of(saved(reader, address(field, "change"), name="device"))
    assert saved(reader, address(field, "change"), is_archived="on").status_code == 302
    field.refresh_from_db()
    assert (field.is_archived, field.kind) == (True, "string")
    assert AuditEntry.objects.filter(action="field.archived", target_id=str(field.pk)).exists()


def test_the_default_template_cannot_be_given_up(reader, admin, project):
    template = create_template(actor=admin, project=project, name="Page")
    assert "one default template" in errors_of(saved(reader, address(template, "change"), is_default=""))
    assert saved(reader, address(template, "change"), description="What a shopper sees").status_code == 302
    template.refresh_from_db()
    assert (template.description, template.is_default) == ("What a shopper sees", True)


def test_shared_steps_that_a_case_uses_stay(reader, admin, project):
    shared = create_shared_steps(actor=admin, project=project, title="Sign in", steps=[{"action": "Sign in"}])
    case = create_case(actor=admin, project=project, title="Pay", steps=[{"shared_steps_id": shared.pk}])
    state = reader.get(address(shared, "delete")).context["if_match"]
    told(reader, reader.post(address(shared, "delete"), {"post": "yes", "if_match": state}))
    assert SharedSteps.objects.living().filter(pk=shared.pk).exists()
    update_case(actor=admin, case=case, steps=[])
    assert acted(reader, "delete_chosen", shared, confirmed="yes") == "Done for 1 row."
    assert not SharedSteps.objects.living().filter(pk=shared.pk).exists()


def test_reviews_and_states_are_only_read(reader, admin, lead, project):
    case = create_case(actor=admin, project=project, title="Pay", state="draft")
    (review,) = request_review(actor=admin, project=project, case_ids=[case.pk], reviewers=[lead])
    assert case.test_id in reader.get(address(CaseReview, "changelist")).content.decode()
    state = add_state(actor=admin, project=project, name="Second look", phase="in_review")
    for row in (review, state):
        assert reader.get(address(row, "change")).status_code == 200
        assert reader.post(address(row, "change"), {"name": "x"}).status_code == 403
