"""The template tags of the pages: what is shown, to whom it is said, and that nothing typed becomes markup."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import django_tables2 as tables
import pytest
from django import forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django_tables2 import RequestConfig

from qaportal.kit import statuses, wording
from qaportal.kit.forms import PortalForm
from qaportal.kit.tables import PortalTable

HOSTILE = '"><script>alert(1)</script>'
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def rendered(source: str, address: str = "/p/PAY/cases/?tag=sca&page=4", **context: object) -> str:
    return Template(source).render(Context({"request": RequestFactory().get(address), **context}))


class CaseForm(PortalForm):
    title = forms.CharField(label="Title", max_length=5, help_text="One line.")
    kind = forms.ChoiceField(
        label="Type", widget=forms.RadioSelect, choices=[("manual", "Manual"), ("auto", "Automated")]
    )
    archived = forms.BooleanField(label="Archived", required=False)


def test_every_icon_named_in_a_template_or_in_code_is_in_the_sprite():
    root = Path(settings.BASE_DIR)
    known = set(re.findall(r'id="i-([\w-]+)"', (root / "static" / "icons.svg").read_text()))
    templates = [path for path in root.glob("**/templates/**/*.html") if ".venv" not in path.parts]
    used = {name for path in templates for name in re.findall(r'{% icon "([\w-]+)"', path.read_text())}
    used |= {mark.glyph for mark in statuses._SHOWN.values()}
    assert used - known == set()
    assert len(used) > 30


@pytest.mark.parametrize(
    ("code", "css", "word"),
    [
        ("passed", "is-passed", "Passed"),
        ("error", "is-failed", "Error"),
        ("in_progress", "is-progress", "In progress"),
        ("NOT_STARTED", "is-notstarted", "Not started"),
        (None, "is-notstarted", "Not started"),
        ("active", "is-progress", "Running"),
        ("never_heard_of", "is-skipped", "Never heard of"),
    ],
)
def test_a_status_is_shown_as_colour_glyph_and_word(code, css, word):
    shown = rendered("{% status code %}", code=code)
    assert css in shown
    assert "<svg" in shown
    assert word in shown


def test_a_status_without_its_word_says_it_to_screen_readers():
    assert 'aria-label="Failed"' in rendered('{% status "failed" icon_only=True %}')


def test_the_bar_counts_errors_as_failed_and_leaves_the_rest_of_the_track_to_what_has_not_started():
    bar = rendered("{% status_bar counts %}", counts={"passed": 3, "failed": 1, "error": 1, "not_started": 5})
    assert 'viewBox="0 0 10 1"' in bar
    assert '<rect class="f-failed" x="3" width="2" height="1"/>' in bar
    assert "f-notstarted" not in bar
    assert "3 passed, 2 failed, 5 not started" in bar


def test_a_bar_without_counts_is_an_empty_track():
    bar = rendered("{% status_bar counts %}", counts={})
    assert "<rect" not in bar
    assert 'viewBox="0 0 1 1"' in bar


def test_the_legend_links_every_count_above_zero_to_its_filter_and_returns_to_page_one():
    legend = rendered("{% status_legend counts %}", counts={"passed": 1164, "failed": 0, "blocked": 2})
    assert 'href="/p/PAY/cases/?tag=sca&amp;status=passed"' in legend
    assert "<b>1,164</b> passed" in legend
    assert "failed" not in legend


def test_the_history_draws_a_retry_split_in_two_and_says_everything_in_words():
    drawn = rendered("{% history outcomes %}", outcomes=["passed", "flaky", "failed", "skipped"])
    assert drawn.count("<rect") == 5
    assert "Last 4 results, oldest first: 1 passed, 1 passed on retry, 1 failed, 1 skipped" in drawn


def test_a_steady_test_has_no_flaky_mark():
    assert rendered("{% flaky score %}", score=0.0) == ""
    assert "Flaky, 24" in rendered("{% flaky score %}", score=0.24)


@pytest.mark.parametrize(
    "source",
    [
        "{% icon words label=words %}",
        "{% status words %}",
        "{% avatar words %}",
        "{% person words %}",
        "{% chip words words words %}",
        "{% empty_state words words words words %}",
        "{% copy_button words %}",
        "{% key words %}",
        "{% note %}{{ words }}{% endnote %}",
        "{% breadcrumb items %}",
        "{% sort_header words words %}",
        "{% set_result words words words %}",
        "{% history items %}",
    ],
)
def test_what_a_person_typed_never_becomes_markup(source):
    shown = rendered(source, words=HOSTILE, items=[(HOSTILE, HOSTILE)])
    assert "<script" not in shown


def test_a_hostile_filter_in_the_address_stays_quoted_in_links():
    link = rendered("{% query sort='name' as url %}{{ url }}", address="/x/?q=%22%3E%3Cscript%3E")
    assert "<script>" not in link
    assert link.startswith("/x/?q=%22%3E%3Cscript%3E")


def test_a_changed_filter_goes_back_to_page_one_and_a_page_keeps_the_filters():
    assert rendered("{% query tag='smoke' as url %}{{ url|safe }}") == "/p/PAY/cases/?tag=smoke"
    assert rendered("{% query page=2 as url %}{{ url|safe }}") == "/p/PAY/cases/?tag=sca&page=2"
    assert rendered("{% query tag=None as url %}{{ url }}") == "/p/PAY/cases/"


def test_a_sorted_column_says_so_and_sorts_the_other_way_next():
    head = rendered('{% sort_header "Title" "title" %}', address="/x/?sort=title")
    assert 'aria-sort="ascending"' in head
    assert 'href="/x/?sort=-title"' in head
    assert "aria-sort" not in rendered('{% sort_header "Title" "title" %}', address="/x/?sort=-age")


def test_the_pager_says_where_one_is_and_offers_no_page_that_does_not_exist():
    pages = Paginator(range(1394), 50)
    first = rendered("{% pager page_obj %}", page_obj=pages.page(1))
    assert "1–50 of 1,394" in first
    assert 'rel="prev"' not in first
    assert 'href="/p/PAY/cases/?tag=sca&amp;page=2"' in first
    last = rendered("{% pager page_obj %}", page_obj=pages.page(28))
    assert 'rel="next"' not in last
    assert "1,351–1,394" in last


def test_the_pager_of_an_empty_list_says_nothing_was_found():
    assert "Nothing found" in rendered("{% pager page_obj %}", page_obj=Paginator([], 50).page(1))


def test_a_field_ties_help_and_errors_to_its_control():
    shown = rendered("{% field form.title %}", form=CaseForm({"title": "far too long"}))
    assert 'aria-describedby="id_title_hint id_title_error"' in shown
    assert 'aria-invalid="true"' in shown
    assert 'id="id_title_error"' in shown
    assert 'for="id_title"' in shown


def test_radio_buttons_stand_in_a_named_group():
    shown = rendered("{% field form.kind %}", form=CaseForm())
    assert re.search(r"<fieldset>\s*<legend[^>]*>Type</legend>", shown)
    assert shown.count('type="radio"') == 2


def test_a_field_without_help_or_errors_describes_nothing():
    assert "aria-describedby" not in rendered("{% field form.archived %}", form=CaseForm())


def test_errors_of_no_field_are_announced():
    form = CaseForm({})
    form.add_error(None, "The release is closed.")
    shown = rendered("{% form_errors form %}", form=form)
    assert 'role="alert"' in shown
    assert "The release is closed." in shown


def test_the_buttons_that_set_a_result_name_their_case_and_show_the_current_one():
    shown = rendered("{% set_result '/set/' 'error' 'TC_UI_001' %}", csrf_token="secret")
    assert 'aria-label="Passed: TC_UI_001"' in shown
    assert re.search(r'value="failed"[^>]*aria-pressed="true"', shown)
    assert shown.count('aria-pressed="true"') == 1
    assert "secret" in shown


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (NOW - timedelta(seconds=10), "just now"),
        (NOW - timedelta(minutes=1), "1 minute ago"),
        (NOW - timedelta(minutes=59, seconds=50), "1 hour ago"),
        (NOW + timedelta(hours=3), "in 3 hours"),
        (NOW - timedelta(hours=26), "yesterday"),
        (NOW.date(), "today"),
        (NOW.date() + timedelta(days=7), "in 7 days"),
        (date(2026, 8, 3), "3 Aug"),
        (date(2025, 8, 3), "3 Aug 2025"),
    ],
)
def test_times_are_told_relative_to_now(value, words):
    assert wording.relative(value, now=NOW) == words


def test_the_exact_time_is_there_on_hover_and_for_machines():
    shown = rendered("{% timeago moment %}", moment=datetime(2025, 11, 20, 2, 0, tzinfo=UTC))
    assert 'datetime="2025-11-20T02:00:00+00:00"' in shown
    assert 'title="Thursday 20 November 2025, 02:00"' in shown


def test_nothing_is_never_unless_said_otherwise():
    assert rendered("{% timeago nothing %}", nothing=None) == "Never"
    assert rendered("{% timeago nothing empty='–' %}", nothing=None) == "–"


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [
        (0, "0 ms"),
        (340, "340 ms"),
        (999.7, "1.0 s"),
        (52_400, "52.4 s"),
        (59_990, "1 m 00 s"),
        (1_122_000, "18 m 42 s"),
        (11_100_000, "3 h 05 m"),
        (260_000_000, "3 d 0 h"),
        (None, "–"),
    ],
)
def test_durations_have_two_units_at_most(milliseconds, words):
    assert wording.duration(milliseconds) == words


@pytest.mark.parametrize(
    ("part", "whole", "digits", "words"),
    [
        (412, 486, 0, "85"),
        (1211, 1212, 0, "99"),
        (1212, 1212, 0, "100"),
        (1, 5000, 0, "1"),
        (0, 0, 0, "0"),
        (96, 100, 1, "96.0"),
    ],
)
def test_only_a_whole_is_a_hundred_percent_and_only_nothing_is_none(part, whole, digits, words):
    assert wording.percent(part, whole, digits) == f"{words}{wording.NARROW_SPACE}%"


def test_thousands_are_grouped():
    assert rendered("{{ n|number }}", n=1234567) == "1,234,567"
    assert rendered("{{ n|number }}", n=None) == ""


def test_a_table_of_django_tables2_sorts_by_links_and_says_its_order():
    class Cases(PortalTable):
        caption = "Cases of the folder"
        title = tables.Column()
        age = tables.Column(orderable=False)

        class Meta(PortalTable.Meta):
            pass

    request = RequestFactory().get("/x/?sort=title&tag=sca")
    request.user = AnonymousUser()
    table = Cases([{"title": HOSTILE, "age": 3}], request=request)
    RequestConfig(request).configure(table)
    shown = Template("{% load render_table from django_tables2 %}{% render_table table %}").render(
        Context({"table": table, "request": request})
    )
    assert '<caption class="visually-hidden">Cases of the folder</caption>' in shown
    assert 'aria-sort="ascending"' in shown
    assert "sort=-title" in shown
    assert shown.count("<a ") == 1
    assert "<script" not in shown
