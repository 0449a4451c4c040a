"""Reports that say in which configuration their tests ran."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from accounts.tests.factories import ProjectFactory
from qaportal.kit.errors import InvalidInput
from runs.choices import ImportState
from runs.models import ReportImport, Result, TestRun
from runs.services import imports, taking_in
from runs.services.configurations import create_configuration, delete_configuration
from runs.services.import_preview import preview_import
from runs.services.reading_again import read_again
from runs.services.undoing import undo_import
from runs.tests.factories import make_run
from runs.tests.reports import junit, uploaded

pytestmark = pytest.mark.django_db
VALUES = [{"name": "Browser", "value": "Firefox"}, {"name": "System", "value": "Windows 11"}]
GENERAL, JUNIT, PAGE = "/api/v1/reports/import", "/api/junit/import", "/p/PAY/runs/upload/"


@pytest.fixture
def firefox(project, lead):
    return create_configuration(actor=lead, project=project, name="Firefox on Windows", values=VALUES)


@pytest.fixture
def chrome(project, lead):
    return create_configuration(actor=lead, project=project, name="Chrome", values=[])


@pytest.fixture
def foreign(other_project):
    return create_configuration(actor=None, project=other_project, name="Safari", values=[])


def start(actor, project, **options):
    stream = io.BytesIO(junit("pays"))
    return imports.start_import(actor=actor, project=project, stream=stream, file_name="report.xml", **options)


def take_in(actor, project, **options):
    return taking_in.run_import(import_id=start(actor, project, **options)[0].pk)


def refused_fields(error) -> list[str]:
    return list(error.value.fields)


def test_the_run_of_a_report_is_executed_in_the_configuration_that_came_with_it(project, tester, firefox, chrome):
    done = take_in(tester, project, configuration=firefox)
    assert done.run.configuration == firefox
    assert start(tester, project, configuration=firefox) == (done, True)
    other = take_in(tester, project, configuration=chrome)
    assert (other.run.configuration, other.duplicate_of) == (chrome, None)
    assert take_in(tester, project).run.configuration is None
    assert Result.objects.count() == 3


def test_reading_a_report_again_knows_its_configuration_even_when_it_was_deleted(project, tester, lead, firefox):
    undone = undo_import(actor=tester, report_import=take_in(tester, project, configuration=firefox))
    delete_configuration(actor=lead, configuration=firefox)
    again = taking_in.run_import(import_id=read_again(actor=tester, report_import=undone).pk)
    assert (again.state, again.run.configuration) == (ImportState.DONE, firefox)


def test_reading_again_into_a_run_whose_configuration_was_changed_is_refused_in_words(
    signed_in, api, project, tester, firefox, chrome
):
    run = make_run(project, configuration=firefox)
    undone = undo_import(actor=tester, report_import=take_in(tester, project, run=run, configuration=firefox))
    TestRun.objects.filter(pk=run.pk).update(configuration=chrome)
    shown = signed_in(tester).post(f"{undone.get_absolute_url()}again/", follow=True)
    assert (shown.status_code, "another configuration" in shown.content.decode()) == (200, True)
    answer = api(tester).post(f"/api/v1/reports/imports/{undone.pk}/replay")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["configuration_id"])


def test_an_import_that_was_asked_for_before_configurations_were_is_still_read(project, tester):
    waiting, _known = start(tester, project)
    del waiting.request["configuration_id"]
    waiting.save()
    assert taking_in.run_import(import_id=waiting.pk).state == ImportState.DONE


def test_no_report_goes_into_a_run_of_another_configuration(project, tester, firefox, chrome, foreign):
    run = make_run(project, configuration=firefox)
    take_in(tester, project, run=run, configuration=firefox)
    queued, _known = start(tester, project, external_id="build-7", configuration=chrome)
    take_in(tester, project, external_id="build-7", configuration=firefox)
    for asked in ({"run": run, "configuration": chrome}, {"external_id": "build-7", "configuration": chrome}):
        with pytest.raises(InvalidInput, match="another configuration") as refused:
            start(tester, project, **asked)
        assert refused_fields(refused) == ["configuration_id"]
        with pytest.raises(InvalidInput, match="another configuration"):
            preview_import(actor=tester, project=project, stream=io.BytesIO(junit("x")), file_name="x.xml", **asked)
    late = taking_in.run_import(import_id=queued.pk)
    assert late.state == ImportState.FAILED
    assert "another configuration" in late.error
    with pytest.raises(InvalidInput, match="no such configuration") as refused:
        start(tester, project, configuration=foreign)
    assert refused_fields(refused) == ["configuration_id"]
    assert Result.objects.count() == 2


@pytest.mark.parametrize("address", [GENERAL, JUNIT])
def test_the_api_takes_a_configuration_by_id_or_name(api, tester, project, firefox, foreign, run_jobs, address):
    client = api(tester)
    names = [firefox.pk, "firefox on WINDOWS"]
    for number, given in enumerate(names):
        field = "configurationId" if number else "configuration_id"
        sent = {"file": uploaded(junit(f"pays {number}")), field: given}
        assert client.post(address, sent, format="multipart").status_code == 202
    body = junit("the body")
    raw = f"{address}?configurationId={firefox.pk}"
    assert client.generic("POST", raw, body, content_type="application/xml").status_code == 202
    run_jobs()
    assert [run.configuration for run in TestRun.objects.all()] == [firefox] * 3
    for given in ("Safari", foreign.pk, "9" * 30):
        for dry in ("false", "true"):
            sent = {"file": uploaded(junit("x")), "configurationId": given, "dryRun": dry}
            answer = client.post(address, sent, format="multipart")
            assert answer.status_code == 422
            assert answer.json()["error"]["details"]["field"] == "configurationId"
            assert answer.json()["error"]["message"].startswith("configurationId: There is no such configuration")
    dry = {"file": uploaded(junit("x")), "configurationId": firefox.pk, "dryRun": "true"}
    assert client.post(address, dry, format="multipart").status_code == 200
    assert ReportImport.objects.count() == 3


def test_the_upload_page_offers_the_configurations_of_the_project(
    signed_in, tester, project, firefox, chrome, foreign, run_jobs
):
    client = signed_in(tester)
    page = client.get(f"{PAGE}?configuration={firefox.pk}").content.decode()
    assert f'<option value="{firefox.pk}" selected>Firefox on Windows (Windows 11)</option>' in page
    assert "Safari" not in page
    sent = client.post(PAGE, {"report": uploaded(junit("pays")), "configuration": firefox.pk})
    run_jobs()
    run = TestRun.objects.get()
    assert run.configuration == firefox
    assert "Firefox on Windows (Windows 11)" in client.get(sent.url).content.decode()
    assert "Firefox on Windows" in client.get(run.get_absolute_url()).content.decode()
    for wrong in ({"configuration": foreign.pk}, {"configuration": chrome.pk, "run": run.pk}):
        for dry in ({}, {"dry_run": "on"}):
            refused = client.post(PAGE, {"report": uploaded(junit("x")), **wrong, **dry})
            assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["configuration"])
    TestRun.objects.update(external_id="build-7")
    sent = {"report": uploaded(junit("x")), "external_id": "build-7", "configuration": chrome.pk}
    refused = client.post(PAGE, sent)
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["configuration"])
    assert ReportImport.objects.count() == 1


def test_a_report_that_could_not_be_read_is_sent_again_for_the_same_configuration(
    signed_in, tester, project, firefox, run_jobs
):
    client = signed_in(tester)
    sent = client.post(PAGE, {"report": uploaded(b"<html/>"), "configuration": firefox.pk})
    run_jobs()
    assert f"configuration={firefox.pk}" in client.get(sent.url).content.decode()


def test_the_command_takes_a_configuration_and_refuses_one_that_is_not_there(
    tmp_path, project, admin, firefox, foreign, capsys
):
    ProjectFactory(tenant=project.tenant)
    report = tmp_path / "report.xml"
    report.write_bytes(junit("pays"))
    named = [str(report), "--project", "PAY", "--configuration"]
    call_command("import_results", *named, "firefox on windows", "--json")
    assert json.loads(capsys.readouterr().out)[0]["run"] == TestRun.objects.get(configuration=firefox).number
    for extra in ([], ["--dry-run"]):
        with pytest.raises(CommandError, match="no configuration Safari"):
            call_command("import_results", *named, "Safari", *extra)
    call_command("import_results", *named, str(firefox.pk), "--dry-run")
    assert ReportImport.objects.count() == 1
