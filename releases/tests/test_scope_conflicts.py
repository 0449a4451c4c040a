"""Two people at the scope of one release."""

import pytest

from catalog.tests.factories import TestCaseFactory
from qaportal.kit.concurrency import etag
from qaportal.kit.errors import VersionConflict
from releases.models import ReleaseCase
from releases.services.scope import remove_cases
from releases.tests.factories import ReleaseCaseFactory, ReleaseFactory

pytestmark = pytest.mark.django_db


def test_a_case_is_not_taken_out_of_the_scope_by_somebody_who_saw_an_older_verdict(project, lead):
    release = ReleaseFactory(project=project)
    row = ReleaseCaseFactory(release=release, case=TestCaseFactory(project=project))
    seen = etag(row)
    row.execution_status = "failed"
    row.save()
    with pytest.raises(VersionConflict):
        remove_cases(actor=lead, release=release, case_ids=[row.case_id], if_match=seen)
    assert remove_cases(actor=lead, release=release, case_ids=[row.case_id], if_match=etag(row)) == 1
    assert not ReleaseCase.objects.exists()
