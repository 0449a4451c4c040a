"""The ground every test stands on: environment, test database, strict templates, browser.

All that settings read is set here, at import, before Django is set up. The fixtures of the portal itself are in
`qaportal/kit/testing.py`.
"""

import atexit
import gc
import os
import shutil
import sys
import tempfile
from pathlib import Path

import django
import pytest

from qaportal import embedded

PROJECT = Path(__file__).resolve().parent
KEPT_VARIABLES = {"QAPORTAL_CHROMIUM", "QAPORTAL_TEST_RUN"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
pytest_plugins = ["qaportal.kit.testing", "accounts.tests.fixtures"]


def prepare_environment() -> None:
    """Set what settings read, the same on every machine; subprocesses and xdist workers inherit it."""
    if "QAPORTAL_TEST_RUN" in os.environ:
        return
    if not os.environ.get("DATABASE_URL"):
        running = embedded.ensure(embedded.data_folder())
        # A database that does not exist: only Django's test database is ever used, and a stray process fails loudly.
        os.environ["DATABASE_URL"] = f"{running.rpartition('/')[0]}/qaportal_tests"
    for name in [name for name in os.environ if name.startswith("QAPORTAL_") and name not in KEPT_VARIABLES]:
        del os.environ[name]
    os.environ.pop("EMAIL_URL", None)
    data = tempfile.mkdtemp(prefix="qaportal-tests-")
    atexit.register(shutil.rmtree, data, ignore_errors=True)
    (Path(data) / "static").mkdir()  # WhiteNoise warns when it is missing
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "qaportal.settings",
        "DJANGO_ALLOW_ASYNC_UNSAFE": "1",  # the browser's event loop runs in the thread of the tests
        "PGOPTIONS": "-c synchronous_commit=off -c jit=off",
        "QAPORTAL_CONN_MAX_AGE": "0",
        "QAPORTAL_DATA": data,
        "QAPORTAL_SECRET_KEY": "known to everybody, good enough for tests",
        "QAPORTAL_TEST_RUN": str(os.getpid()),
    }


try:
    prepare_environment()
except embedded.CannotStart as refusal:
    pytest.exit(f"QA Portal cannot start: {refusal}", returncode=78)
django.setup()  # now, because the modules of fixtures import models


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request: pytest.FixtureRequest, django_db_blocker) -> None:
    """Give each run and each xdist worker a database of its own; `--reuse-db` keeps one name."""
    from django.db import connection

    run = "" if request.config.getvalue("reuse_db") else f"_{os.environ['QAPORTAL_TEST_RUN']}"
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    base = f"test_{connection.settings_dict['NAME']}"
    connection.settings_dict["TEST"]["NAME"] = f"{base}{run}{f'_{worker}' if worker else ''}"
    with django_db_blocker.unblock():
        _drop_left_behind(base)


@pytest.fixture(scope="session")
def django_db_setup(request, django_test_environment, django_db_blocker, django_db_modify_db_settings):
    """Give the tests a copy of the database that all migrations have run on.

    Tests that commit may empty the tables of the trail. At the end, end what a browser's last request or a worker still
    holds, or the database could not be dropped.
    """
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    from accounts.tests.trail import let_it_be_emptied
    from qaportal.tests.ready_database import copy_ready_database

    is_kept = request.config.getvalue("reuse_db") and not request.config.getvalue("create_db")
    with django_db_blocker.unblock():
        settings = connection.settings_dict
        copy_ready_database(f"test_{settings['NAME']}", settings["TEST"]["NAME"], is_kept=is_kept)
        made = setup_databases(verbosity=0, interactive=False, keepdb=True, serialized_aliases=set())
        let_it_be_emptied()
    yield
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        teardown_databases(made, verbosity=0, keepdb=is_kept)


def _drop_left_behind(base: str) -> None:
    """Drop the test databases of runs that were killed; one that is in use refuses."""
    from django.db import connection
    from django.db.utils import OperationalError

    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{base}\\_%"])
        for (name,) in cursor.fetchall():
            run = name.removeprefix(f"{base}_").split("_")[0]
            if run.isdigit() and not _is_alive(int(run)):
                try:
                    cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
                except OperationalError:
                    continue


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


STANDING_TABLES = {"django_content_type", "auth_permission"}
"""Filled by the migrations alone: emptied after a test that commits, they would be filled with the same rows again."""


@pytest.fixture(scope="session", autouse=True)
def standing_tables():
    """Let what the migrations filled stand when the tables are emptied after a test that commits."""
    from django.core.management.commands import flush

    def sql_flush(style, connection, **options):
        tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
        return connection.ops.sql_flush(style, [each for each in tables if each not in STANDING_TABLES], **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush, "sql_flush", sql_flush)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *_arguments: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def test_settings(django_test_environment: None):
    """Settings that differ in tests: no manifest of static files, quick passwords, strict templates, no limits."""
    from django.conf import settings
    from django.template import engines
    from django.test import override_settings

    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    engines["django"].engine.string_if_invalid = UndefinedVariable()
    with override_settings(
        STORAGES={**settings.STORAGES, "staticfiles": plain},
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        API_RATE_LIMITS={},
        ATTEMPT_LIMITS={},
    ):
        yield


class UndefinedVariable:
    """Django asks this object what to show for a variable that a template does not know: the test fails.

    Templates of libraries are exempt; they rely on the silence.
    """

    def __contains__(self, item: str) -> bool:
        return item == "%s"

    def __mod__(self, variable: object) -> str:
        template = _template_being_rendered()
        if template.is_absolute() and (PROJECT not in template.parents or "site-packages" in template.parts):
            return ""
        pytest.fail(f"{template} uses the undefined variable {variable}")

    def __str__(self) -> str:
        return ""


def _template_being_rendered() -> Path:
    from django.template.base import Node

    frame = sys._getframe()
    while frame is not None:
        node = frame.f_locals.get("self")
        if isinstance(node, Node) and getattr(node, "origin", None):
            return Path(node.origin.name)
        frame = frame.f_back
    return Path("a template")


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """Browser tests use the system's Chromium, and are skipped with this reason where there is none."""
    named = os.environ.get("QAPORTAL_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        pytest.skip(f"no browser: none of {', '.join(BROWSERS)} is installed and QAPORTAL_CHROMIUM is not set")
    return {"executable_path": found, "args": ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]}


def pytest_collection_finish(session: pytest.Session) -> None:
    """Let the collector of garbage leave alone what is there for the whole run: it took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool:
    """Run each test with the room on the stack that the server gives to each request."""
    from qaportal.kit.stack_room import with_room

    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    with_room(pyfuncitem.obj, **arguments)
    return True
