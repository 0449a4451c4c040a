"""Small pictures beside screenshots, and what is refused before it is decoded."""

import io
import os
import struct
import zlib

import pytest
from django.core.files.storage import default_storage
from PIL import Image
from procrastinate.contrib.django.models import ProcrastinateJob

from files.models import StoredFile
from files.services import remove, store
from files.sweep import reconcile
from files.thumbnails import make_thumbnail
from qaportal.kit.errors import Unavailable

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("storage")]


def picture(kind="PNG", size=(1600, 1200), mode="RGB") -> bytes:
    """A picture that no format can make small."""
    held = io.BytesIO()
    Image.frombytes("L", size, os.urandom(size[0] * size[1])).convert(mode).save(held, kind)
    return held.getvalue()


def bomb(width=60_000, height=60_000) -> bytes:
    """A PNG of a few kilobytes whose header tells of billions of pixels."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\x00" * 30_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def kept(project, actor, data, name="shot.png") -> StoredFile:
    return store(actor=actor, project=project, stream=io.BytesIO(data), name=name)


def length_of(answer) -> int:
    """The bytes of an answer, which is read to its end."""
    assert answer.status_code == 200
    return len(b"".join(answer.streaming_content))


def jobs() -> int:
    return ProcrastinateJob.objects.filter(task_name="files.jobs.make_thumbnail").count()


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "RGB"), ("PNG", "RGBA"), ("JPEG", "L"), ("GIF", "P"), ("WEBP", "RGB")]
)
def test_a_picture_gets_a_small_one_that_is_shown_in_its_place(project, tester, viewer, signed_in, kind, mode):
    stored = kept(project, tester, picture(kind, mode=mode))
    url = f"/p/PAY/files/{stored.pk}/thumbnail/"
    client = signed_in(viewer)
    assert length_of(client.get(url)) == stored.size
    assert jobs() == 1
    assert make_thumbnail(file_id=stored.pk)
    after = client.get(url)
    small = b"".join(after.streaming_content)
    assert after["Content-Type"] == "image/webp"
    assert after["X-Content-Type-Options"] == "nosniff"
    assert len(small) < stored.size
    assert max(Image.open(io.BytesIO(small)).size) == 960
    assert client.get(url, headers={"If-None-Match": after["ETag"]}).status_code == 304


def test_a_small_picture_and_a_text_need_none(project, tester):
    for data in (picture(size=(40, 30)), b"x" * 100_000):
        assert not make_thumbnail(file_id=kept(project, tester, data).pk)
    assert jobs() == 0


@pytest.mark.parametrize(
    "data",
    [
        bomb(),
        bomb(2**31 - 1, 2**31 - 1),
        b"\x89PNG\r\n\x1a\n" + os.urandom(50_000),
        b"\xff\xd8\xff" + os.urandom(50_000),
        b"GIF89a" + os.urandom(50_000),
        picture()[:-20_000],
    ],
)
def test_bombs_and_broken_pictures_get_none_and_stay_files(project, tester, viewer, signed_in, data):
    stored = kept(project, tester, data)
    made = make_thumbnail(file_id=stored.pk)
    answer = signed_in(viewer).get(f"/p/PAY/files/{stored.pk}/thumbnail/")
    assert (length_of(answer) == len(data)) == (not made)


def test_the_bomb_is_refused_by_its_header(project, tester, monkeypatch):
    monkeypatch.setattr(Image.Image, "convert", lambda *_args, **_more: pytest.fail("it was decoded"))
    assert not make_thumbnail(file_id=kept(project, tester, bomb()).pk)


def test_the_same_bytes_share_one_and_the_last_row_takes_it_along(
    project, tester, admin, stored_paths, django_capture_on_commit_callbacks
):
    data = picture()
    first = kept(project, tester, data)
    make_thumbnail(file_id=first.pk)
    second = kept(project, tester, data)
    assert second.thumbnail_size
    assert len(stored_paths()) == 2
    reconcile()
    assert len(stored_paths()) == 2
    for stored, left in ((first, 2), (second, 0)):
        with django_capture_on_commit_callbacks(execute=True):
            remove(actor=admin, stored=stored)
        assert len(stored_paths()) == left


def test_one_that_is_gone_is_replaced_by_the_picture(project, tester, viewer, signed_in):
    stored = kept(project, tester, picture())
    make_thumbnail(file_id=stored.pk)
    default_storage.delete(f"{stored.path}.thumb")
    answer = signed_in(viewer).get(f"/p/PAY/files/{stored.pk}/thumbnail/")
    assert length_of(answer) == stored.size


def test_a_storage_that_is_down_is_asked_again_later(project, tester, monkeypatch):
    stored = kept(project, tester, picture())

    def fails(*_args, **_kwargs):
        raise ConnectionError

    monkeypatch.setattr("django.core.files.storage.FileSystemStorage._save", fails)
    with pytest.raises(Unavailable):
        make_thumbnail(file_id=stored.pk)


def test_others_do_not_see_it(project, tester, stranger, signed_in):
    stored = kept(project, tester, picture())
    assert signed_in(stranger).get(f"/p/PAY/files/{stored.pk}/thumbnail/").status_code == 404
