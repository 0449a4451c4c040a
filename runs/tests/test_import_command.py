"""Reports taken in from the command line."""

import importlib.util
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError

from accounts.tests.factories import ProjectFactory
from catalog.models import TestCase
from releases.tests.factories import ReleaseFactory
from runs.management.commands.import_results import Command
from runs.models import ReportImport, Result, TestRun
from runs.tests.reports import BAD, junit

EXAMPLES = Path(settings.BASE_DIR) / "examples"


@pytest.fixture
def report(tmp_path):
    path = tmp_path / "report.xml"
    path.write_bytes(junit("pays", ("refunds", "failed"), ("exports", "skipped")))
    return path


def run(*arguments: object) -> tuple[list, int]:
    """The JSON answer and the exit code."""
    out = io.StringIO()
    code = 0
    try:
        call_command("import_results", *[str(each) for each in arguments], "--json", stdout=out)
    except SystemExit as end:
        code = end.code
    return json.loads(out.getvalue()), code


def test_a_dry_run_tells_exactly_what_is_in_each_file(report):
    answers, code = run(report, "--dry-run")
    counts = {"tests": 3, "passed": 1, "failed": 1, "errors": 0, "skipped": 1, "flaky": 0}
    told = {"repaired": False, "refused": [], "warnings": []}
    assert answers == [{"file": str(report), "format": "junit", **counts, **told}]
    assert code == 0


def test_a_dry_run_needs_neither_project_nor_database(report):
    environment = {**os.environ, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing"}
    command = [sys.executable, "manage.py", "import_results", str(report), "--dry-run", "--json"]
    ended = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)[0]["tests"] == 3


@pytest.mark.parametrize("name", sorted(BAD))
def test_a_file_that_cannot_be_read_has_its_reason_and_does_not_stop_the_others(tmp_path, report, name):
    content, words = BAD[name]
    bad = tmp_path / "bad.xml"
    bad.write_bytes(content)
    answers, code = run(bad, report, "--dry-run")
    assert answers[0].keys() == {"file", "error"}
    assert words in answers[0]["error"]
    assert (answers[1]["tests"], code) == (3, 1)


def test_an_empty_folder_a_missing_and_an_empty_file_have_their_reasons(tmp_path):
    empty, folder = tmp_path / "empty.xml", tmp_path / "target"
    empty.touch()
    folder.mkdir()
    answers, code = run(folder, tmp_path / "missing.xml", empty, "--dry-run")
    assert [answer["error"] for answer in answers] == [
        "The upload holds no test report.",
        "There is no such file.",
        "The file is empty.",
    ]
    assert code == 1


@pytest.mark.django_db
def test_a_folder_is_taken_in_like_a_zip_of_what_lies_in_it(tmp_path, project, admin, run_jobs):
    folder = tmp_path / "reports"
    (folder / "shots").mkdir(parents=True)
    (folder / "shots" / "pays.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(256))
    named = b"<system-out>[[ATTACHMENT|shots/pays.png]]</system-out></testcase>"
    (folder / "a.xml").write_bytes(junit("pays").replace(b"</testcase>", named))
    (folder / "b.xml").write_bytes(junit("refunds"))
    (folder / "cut.xml").write_bytes(junit("pays")[:-30])
    (folder / "away.xml").symlink_to("/etc/hostname")
    (looked_at,), _code = run(folder, "--dry-run")
    answers, code = run(folder, "--project", "PAY")
    run_jobs()
    assert (code, answers[0]["tests"], looked_at["tests"], TestRun.objects.get().name) == (0, 2, 2, "reports")
    assert answers[0]["refused"] == looked_at["refused"]
    assert answers[0]["refused"][0].startswith("cut.xml: The file ends in the middle")
    told = {part["name"]: part["state"] for part in ReportImport.objects.get().parts}
    assert told == {"a.xml": "stored", "b.xml": "stored", "cut.xml": "refused", "shots/pays.png": "attached"}
    (folder / "a.xml").touch()
    assert run(folder, "--project", "PAY")[0][0]["duplicate"]


@pytest.mark.django_db
def test_a_text_that_is_too_long_is_refused_by_its_name(report, project, admin):
    answers, code = run(report, "--project", "PAY", "--external-id", "x" * 201)
    assert (answers[0]["error"], code) == ("external_id: At most 200 characters.", 1)
    assert not ReportImport.objects.exists()


def test_without_json_a_table_is_read(report, tmp_path, capsys):
    with pytest.raises(SystemExit):
        call_command("import_results", str(report), str(tmp_path / "missing.xml"), "--dry-run")
    told = capsys.readouterr()
    assert told.out.splitlines()[0].split() == ["file", "tests", "passed", "failed", "errors", "skipped", "flaky"]
    assert told.out.splitlines()[1].split() == [str(report), "3", "1", "1", "0", "1", "0"]
    assert "There is no such file" in told.err


@pytest.mark.django_db
def test_what_was_left_out_is_told_with_its_reason(tmp_path, project, admin, capsys):
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.xml", '<testsuite timestamp="2026-01-01"><testcase name="a" time="-1"/></testsuite>')
        archive.writestr("cut.xml", "<testsuite>")
    for where in (["--dry-run"], ["--project", "PAY"]):
        ((answer,), code) = run(path, *where)
        assert (answer["tests"], code) == (1, 0)
        assert [reason.partition(":")[0] for reason in answer["refused"]] == ["cut.xml"]
        assert [text.partition(" ")[2].split()[0] for text in answer["warnings"]] == ["Times", "Durations"]
    call_command("import_results", str(path), "--dry-run")
    assert "such as “-1”" in capsys.readouterr().err


@pytest.mark.django_db
def test_a_name_that_is_no_text_and_words_that_are_too_long_stop_nothing(tmp_path, report, project, admin):
    odd = tmp_path / os.fsdecode(b"caf\xe9.xml")
    odd.write_bytes(junit("a"))
    answers, code = run(odd, report, "--project", "PAY")
    assert (code, [answer["tests"] for answer in answers]) == (0, [1, 3])
    assert ReportImport.objects.first().file_name == "caf\ufffd.xml"
    for option, field in (("--build", "build"), ("--run-name", "run_name")):
        for words in ("x" * 400, os.fsdecode(b"\xe9")):
            answers, code = run(report, "--project", "PAY", option, words)
            assert (code, answers[0]["error"].partition(":")[0]) == (1, field)


def test_a_report_can_come_from_standard_input(monkeypatch):
    class Input:
        buffer = io.BytesIO(junit("pays"))

    monkeypatch.setattr(sys, "stdin", Input)
    assert run("-", "--dry-run")[0][0]["tests"] == 1


@pytest.mark.django_db
def test_reports_are_stored_without_a_running_portal(report, project, admin, run_jobs):
    release = ReleaseFactory(project=project, version="4.18.0")
    options = ["--run-name", "Nightly", "--environment", "eu", "--build", "b1", "--branch", "main"]
    answers, code = run(report, "--project", "pay", "--release", "4.18.0", *options)
    stored = TestRun.objects.get()
    assert (code, answers[0]["run"], answers[0]["tests"], answers[0]["duplicate"]) == (0, stored.number, 3, False)
    assert (stored.name, stored.environment, stored.build, stored.branch) == ("Nightly", "eu", "b1", "main")
    assert (stored.release, ReportImport.objects.get().created_by) == (release, admin)
    run_jobs()
    assert Result.objects.count() == 3


@pytest.mark.django_db
def test_the_same_file_again_adds_nothing_and_says_so(report, project, admin):
    run(report, "--project", "PAY")
    answers, code = run(report, "--project", "PAY")
    assert (code, answers[0]["duplicate"], answers[0]["tests"]) == (0, True, 3)
    assert Result.objects.count() == 3


@pytest.mark.django_db
def test_files_with_one_external_id_share_a_run(report, project, admin):
    run(report, EXAMPLES / "jest/report.xml", "--project", "PAY", "--external-id", "build-7")
    assert TestRun.objects.get().total == 13


@pytest.mark.django_db
def test_cases_are_created_when_asked(report, project, admin):
    answers, _code = run(report, "--project", "PAY", "--create-cases")
    assert (answers[0]["created"], TestCase.objects.count()) == (3, 3)


@pytest.mark.django_db
def test_a_file_that_is_refused_while_it_is_stored_has_its_reason(tmp_path, report, project, admin):
    bad = tmp_path / "bad.xml"
    bad.write_bytes(b"<html/>")
    answers, code = run(bad, report, "--project", "PAY")
    assert "web page" in answers[0]["error"]
    assert (answers[1]["tests"], code) == (3, 1)
    assert TestRun.objects.count() == 1


@pytest.mark.django_db
def test_the_person_who_acts_can_be_named_and_has_to_be_allowed(report, project, admin, tester, viewer):
    run(report, "--project", "PAY", "--user", tester.email.upper())
    assert ReportImport.objects.get().created_by == tester
    answers, code = run(EXAMPLES / "jest/report.xml", "--project", "PAY", "--user", viewer.email)
    assert "may not upload" in answers[0]["error"]
    assert code == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "Name the project with --project"),
        (["--project", "NONE"], "There is no project NONE"),
        (["--project", "PAY", "--tenant", "rival"], "There is no project PAY in the tenant rival"),
        (["--project", "PAY", "--release", "9.9"], "The project has no release 9.9"),
        (["--project", "PAY", "--user", "nobody@example.com"], "Nobody active has the address"),
    ],
)
def test_options_that_do_not_fit_are_said(report, project, admin, options, words):
    with pytest.raises(CommandError, match=words):
        run(report, *options)


@pytest.mark.django_db
def test_a_key_that_two_tenants_use_asks_for_the_tenant(report, project, admin, other_tenant):
    ProjectFactory(tenant=other_tenant, key="PAY")
    with pytest.raises(CommandError, match="rival, tessarin"):
        run(report, "--project", "PAY")
    assert run(report, "--project", "PAY", "--tenant", "tessarin")[1] == 0


@pytest.mark.django_db
def test_a_tenant_without_an_administrator_asks_who_acts(report, project):
    with pytest.raises(CommandError, match="--user"):
        run(report, "--project", "PAY")


def test_a_database_that_does_not_answer_is_told_in_one_line(report, monkeypatch):
    def away(*arguments):
        raise OperationalError("connection refused\nIs the server running?")

    monkeypatch.setattr(Command, "project", away)
    with pytest.raises(CommandError, match=r"^The database does not answer: connection refused$"):
        call_command("import_results", str(report), "--project", "PAY")


def test_a_dry_run_starts_the_database_only_to_look_names_up():
    spec = importlib.util.spec_from_file_location("portal_manage", Path(settings.BASE_DIR) / "manage.py")
    manage = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(manage)
    dry = ["import_results", "report.xml", "--dry-run"]
    assert not manage.needs_database(dry)
    assert not manage.needs_database([*dry, "--project", "PAY"])
    assert manage.needs_database([*dry, "--project=PAY", "--configuration", "Firefox"])
    assert manage.needs_database(["import_results", "report.xml", "--project", "PAY"])
