"""The pages of shared steps, and steps with files and shared ones in the form of a case."""

import io

import pytest

from catalog.models import SharedSteps, TestCase
from catalog.services.cases import CaseDraft, create_case, create_cases, update_case
from catalog.services.shared_steps import create_shared_steps, update_shared_steps
from catalog.tests.pages import HTMX, text, url
from catalog.tests.test_case_forms import FORM
from files.services import store

SIGN_IN = [{"action": "Open the **shop**"}, {"action": "Sign in", "expected": "The name is shown"}]
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 64
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def shared(project, tester):
    return create_shared_steps(actor=tester, project=project, title="Sign in as a buyer", steps=SIGN_IN)


@pytest.fixture
def case(project, tester, shared):
    steps = [{"action": "Before"}, {"shared_steps_id": shared.pk}, {"action": "After"}]
    return create_case(actor=tester, project=project, title="Pay", steps=steps)


def posted(*rows):
    """The arrays of a form: each row is the action, the id of shared steps and the ids of files."""
    names = ("step_action", "step_shared", "step_files")
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    return {**columns, "step_expected": [""] * len(rows), "step_data": [""] * len(rows)}


# -- reading
def test_the_list_finds_by_title_and_text_and_counts_the_cases(project, shared, case, signed_in, viewer, tester):
    create_shared_steps(actor=tester, project=project, title=f"Other {HOSTILE}", steps=[{"action": "Something else"}])
    client = signed_in(viewer)
    page = text(client.get(url("shared_steps_list", project)))
    assert "Sign in as a buyer" in page
    assert "1 case" in page
    assert HOSTILE not in page
    for words, found in (("buyer", True), ("name shown", True), ("nothing like it", False)):
        assert ("Sign in as a buyer" in text(client.get(url("shared_steps_list", project), {"q": words}))) is found
    rows = text(client.get(url("shared_steps_list", project), {"q": "buyer"}, headers=HTMX))
    assert "<html" not in rows


def test_the_page_shows_the_steps_where_they_are_used_and_what_changed(project, shared, case, signed_in, viewer, lead):
    update_shared_steps(actor=lead, shared=shared, steps=[{"action": "Open it"}], reason="Shorter")
    client = signed_in(viewer)
    page = text(client.get(url("shared_steps_detail", project, shared.pk)))
    assert case.test_id in page
    assert "Shorter" in page
    assert "Edit the shared steps" not in page
    page = text(client.get(url("shared_steps_detail", project, shared.pk), {"version": "1"}))
    assert "What changed since version 1" in page
    assert "The name is shown" in page
    assert client.get(url("shared_steps_detail", project, shared.pk), {"version": "9" * 30}).status_code == 200


def test_pages_ask_the_same_number_of_questions_however_many_there_are(
    project, shared, case, signed_in, viewer, tester, same_queries
):
    client = signed_in(viewer)

    def more():
        steps = [{"shared_steps_id": shared.pk}]
        create_cases(actor=tester, project=project, drafts=[CaseDraft(title="More", steps=steps)] * 5)
        for number in range(5):
            create_shared_steps(actor=tester, project=project, title=f"More {number}", steps=SIGN_IN)

    def read():
        client.get(url("shared_steps_list", project))
        client.get(url("shared_steps_choices", project))
        client.get(url("shared_steps_detail", project, shared.pk))

    same_queries(read, more)


def test_a_case_shows_shared_steps_in_full_with_a_mark_and_files_of_steps(project, shared, signed_in, viewer, tester):
    stored = store(actor=tester, project=project, stream=io.BytesIO(b"x" * 2048), name=f"cards{HOSTILE}.csv")
    steps = [{"shared_steps_id": shared.pk}, {"action": "Look", "attachments": [str(stored.pk)]}]
    case = create_case(actor=tester, project=project, title="Pay", steps=steps)
    page = text(signed_in(viewer).get(case.get_absolute_url(), {"full": "1"}))
    assert "Sign in as a buyer</a>" in page
    assert "<strong>shop</strong>" in page
    assert f"/files/{stored.pk}/" in page
    assert "2.0 KB" in page
    assert HOSTILE not in page


def test_pictures_of_steps_are_seen_where_the_steps_are(project, signed_in, viewer, tester, same_queries):
    def picture(name: str) -> str:
        return str(store(actor=tester, project=project, stream=io.BytesIO(PNG), name=name).pk)

    key = picture("<b>cards.png")
    shared = create_shared_steps(
        actor=tester, project=project, title="Look", steps=[{"action": "Look", "attachments": [key]}]
    )
    case = create_case(actor=tester, project=project, title="Pay", steps=[{"shared_steps_id": shared.pk}])
    client = signed_in(viewer)
    for address, query in (
        (case.get_absolute_url(), {"full": "1"}),
        (url("shared_steps_detail", project, shared.pk), {}),
    ):
        page = text(client.get(address, query))
        assert f'<img src="/p/{project.key}/files/{key}/thumbnail/" alt="&lt;b&gt;cards.png, step 1"' in page
        assert f'href="/p/{project.key}/files/{key}/" target="_blank"' in page
        assert "<b>cards" not in page

    def more():
        steps = [{"action": "See", "attachments": [picture(f"{number}.png")]} for number in range(5)]
        update_case(actor=tester, case=case, steps=steps)

    same_queries(lambda: client.get(case.get_absolute_url(), {"full": "1"}), more)


# -- writing
def test_shared_steps_are_written_changed_and_deleted(project, signed_in, lead, case, shared):
    client = signed_in(lead)
    data = {"title": "Sign out", **posted(("Sign out", "", ""), ("", "", ""))}
    made = client.post(url("shared_steps_create", project), data)
    fresh = SharedSteps.objects.get(title="Sign out")
    assert made.url == url("shared_steps_detail", project, fresh.pk)
    page = client.get(url("shared_steps_update", project, shared.pk))
    assert "1 case uses these steps" in text(page)
    seen = page.context["form"].initial["if_match"]
    data = {"title": "Sign in", "reason": "New shop", "if_match": seen, **posted(("Open the new shop", "", ""))}
    client.post(url("shared_steps_update", project, shared.pk), data)
    assert list(case.steps.values_list("action", flat=True)) == ["Before", "Open the new shop", "After"]
    again = client.post(url("shared_steps_update", project, shared.pk), {**data, "title": "Second"})
    assert again.status_code == 422
    assert "Somebody changed this" in text(again)
    refused = client.post(url("shared_steps_delete", project, shared.pk))
    assert refused.status_code == 422
    assert "Cases use these steps (1)" in text(refused)
    client.post(url("shared_steps_delete", project, shared.pk), {"put_in_place": "on"})
    assert client.get(url("shared_steps_detail", project, shared.pk)).status_code == 404
    assert case.steps.count() == 3


def test_a_version_is_brought_back_from_the_page(project, shared, case, signed_in, tester):
    update_shared_steps(actor=tester, shared=shared, steps=[{"action": "Open it"}])
    client = signed_in(tester)
    seen = client.get(url("shared_steps_detail", project, shared.pk)).context["etag"]
    client.post(url("shared_steps_restore", project, shared.pk, 1), {"etag": seen})
    assert case.steps.count() == 4
    refused = client.post(url("shared_steps_restore", project, shared.pk, 2), {"etag": seen})
    assert refused.status_code == 422


def test_what_is_wrong_stands_in_the_form_with_what_was_typed(project, signed_in, tester):
    data = {"title": "Keep my title", **posted(("", "", ""))}
    response = signed_in(tester).post(url("shared_steps_create", project), data)
    assert response.status_code == 422
    assert "Keep my title" in text(response)
    assert "Write at least one step." in text(response)


def test_steps_of_a_case_are_shared_and_put_in_place_again(project, signed_in, tester):
    steps = [{"action": each} for each in ("One", "Two", "Three")]
    case = create_case(actor=tester, project=project, title="Pay", steps=steps)
    client, address = signed_in(tester), url("case_share", project, case.test_id)
    seen = client.get(address).context["etag"]
    refused = client.post(address, {"title": "Shared", "positions": ["1", "3"], "etag": seen})
    assert refused.status_code == 422
    assert "Choose steps that follow one another." in text(refused)
    assert client.post(address, {"title": "Shared", "positions": ["2", "3"], "etag": seen}).status_code == 302
    shared = SharedSteps.objects.get(title="Shared")
    page = client.get(address)
    assert 'Put the texts in place<span class="visually-hidden">: Shared</span>' in text(page)
    assert client.post(address, {"own": shared.pk, "etag": page.context["etag"]}).status_code == 302
    assert not case.steps.filter(shared_steps__isnull=False).exists()
    assert client.post(address, {"own": "x"}).status_code == 404


def test_the_form_of_a_case_shows_and_keeps_shared_steps_and_files(project, shared, case, signed_in, tester):
    stored = store(actor=tester, project=project, stream=io.BytesIO(b"x"), name="cards.csv")
    client, address = signed_in(tester), url("case_update", project, case.test_id)
    page = client.get(address)
    assert text(page).count(f'name="step_shared" value="{shared.pk}"') == 1
    rows = [("After", "", str(stored.pk)), ("", str(shared.pk), ""), ("", str(shared.pk), ""), ("", "", "")]
    data = {**FORM, "etag": page.context["etag"], **posted(*rows)}
    assert client.post(address, data).status_code == 302
    assert list(case.steps.values_list("shared_place", flat=True)) == [None, 1, 2, 1, 2]
    page = client.get(address)
    assert "cards.csv" in text(page)
    assert text(page).count(f'name="step_shared" value="{shared.pk}"') == 2
    before = TestCase.objects.get(pk=case.pk).version
    client.post(address, {**data, "etag": page.context["etag"]})
    assert TestCase.objects.get(pk=case.pk).version == before


def test_bad_ids_in_the_form_are_refused_beside_the_steps(project, case, signed_in, tester):
    client, address = signed_in(tester), url("case_update", project, case.test_id)
    unknown = "0199aaaa-0000-7000-8000-000000000001"
    for row in (("x", "", "nothing"), ("x", "", unknown), ("", "99999", ""), ("", "x", "")):
        seen = client.get(address).context["etag"]
        assert client.post(address, {**FORM, "etag": seen, **posted(row)}).status_code == 422
    assert case.steps.count() == 4


# -- who may
def test_viewers_write_nothing_and_strangers_see_nothing(project, shared, case, signed_in, viewer, stranger):
    client = signed_in(viewer)
    assert client.get(url("shared_steps_create", project)).status_code == 403
    assert client.post(url("shared_steps_update", project, shared.pk), {"title": "x"}).status_code == 403
    assert client.get(url("case_share", project, case.test_id)).status_code == 403
    client = signed_in(stranger)
    for name in ("shared_steps_detail", "shared_steps_update", "shared_steps_delete"):
        assert client.get(url(name, project, shared.pk)).status_code == 404


def test_shared_steps_of_another_project_are_not_there(project, other_project, stranger, signed_in, tester):
    foreign = create_shared_steps(actor=stranger, project=other_project, title="Foreign", steps=SIGN_IN)
    client = signed_in(tester)
    assert client.get(url("shared_steps_detail", project, foreign.pk)).status_code == 404
    assert "Foreign" not in text(client.get(url("shared_steps_choices", project)))
