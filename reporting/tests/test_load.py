from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Project
from catalog.models import CaseActivity, FolderCount, TestCase, TestCaseVersion
from catalog.services.cases import create_case
from reporting.load.texts import RARE, Writer


def test_cases_come_with_ids_versions_counts_and_results(db):
    call_command("generate_load", cases=60, results=40, project="many", stdout=StringIO())
    project = Project.objects.get(key="MANY")
    cases = TestCase.objects.in_project(project)
    assert cases.count() == TestCaseVersion.objects.filter(project=project).count() == 60
    assert FolderCount.objects.in_project(project).total() == 60
    assert CaseActivity.objects.in_project(project).count() == 40
    assert [case.title.split()[-1] for case in cases.matching(RARE)] == ["7"]
    last = cases.filter(tag="ui").order_by("-pk").first()
    following = create_case(actor=None, project=project, title="Next", tag="ui")
    assert int(following.test_id.split("_")[2]) > int(last.test_id.split("_")[2])


def test_a_database_of_others_is_left_alone_unless_told(project):
    with pytest.raises(CommandError, match="other companies"):
        call_command("generate_load", cases=1)
    call_command("generate_load", cases=1, beside_other_data=True, stdout=StringIO())
    assert TestCase.objects.filter(project__key="LOAD").count() == 1
    assert not TestCase.objects.filter(project=project).exists()


def test_the_same_seed_writes_the_same_cases():
    assert [Writer(3).case(number) for number in range(5)] == [Writer(3).case(number) for number in range(5)]
