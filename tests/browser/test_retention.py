"""A quality manager says how long results are kept, and sees what that means before saving it."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from runs.models import Result, RetentionTerms, RunCase, TestRun
from runs.partitions import lower_bound
from runs.services.expiring import apply_terms
from runs.tests.factories import make_run, record, reported

pytestmark = pytest.mark.django_db(transaction=True)


def old_run(project, name):
    """A run of long ago."""
    long_ago = timezone.now().replace(year=timezone.now().year - 1)
    run = make_run(project, name=name)
    record(run, reported("pays"))
    TestRun.objects.filter(pk=run.pk).update(created_at=long_ago)
    RunCase.objects.filter(run=run).update(last_result_id=lower_bound(long_ago))
    return run


def test_old_runs_go_and_pinned_ones_stay(portal, signed_in_page, lead):
    going, pinned = old_run(portal.project, "Forgotten night"), old_run(portal.project, "Night of the release")
    page = signed_in_page(lead)
    page.goto(portal.address(f"~/runs/{pinned.number}/"))
    page.get_by_label("More: edit, finish, delete").click()
    page.get_by_role("button", name="Pin, to keep it for ever").click()
    expect(page.get_by_text("pinned", exact=True)).to_be_visible()

    page.get_by_role("link", name="Retention").click()
    page.get_by_label("Keep results for").fill("90")
    preview = page.locator("#preview")
    expect(preview.get_by_text("with 1 test", exact=True)).to_be_visible()
    expect(preview.get_by_text("1 pinned run")).to_be_visible()
    page.get_by_label("Keep files of results").fill("120")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Files go with their results: at most 90 days.")).to_be_visible()
    page.get_by_label("Keep files of results").fill("30")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The coming night acts on them")).to_be_visible()
    assert RetentionTerms.objects.get(project=portal.project).results_days == 90
    page.get_by_label("Close a silent run after").fill("0.5")
    page.get_by_role("button", name="Save the hours").click()
    expect(page.get_by_text("The hours of silence are saved.")).to_be_visible()
    expect(page.get_by_label("Close a silent run after")).to_have_value("0.5")

    apply_terms(project=portal.project)
    assert not Result.objects.filter(run=going).exists()
    page.get_by_role("link", name="Runs").first.click()
    expect(page.get_by_role("link", name="Night of the release")).to_be_visible()
    expect(page.get_by_role("link", name="Forgotten night")).to_have_count(0)
