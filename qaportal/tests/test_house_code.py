"""Rules of the code that no linter knows; the tree that git tracks is walked."""

import ast
import importlib
import inspect
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("accounts", "files", "catalog", "releases", "runs", "issues", "reporting", "operations", "qaportal")
LONGEST_FILE = 400
BANNED_NAMES = {"utils", "helpers", "common", "mixins", "misc"}
BINARY = {".woff2", ".png", ".ico", ".jpg", ".gz"}


def tracked(*endings: str) -> Iterator[Path]:
    """The files of the project with these endings; without git, all that is not hidden or installed."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
        names = [Path(name) for name in listed.stdout.decode().split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        names = [path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file()]
    for name in names:
        is_ours = not name.parts[0].startswith(".") and "__pycache__" not in name.parts and name.parts[0] != "var"
        if is_ours and (not endings or name.suffix in endings) and (ROOT / name).is_file():
            yield name


def text_of(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


CODE = [
    path for path in tracked(".py") if path.parts[0] in {*APPS, "script", "benchmarks", "tests"} or len(path.parts) == 1
]
TEMPLATES = [path for path in tracked(".html") if "templates" in path.parts]
SCRIPTS = [path for path in tracked(".js") if path.parts[:2] == ("static", "js")]


def test_no_file_is_longer_than_it_can_be_read():
    lengths = {str(path): len(text_of(path).splitlines()) for path in CODE if "migrations" not in path.parts}
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_no_module_is_called_after_nothing():
    assert [str(path) for path in CODE if BANNED_NAMES & {path.stem, *path.parts}] == []


def test_every_app_uses_the_same_names_for_its_files():
    known = {
        "__init__", "admin", "apps", "audit", "choices", "filters", "forms", "jobs", "models", "policies", "querysets",
        "search", "services", "tables", "urls", "views",
    }  # fmt: skip
    for app in APPS[:-1]:
        present = {path.stem for path in CODE if path.parts[0] == app and len(path.parts) == 2}
        assert {"__init__", "apps"} <= present, app
        assert present & known, app


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"\shx-on[:=]", "the Content-Security-Policy kills handlers in attributes"),
        (r"[\"'\s{,:]js:", "the Content-Security-Policy kills js: values"),
        (r"hx-trigger=(?:\"[^\"]*\[|'[^']*\[)", "the Content-Security-Policy kills trigger filters"),
        (r"<script(?![^>]*\ssrc=)(?![^>]*type=\"application/json\")", "scripts are files"),
        (r"<style\b", "styles are files"),
        (r"\sstyle=", "styles are classes"),
        (r"\son(?:click|load|change|submit|input|error|key\w+|mouse\w+)=", "handlers are in files"),
        (r"href=[\"']javascript:", "links are addresses"),
        (r"\|\s*safe\b", "marks user input as harmless"),
        (r"\{%\s*autoescape off", "only texts for mail are not escaped"),
        (r"(?:src|href)=[\"'](?:https?:)?//", "nothing comes from another origin"),
    ],
)
def test_templates_keep_to_the_policy(pattern, why):
    found = [str(path) for path in TEMPLATES if re.search(pattern, text_of(path), re.IGNORECASE)]
    assert found == [], why


def test_scripts_run_no_text():
    pattern = re.compile(r"\beval\(|new Function\(|insertAdjacentHTML|\.outerHTML\s*=|document\.write")
    assert [str(path) for path in SCRIPTS if pattern.search(text_of(path))] == []


DRAWING = {"qaportal/kit/drawing.py", "qaportal/kit/charts.py", "qaportal/kit/templatetags/ui.py"}


def unescaped_in(path: Path) -> list[int]:
    """The lines that mark something else than a fixed text as safe."""
    calls = [node for node in ast.walk(ast.parse(text_of(path))) if isinstance(node, ast.Call)]
    marking = {"mark_safe", "SafeString", "SafeText", "SafeData"}
    return [
        call.lineno
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id in marking and not isinstance(call.args[0], ast.Constant)
    ]


def test_only_what_draws_marks_text_as_safe():
    assert {str(path) for path in CODE if "tests" not in path.parts and unescaped_in(path)} <= DRAWING


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"(?<![\w.])/(?:work|home|root|Users)/", "a path of one machine"),
        (r"(?<![\w.])/tmp/(?!qaportal)", "a path of one machine"),
        (
            r"\b(?:pypi|registry|mirror|artifactory|nexus)\.[\w.-]*(?:internal|local|corp|lan)\b",
            "a host of one network",
        ),
        (r"(?i)\bspec(?:ification)?\s*0\d\d\b", "a number of a document that nobody else has"),
        (r"\b0(?:00|01|02|03|04)_[0-9a-f]{8,}", "a file that nobody else has"),
        (r"\b(?:TODO|FIXME|XXX)\b(?!_)", "unfinished work"),
    ],
)
def test_files_tell_nothing_of_where_they_were_written(pattern, why):
    exempt = {Path("static/vendor"), Path("runs/tests/importers/fixtures"), Path("examples")}
    found = []
    for path in tracked():
        if path.suffix in BINARY or exempt & set(path.parents) or path == Path("qaportal/tests/test_house_code.py"):
            continue
        try:
            text = text_of(path)
        except UnicodeDecodeError:
            continue
        found += [f"{path}:{match.group(0)}" for match in re.finditer(pattern, text)]
    assert found == [], why


WITHOUT_ACTOR = {
    "accounts.services.attempts": "nobody is signed in yet",
    "accounts.services.bootstrap": "prepares an installation in which nobody is yet",
    "accounts.services.seals": "run by a job over what was written: nobody acts",
    "accounts.services.tokens": "signing in and out: the person of the token is the actor",
    "accounts.services.identity_providers.record_refusal": "somebody who was not let in",
    "accounts.services.notices.send_security_notice": "called by a job for the person himself",
    "accounts.services.notices.send_former_address_notice": "called by a job for the person himself",
    "accounts.services.passwords.send_reset_mail": "called by a job for the person himself",
    "accounts.services.passwords.reset_url": "makes an address, changes nothing",
    "accounts.services.passwords.record_password_change": "the person himself",
    "accounts.services.sign_ins.remove_dead_sessions": "called by a job every night",
    "accounts.services.passwords.reset_password": "the person himself, whom the link names",
    "accounts.services.api_tokens.note_use": "notes that the token itself was used",
    "accounts.services.api_tokens.find_by_secret": "reads",
    "accounts.services.invitations.accept_invitation": "the invited person, whom it makes",
    "accounts.services.invitations.invitation_url": "makes an address, changes nothing",
    "accounts.services.invitations.find_by_link": "reads",
    "accounts.services.invitations.send_invitation_mail": "called by a job for the invited person",
    "accounts.services.registration": "the person himself, before he can sign in",
    "accounts.services.identity_providers.arrive": "the person who arrives, whom it finds or makes",
    "accounts.services.people.save_with_address": "a part of services that know who acts",
    "accounts.services.projects.register_content_check": "called when the apps get ready",
    "accounts.services.projects.key_from": "makes a word, changes nothing",
    "accounts.services.people.check_password_strength": "checks, changes nothing",
    "catalog.services.duplicates.scan_project": "run by a job: it compares and changes no case",
    "catalog.services.test_ids.hand_out": "hands numbers to services that know who acts",
    "catalog.services.copies.fail_copy": "run by a job: whoever asked for the copy is the actor",
    "catalog.services.import_running": "run by jobs: whoever began the import is the actor",
    "catalog.services.import_rows": "a part of services that know who acts: the planner holds him",
    "catalog.services.import_undo.run_undo": "run by a job: whoever took the import back is the actor",
    "catalog.services.import_undo.give_up_undo": "run by a job: whoever took the import back is the actor",
    "runs.services.taking_in.run_import": "run by a job: whoever uploaded the report is the actor",
    "runs.services.imports.fail_import": "run by a job: whoever uploaded the report is the actor",
    "runs.services.failures": "a part of the write path, which knows who acts; a rule that opens again nobody opened",
    "runs.services.rule_application": "run by a job: whoever changed the rule is the actor",
    "runs.services.presence.forget_old_traces": "called by a job every night",
    "runs.services.silence.close_silent_runs": "called by a job every few minutes",
    "runs.services.silence.note_heard": "a part of services that know who acts",
    "runs.services.attempts": "a part of services that know who acts: what is held knows him",
    "runs.services.single": "a part of services that know who acts",
    "runs.services.screenshots": "a part of services that know who acts",
    "runs.services.withdrawing": "run by a job: whoever undid the import or deleted the run is the actor",
    "runs.services.undone_results": "a part of the same job: the import knows who undid it",
    "runs.services.expiring": "run by a job every night: nobody acts",
    "files.services.release": "a part of services and jobs that delete what named the files",
    "files.services.remove_bytes": "storage alone, no row",
    "files.services.put_bytes": "storage alone, no row",
    "files.services.thumbnail_path": "makes a word, changes nothing",
    "files.services.lock_path": "storage alone, no row",
    "files.services.open_stored": "reads",
    "files.services.facts_of": "reads",
    "files.services.file_name_of": "makes a word, changes nothing",
}
"""Public functions of service modules that change nothing for somebody, with the reason; a module exempts its all."""


def service_functions() -> Iterator[tuple[str, inspect.Signature]]:
    """The public functions that the service modules define."""
    for path in CODE:
        is_service = path.stem == "services" or (len(path.parts) == 3 and path.parts[1] == "services")
        if not is_service or path.parts[0] not in APPS or path.stem == "__init__":
            continue
        name = ".".join(path.with_suffix("").parts)
        module = importlib.import_module(name)
        for function_name, function in inspect.getmembers(module, inspect.isfunction):
            if not function_name.startswith("_") and inspect.unwrap(function).__module__ == name:
                yield f"{name}.{function_name}", inspect.signature(function)


def changes_state(full_name: str) -> bool:
    """Whether the source of the function writes: saves, updates, deletes, creates or records."""
    module, _dot, name = full_name.rpartition(".")
    tree = ast.parse(inspect.getsource(importlib.import_module(module)))
    body = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name)
    writes = {"save", "update", "delete", "create", "bulk_create", "bulk_update", "get_or_create", "record"}
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in writes
        for node in ast.walk(body)
    )


def test_services_name_their_arguments_and_their_actor():
    loose, nobody = [], []
    for name, signature in service_functions():
        module = name.rpartition(".")[0]
        if name in WITHOUT_ACTOR or module in WITHOUT_ACTOR or not changes_state(name):
            continue
        kinds = {parameter.kind for parameter in signature.parameters.values()}
        if kinds - {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD}:
            loose.append(name)
        if "actor" not in signature.parameters:
            nobody.append(name)
    assert loose == [], "arguments of services are keyword-only"
    assert nobody == [], "a service knows who acts; an exception has a reason in the list"


def test_jobs_take_plain_ids_and_do_not_block_the_loop():
    from procrastinate.contrib.django import app

    for task in app.tasks.values():
        if task.func.__module__.split(".")[0] not in APPS:
            continue
        assert not inspect.iscoroutinefunction(task.func), f"{task.name} would stop the heartbeat"
        secrets = [name for name in inspect.signature(task.func).parameters if re.search("password|token|secret", name)]
        assert not secrets, f"{task.name}: arguments of jobs are logged in clear"


def test_the_lists_of_exceptions_hold_no_others():
    known = {name for name, _signature in service_functions()}
    modules = {name.rpartition(".")[0] for name in known}
    assert set(WITHOUT_ACTOR) <= known | modules


def test_every_file_of_tests_that_the_documents_name_is_there():
    named = {
        name
        for path in tracked(".md")
        for name in re.findall(r"`((?:\w+/)*tests/(?:\w+/)*test_\w+\.py)`", text_of(path))
    }
    assert named, "the documents name what proves them"
    assert sorted(name for name in named if not (ROOT / name).is_file()) == []


def test_every_promise_of_security_says_what_proves_it():
    promises = text_of(Path("docs/security.md")).partition("## Promises")[2].partition("## What is not promised")[0]
    parts = [part for part in re.split(r"\n\n|\n- ", promises) if part.strip() and not part.strip().startswith("###")]
    assert [part for part in parts if "proved by `" not in " ".join(part.split())] == []
