"""The error pages stand alone: no request, no user, no database."""

import errno

import pytest
from django.core.exceptions import TooManyFilesSent
from django.template.loader import get_template

from qaportal.kit.requests import bad_request, server_error


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
def test_an_error_page_needs_nothing_and_says_what_to_do_next(name):
    page = get_template(name).render()
    assert "<h1>" in page
    assert 'href="/"' in page
    assert "<form" not in page


@pytest.mark.parametrize("name", ["400.html", "403.html"])
def test_a_refusal_is_shown_in_its_own_words_and_never_as_markup(name):
    page = get_template(name).render({"reason": "Only <b>leads</b> may close a release."})
    assert "Only &lt;b&gt;leads&lt;/b&gt; may close a release." in page


def test_no_page_carries_a_script_or_style_of_its_own():
    for name in ("500.html", "account/login.html"):
        source = get_template(name).template.source
        assert "style=" not in source
        assert "onclick" not in source


def test_a_form_with_too_many_files_is_refused_in_words(rf, settings):
    answer = bad_request(rf.post("/"), TooManyFilesSent())
    assert (answer.status_code, "More than 100 files" in answer.content.decode()) == (400, True)
    assert bad_request(rf.post("/"), ValueError()).status_code == 400


@pytest.mark.parametrize(("fault", "status"), [(OSError(errno.ENOSPC, "full"), 507), (ValueError(), 500)])
def test_a_disk_that_is_full_while_a_form_is_read_is_named(rf, fault, status):
    try:
        raise fault
    except (OSError, ValueError):
        answer = server_error(rf.post("/"))
    assert (answer.status_code, "disk of the portal is full" in answer.content.decode()) == (status, status == 507)
