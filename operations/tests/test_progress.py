import pytest
from django.urls import reverse

from qaportal.kit import progress


@pytest.fixture
def work(tester, project):
    return progress.start(kind="report_import", user_id=tester.pk, tenant_id=project.tenant_id, project_id=project.pk)


@pytest.fixture
def look(signed_in, tester, project, work):
    address = reverse("operations:progress", args=[project.key, work.pk])
    return lambda: signed_in(tester).get(address)


def test_waiting_work_is_asked_for_again(look):
    response = look()
    assert "Waiting for a free worker" in response.content.decode()
    assert b"hx-get" in response.content


def test_running_work_tells_how_far_it_is(look, work):
    progress.advance(work.pk, done=250, total=1000)
    page = look().content.decode()
    assert "250 of 1,000" in page
    assert 'value="25"' in page


def test_finished_work_is_asked_for_no_more_and_says_so(look, work):
    progress.finish(work.pk)
    response = look()
    assert b"hx-get" not in response.content
    assert response["HX-Trigger"] == "portal:finished"


def test_failed_work_shows_its_reason_escaped(look, work):
    progress.finish(work.pk, failed=True, message="<b>Not XML</b> (line 3)")
    page = look().content.decode()
    assert "&lt;b&gt;Not XML&lt;/b&gt; (line 3)" in page


def test_the_work_of_another_project_does_not_exist(signed_in, stranger, other_project, work):
    address = reverse("operations:progress", args=[other_project.key, work.pk])
    assert signed_in(stranger).get(address).status_code == 404
