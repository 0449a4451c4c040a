"""Texts in Markdown: they say what was typed, run nothing, and load nothing from elsewhere."""

import re
from uuid import UUID

import pytest

from qaportal.kit.markdown import as_html, files_in

FILE = "0199aaaa-0000-7000-8000-000000000001"
PICTURE = f"/p/PAY/files/{FILE}/"
HOSTILE = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    '"><svg onload=alert(1)>',
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&#58;alert(1))",
    "[x](vbscript:x) ![x](javascript:alert(1)) <javascript:alert(1)>",
    "![x](data:image/svg+xml;base64,PHN2Zz4=) [x](data:text/html,x)",
    '![x"onerror="alert(1)](https://evil.example/x.png)',
    f'![x" onerror="alert(1)]({PICTURE})',
    f"[x]({PICTURE} 'a\" onmouseover=\"alert(1)')",
    "[a]: javascript:alert(1)\n\n[a]",
    "`<script>`\n\n```\n<script>alert(1)</script>\n```",
    "| <script> |\n|---|\n| <img onerror=x> |",
    "<a href='javascript:x'>x</a> <iframe srcdoc='<script>'> <style>*{}</style> <!-- --> <base href=//evil>",
    'https://evil.example/"onmouseover="alert(1)',
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_is_typed_becomes_a_script(text):
    html = as_html(text)
    tags = re.findall(r"<[^>]*>", html)
    names = {re.match(r"</?(\w+)", tag)[1] for tag in tags}
    assert names <= {"p", "a", "img", "code", "pre", "table", "thead", "tbody", "tr", "th", "td", "br"}
    for tag in tags:
        without_values = re.sub(r'"[^"]*"', "", tag)
        assert not re.search(r"\bon\w+|style|srcdoc", without_values), tag
        for address in re.findall(r'(?:href|src)="([^"]*)"', tag):
            assert address.startswith(("https://", "/p/")), tag


def test_html_is_read_as_it_was_typed():
    assert as_html("Type <b>x</b> & go") == "<p>Type &lt;b&gt;x&lt;/b&gt; &amp; go</p>\n"


def test_plain_texts_keep_their_lines_and_paragraphs():
    assert as_html("One\r\ntwo\n\nthree") == "<p>One<br>two</p>\n<p>three</p>\n"
    assert as_html("**One**\ntwo") == "<p><strong>One</strong><br>\ntwo</p>\n"
    assert as_html("user_name_field and 5 * 3 * 2") == "<p>user_name_field and 5 * 3 * 2</p>\n"
    assert as_html(" \n ") == ""


def test_headings_stand_below_those_of_the_page():
    assert as_html("# One\n## Two\n#### Four") == "<h4>One</h4>\n<h5>Two</h5>\n<h6>Four</h6>\n"


def test_lists_code_and_tables_are_drawn():
    assert '<ol start="3">\n<li>a</li>' in as_html("3. a\n4. b")
    assert as_html("```\n  x < y\n```") == "<pre><code>  x &lt; y\n</code></pre>\n"
    table = as_html("| a | b |\n|---|--:|\n| 1 | 2 |")
    assert '<td class="q-r">2</td>' in table
    assert "style" not in table


def test_pictures_are_files_of_the_portal_and_open_in_full():
    shown = as_html(f"![The basket]({PICTURE})")
    assert f'<img src="{PICTURE}" alt="The basket" loading="lazy">' in shown
    assert f'<a href="{PICTURE}" class="q-picture" rel="noopener nofollow">' in shown


@pytest.mark.parametrize("address", ["https://evil.example/x.png", f"//evil.example{PICTURE}", "/p/PAY/cases/"])
def test_other_pictures_are_links(address):
    shown = as_html(f"![Look]({address})")
    assert "<img" not in shown
    assert f'<a href="{address}" rel="noopener nofollow">Look</a>' in shown


def test_links_tell_nothing_and_bare_addresses_are_links():
    assert as_html("See https://a.example/b?c=1&d=2.") == (
        '<p>See <a href="https://a.example/b?c=1&amp;d=2" rel="noopener nofollow">'
        "https://a.example/b?c=1&amp;d=2</a>.</p>\n"
    )
    assert as_html("[https://a.example](https://b.example)").count("<a ") == 1


def test_the_files_of_texts_are_found():
    other = "0199aaaa-0000-7000-8000-000000000002"
    texts = [f"![a]({PICTURE}) and [b](/p/PAY/files/{other}/)", "", "/p/PAY/files/none/"]
    assert files_in(*texts) == {UUID(FILE), UUID(other)}


@pytest.mark.parametrize("piece", ["[", "![", "> ", "- ", "*a ", "[a](b", "`", "~~", "|a", "&", "<a:", "\\"])
def test_deep_and_long_texts_are_read_without_running_away(piece):
    html = as_html(piece * (50_000 // len(piece)))
    assert html.count("<blockquote>") + html.count("<ul>") <= 25
    assert len(html) < 1_000_000
