"""What would go by terms, and what a project takes on disk."""

import pytest
from django.db import connection

from files.models import StoredFile
from runs.models import RetentionTerms
from runs.retention import Limits
from runs.retention_figures import disk_use_of, preview_of
from runs.services.expiring import apply_terms
from runs.services.retention import pin_run
from runs.tests.test_retention import failed_run, imported, in_days

pytestmark = pytest.mark.django_db


def test_the_preview_tells_what_the_night_then_removes(project, tester):
    failed_run(project, tester)
    imported(project, tester)
    pinned, _more = failed_run(project, tester, words="pinned")
    pin_run(actor=tester, run=pinned)
    limits = Limits.of(30, 10, now=in_days())
    told = preview_of(project, limits)
    RetentionTerms.objects.create(project=project, results_days=30, artifacts_days=10)
    counts = apply_terms(project=project, now=in_days()).counts
    evidence = counts["steps"] + counts["checkpoints"] + counts["log_entries"]
    assert (told.runs, told.tests, told.results, told.evidence) == (
        *(counts[name] for name in ("runs", "tests", "results")),
        evidence,
    )
    assert (told.artifacts, told.reports, told.kept) == (1, 1, ["1 pinned run"])
    assert told.file_bytes == counts["file_bytes"]
    assert told.row_bytes > 0


def test_the_preview_counts_nothing_that_is_kept_for_ever(project, tester):
    failed_run(project, tester)
    assert preview_of(project, Limits.of(None, None)).is_empty
    assert preview_of(project, Limits.of(30, None)).is_empty


def test_disk_use_is_told_by_kind_and_counts_the_same_bytes_once(project, tester):
    _run, evidence = failed_run(project, tester)
    StoredFile.objects.create(
        project=project, tenant=project.tenant, path=evidence["artifact"].file.path, size=evidence["artifact"].file.size
    )
    imported(project, tester)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE runs_runcase")
    artifacts, reports, attachments, rows = disk_use_of(project)
    assert (artifacts.number, artifacts.size) == (1, evidence["artifact"].file.size)
    assert reports.number == 1
    assert attachments.number == 0
    assert rows.size > 0
