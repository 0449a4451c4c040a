"""The migration that marks files of results that something else named before files could be marked as shared."""

from importlib import import_module

import pytest

from catalog.services.cases import CaseDraft, create_cases
from files.models import StoredFile
from issues.services.issues import update_issue
from issues.tests.factories import make_issue
from runs.services.expiring import apply_terms
from runs.tests.factories import evidence_of
from runs.tests.test_retention import failed_run, in_days, terms

migration = import_module("issues.migrations.0002_mark_shared_files")


@pytest.mark.django_db
def test_files_of_results_that_texts_name_outlive_their_results(project, tester, lead, monkeypatch):
    monkeypatch.setattr(migration, "AT_A_TIME", 1)
    run, first = failed_run(project, tester)
    of_issue, of_case, of_nothing = (first, *(evidence_of(run, tester, words) for words in ("case", "nothing")))
    names = [f"![seen](/p/{project.key}/files/{each['artifact'].file_id}/)" for each in (of_issue, of_case)]
    for place in range(3):
        issue = make_issue(project, description=names[0] if place == 1 else "Names no file")
        update_issue(actor=lead, issue=issue, status="closed")
    create_cases(
        actor=lead, project=project, drafts=[CaseDraft(title="Pays"), CaseDraft(title="S", description=names[1])]
    )
    StoredFile.objects.update(is_shared=False)
    for _repeated in range(2):
        migration.mark_shared_files()
    shared = {each["artifact"].file_id for each in (of_issue, of_case)}
    assert set(StoredFile.objects.filter(is_shared=True).values_list("pk", flat=True)) == shared
    terms(project)
    apply_terms(project=project, now=in_days())
    claimed = dict(StoredFile.objects.values_list("pk", "claimed_at"))
    assert all(claimed[pk] for pk in shared)
    assert claimed[of_nothing["artifact"].file_id] is None
