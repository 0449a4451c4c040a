"""Pictures and videos of issues: kept by the portal, or fetched from where they lie."""

import io
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.tests.factories import ProjectFactory
from files.models import StoredFile
from issues import media
from issues.services.issues import update_issue
from issues.services.media import add_media
from issues.tests.factories import make_issue
from qaportal.kit import outbound
from qaportal.kit.errors import Denied, InvalidInput

pytestmark = pytest.mark.django_db
PNG, MP4 = b"\x89PNG\r\n\x1a\n1", b"\x00\x00\x00\x18ftypmp42"


@pytest.fixture
def issue(project):
    return make_issue(project, "White page")


def upload(client, issue, *contents, name="shot.png"):
    files = [SimpleUploadedFile(name, each) for each in contents]
    return client.post(f"/api/issues/{issue.pk}/upload", {"file": files}, format="multipart")


class _Elsewhere:
    """Answers every call alike."""

    def __init__(self, answer):
        self.answer = answer

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        pass

    def get(self, url):
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_pictures_are_added_and_a_video_takes_its_place(api, tester, issue):
    client = api(tester)
    answer = upload(client, issue, PNG, PNG + b"2", MP4)
    assert answer.status_code == 201
    told = answer.json()
    assert [each["content_type"] for each in told["files"]] == ["image/png", "image/png", "video/mp4"]
    assert told["issue"]["screenshot_urls"] == [each["url"] for each in told["files"][:2]]
    assert told["issue"]["video_url"] == told["files"][2]["url"]
    assert not StoredFile.objects.filter(claimed_at__isnull=True).exists()
    shown = client.get(told["files"][2]["media_url"])
    assert (shown["Content-Type"], b"".join(shown.streaming_content)) == ("video/mp4", MP4)
    upload(client, issue, PNG + b"3")
    issue.refresh_from_db()
    assert len(issue.screenshots) == 3


@pytest.mark.parametrize("content", [b"plain text", b"<svg onload='alert(1)'/>", b""])
def test_what_is_neither_picture_nor_video_is_refused(api, tester, issue, content):
    answer = upload(api(tester), issue, PNG, content)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["file"])
    issue.refresh_from_db()
    assert issue.screenshots == []


def test_nothing_and_too_many_are_refused(tester, issue):
    for files in ([], [(f"{number}.png", io.BytesIO(PNG)) for number in range(21)]):
        with pytest.raises(InvalidInput) as refused:
            add_media(actor=tester, issue=issue, files=files)
        assert list(refused.value.fields) == ["file"]


def test_those_who_only_read_add_nothing_and_see_the_pictures(api, viewer, tester, issue):
    with pytest.raises(Denied):
        add_media(actor=viewer, issue=issue, files=[("a.png", io.BytesIO(PNG))])
    add_media(actor=tester, issue=issue, files=[("a.png", io.BytesIO(PNG))])
    shown = api(viewer).get(f"/api/issues/{issue.pk}/media-proxy")
    assert b"".join(shown.streaming_content) == PNG


def test_only_what_the_issue_names_is_handed_out(api, tester, stranger, issue, project):
    other, _files = add_media(actor=tester, issue=make_issue(project, "Other"), files=[("a.png", io.BytesIO(PNG))])
    client, address = api(tester), f"/api/issues/{issue.pk}/media-proxy"
    assert client.get(address).status_code == 404
    for url in (other.screenshots[0], "https://files.example.com/x.png", "x" * 3_000):
        assert client.get(address, {"url": url}).status_code in {400, 404}
    assert api(stranger).get(f"/api/issues/{other.pk}/media-proxy").status_code == 404


def test_a_file_of_another_project_is_not_handed_out_though_an_issue_names_it(api, tester, issue, project):
    elsewhere = ProjectFactory(tenant=project.tenant, key="ELSE")
    foreign, _files = add_media(actor=tester, issue=make_issue(elsewhere, "Other"), files=[("a.png", io.BytesIO(PNG))])
    update_issue(actor=tester, issue=issue, screenshots=foreign.screenshots)
    assert api(tester).get(f"/api/issues/{issue.pk}/media-proxy").status_code == 404


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (SimpleNamespace(status_code=200, content=PNG), 200),
        (SimpleNamespace(status_code=200, content=b"<script>alert(1)</script>"), 400),
        (SimpleNamespace(status_code=404, content=PNG), 503),
        (outbound.OutboundFailed("late"), 503),
        (outbound.OutboundRefused("private"), 400),
    ],
)
def test_what_lies_elsewhere_is_fetched_and_only_pictures_and_videos_pass(
    api, tester, issue, monkeypatch, answer, status
):
    update_issue(actor=tester, issue=issue, screenshots=["https://files.example.com/shot.png"])
    monkeypatch.setattr(media.outbound, "session", lambda **bounds: _Elsewhere(answer))
    told = api(tester).get(f"/api/issues/{issue.pk}/media-proxy", {"url": "https://files.example.com/shot.png"})
    assert told.status_code == status
    if status == 200:
        assert (told["Content-Type"], told.content, told["X-Content-Type-Options"]) == ("image/png", PNG, "nosniff")


def test_private_addresses_are_never_called(api, tester, issue):
    update_issue(
        actor=tester, issue=issue, screenshots=["http://127.0.0.1:1/shot.png"], video_url="javascript:alert(1)"
    )
    client, address = api(tester), f"/api/issues/{issue.pk}/media-proxy"
    for url in ("http://127.0.0.1:1/shot.png", "javascript:alert(1)"):
        answer = client.get(address, {"url": url})
        assert (answer.status_code, list(answer.json()["fields"])) == (400, ["url"])


def test_the_page_shows_own_pictures_and_links_to_others(signed_in, tester, issue):
    add_media(actor=tester, issue=issue, files=[("a.png", io.BytesIO(PNG))])
    issue.refresh_from_db()
    more = [*issue.screenshots, "https://files.example.com/shot.png", "javascript:alert(1)"]
    issue = update_issue(actor=tester, issue=issue, screenshots=more, video_url="javascript:alert(2)")
    page = signed_in(tester).get(issue.get_absolute_url()).content.decode()
    assert f'<img src="{more[0]}"' in page
    assert 'href="https://files.example.com/shot.png"' in page
    assert 'href="javascript' not in page
