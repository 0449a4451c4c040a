"""The error pages stand alone: no request, no user, no database."""

import pytest
from django.template.loader import get_template


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
