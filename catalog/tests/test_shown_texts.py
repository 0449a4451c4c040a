"""Texts of cases in Markdown: read on pages, looked at before saving, with pictures that are kept."""

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from catalog.models import TestCase
from catalog.services.cases import create_case, update_case
from catalog.tests.pages import text, url
from catalog.tests.test_case_forms import FORM, steps
from files.models import StoredFile
from files.services import store
from files.sweep import remove_unclaimed

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


@pytest.fixture
def picture(project, tester):
    return store(actor=tester, project=project, stream=io.BytesIO(PNG), name="basket.png")


def address_of(stored):
    return reverse("files:download", args=[stored.project.key, stored.pk])


def test_texts_of_a_case_are_read_in_markdown_and_run_nothing(project, signed_in, tester):
    hostile = "**bold** <script>alert(1)</script> [x](javascript:alert(1))"
    case = create_case(
        actor=tester,
        project=project,
        title="Pay",
        description=hostile,
        preconditions=hostile,
        expected_result=hostile,
        test_data=hostile,
        steps=[{"action": hostile, "expected": hostile, "data": hostile}],
    )
    page = text(signed_in(tester).get(case.get_absolute_url(), {"full": "1"}))
    assert page.count("<strong>bold</strong> &lt;script&gt;") == 7
    assert "<script>alert" not in page
    assert 'href="javascript' not in page


def test_texts_are_looked_at_before_they_are_saved(project, signed_in, viewer):
    answer = signed_in(viewer).post(url("text_preview", project), {"text": ["**a**", "", "<b>c</b>"]})
    assert answer.status_code == 200
    shown = text(answer)
    assert shown.count("data-text") == 3
    assert "<strong>a</strong>" in shown
    assert "&lt;b&gt;c&lt;/b&gt;" in shown


def test_a_text_of_five_megabytes_is_refused(project, tester, signed_in):
    data = {**FORM, "description": "# a\n" * 1_250_000, **steps(("Pay", "", ""))}
    response = signed_in(tester).post(url("case_create", project), data)
    assert response.status_code == 422
    assert "at most 50000 characters" in text(response)
    assert not TestCase.objects.exists()


def test_what_is_uploaded_for_a_text_is_told_by_its_bytes(project, signed_in, tester):
    upload = io.BytesIO(b"<svg onload='alert(1)'></svg>")
    upload.name = "picture.png"
    answer = signed_in(tester).post(reverse("files:upload", args=[project.key]), {"file": upload})
    assert answer.json()["content_type"] == "text/plain"
    assert answer.json()["url"] == address_of(StoredFile.objects.get())


@pytest.mark.parametrize("place", ["description", "step"])
def test_saving_keeps_the_pictures_that_the_texts_show(place, project, tester, picture):
    shown = f"![basket]({address_of(picture)})"
    fields = {"description": shown} if place == "description" else {"steps": [{"action": "Look", "expected": shown}]}
    case = create_case(actor=tester, project=project, title="Pay", **fields)
    assert StoredFile.objects.get().claimed_at
    update_case(actor=tester, case=case, description="", steps=[])
    assert remove_unclaimed(now=timezone.now() + timedelta(days=2)) == 0


def test_a_picture_that_an_edit_shows_is_kept_and_one_that_nobody_shows_is_swept(project, tester, picture):
    other = store(actor=tester, project=project, stream=io.BytesIO(PNG + b"1"), name="other.png")
    case = create_case(actor=tester, project=project, title="Pay")
    update_case(actor=tester, case=case, test_data=f"![basket]({address_of(picture)})")
    assert remove_unclaimed(now=timezone.now() + timedelta(days=2)) == 1
    assert not StoredFile.objects.filter(pk=other.pk).exists()


def test_naming_a_file_of_another_project_keeps_nothing(project, other_project, tester, stranger):
    foreign = store(actor=stranger, project=other_project, stream=io.BytesIO(PNG), name="basket.png")
    create_case(actor=tester, project=project, title="Pay", description=f"![x]({address_of(foreign)})")
    foreign.refresh_from_db()
    assert foreign.claimed_at is None
