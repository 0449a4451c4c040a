"""What a browser kept of a form: shown again as it was typed, beside what was saved since; nothing is stored by it."""

from catalog.models import TestCase
from catalog.services.cases import create_case, update_case
from catalog.tests.pages import text, url
from catalog.tests.test_case_forms import FORM, steps
from qaportal.kit.concurrency import etag


def test_a_kept_new_case_is_shown_again_right_or_wrong(project, signed_in, tester):
    data = {**FORM, "title": "", "description": "Half a text", "restore": "1", **steps(("Pay", "Paid", "4111"))}
    response = signed_in(tester).post(url("case_create", project), data)
    assert response.status_code == 200
    page = text(response)
    assert "Half a text" in page
    assert "4111" in page
    assert "data-typed" in page
    assert "This field is required." not in page
    assert not TestCase.objects.exists()


def test_a_kept_edit_is_shown_again_and_can_be_saved(project, card_case, signed_in, tester):
    client, address = signed_in(tester), url("case_update", project, card_case.test_id)
    seen = client.get(address).context["etag"]
    data = {**FORM, "title": "Typed", "etag": seen, **steps(("Pay twice", "", ""))}
    page = text(client.post(address, {**data, "restore": "1"}))
    assert 'value="Typed"' in page
    assert "Pay twice" in page
    assert f'name="etag" value="{seen.replace(chr(34), "&quot;")}"' in page
    card_case.refresh_from_db(fields=["title"])
    assert card_case.title == "Challenge completes"


def test_what_was_saved_since_stands_beside_a_kept_edit(project, signed_in, tester):
    case = create_case(actor=tester, project=project, title="Pay", steps=[{"action": "Pay"}])
    client, address = signed_in(tester), url("case_update", project, case.test_id)
    page = client.get(address)
    update_case(actor=tester, case=case, title="Of somebody else", expected_result="Paid")
    data = {**FORM, "priority": "medium", "title": "Typed", "etag": page.context["etag"], "restore": "1"}
    response = client.post(address, {**data, **steps(("Pay", "", ""))})
    assert response.status_code == 422
    assert [each.name for each in response.context["conflict"].disputed] == ["title"]
    assert "Paid" in text(response)
    case.refresh_from_db()
    assert response.context["etag"] == etag(case)


def test_saving_tells_the_browser_what_it_needs_to_keep_no_longer(project, card_case, signed_in, tester):
    client, address = signed_in(tester), url("case_update", project, card_case.test_id)
    page = client.get(address)
    key = f"{tester.pk}/{project.key}/{card_case.test_id}"
    assert f'data-draft="{key}"' in text(page)
    data = {**FORM, "etag": page.context["etag"], **steps(("Pay", "", ""))}
    saved = client.post(address, data, follow=True)
    assert f'data-saved="{key}"' in text(saved)
    created = client.post(url("case_create", project), data, follow=True)
    assert f'data-saved="{tester.pk}/{project.key}/new"' in text(created)
