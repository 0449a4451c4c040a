"""Backups: everything comes back into an empty portal, and nothing is overwritten."""

import io
import os
import subprocess
import sys
import tarfile

import pytest
from django.core.management import CommandError, call_command

from operations import backup


def manage(*arguments, data):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("QAPORTAL_")}
    environment.pop("DATABASE_URL", None)
    environment["QAPORTAL_DATA"] = str(data)
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], check=False, capture_output=True, text=True, env=environment
    )


def test_a_backup_comes_back_whole_into_an_empty_portal(tmp_path):
    first, second, archive = tmp_path / "first", tmp_path / "second", tmp_path / "backup.tar"
    assert manage("prepare_portal", data=first).returncode == 0
    (first / "files" / "1").mkdir(parents=True, exist_ok=True)
    (first / "files" / "1" / "report").write_bytes(b"<testsuite/>")
    done = manage("backup", str(archive), data=first)
    assert done.returncode == 0, done.stderr
    assert archive.stat().st_mode & 0o077 == 0
    done = manage("restore", str(archive), data=second)
    assert done.returncode == 0, done.stderr
    assert (second / "files" / "1" / "report").read_bytes() == b"<testsuite/>"
    again = manage("prepare_portal", data=second)
    assert again.returncode == 0
    assert "password" not in again.stdout  # the administrator came along, so none is made
    assert "already" in manage("restore", str(archive), data=second).stderr


@pytest.mark.django_db
def test_a_backup_never_overwrites_a_file(tmp_path):
    (tmp_path / "kept.tar").write_text("mine")
    with pytest.raises(CommandError, match="exists already"):
        call_command("backup", str(tmp_path / "kept.tar"))
    assert (tmp_path / "kept.tar").read_text() == "mine"


def test_an_archive_with_a_name_that_leads_elsewhere_is_refused(tmp_path):
    path = tmp_path / "evil.tar"
    with tarfile.open(path, "w") as archive:
        member = tarfile.TarInfo("files/../../evil")
        member.size = 1
        archive.addfile(member, io.BytesIO(b"x"))
    with tarfile.open(path) as archive, pytest.raises(CommandError, match="does not belong"):
        backup._own_members(archive)
