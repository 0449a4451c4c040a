"""What two texts do not share."""

from hypothesis import given
from hypothesis import strategies as st

from qaportal.kit.differences import MOST_LINES, MOST_WORDS, Part, compared

TEXTS = st.text(alphabet="ab \n.", max_size=60)


def text_of(parts):
    return "".join(part.text for part in parts)


def test_words_that_changed_are_told_from_those_that_stayed():
    assert compared("Pay by card now", "Pay by debit card now") == (
        [Part("Pay by card now", False)],
        [Part("Pay by ", False), Part("debit ", True), Part("card now", False)],
    )


def test_lines_that_moved_in_do_not_disturb_their_neighbours():
    before, after = compared("one\nthree", "one\ntwo\nthree")
    assert before == [Part("one\nthree", False)]
    assert after == [Part("one\n", False), Part("two\n", True), Part("three", False)]


def test_equal_texts_have_no_changed_part():
    assert compared("same", "same") == ([Part("same", False)], [Part("same", False)])


def test_nothing_and_something():
    assert compared("", "new") == ([], [Part("new", True)])


def test_very_long_texts_are_compared_as_a_whole():
    words = "a " * (MOST_WORDS + 1)
    assert compared(words, f"{words}b") == ([Part(words, True)], [Part(f"{words}b", True)])
    lines = "a\n" * (MOST_LINES + 1)
    assert compared(lines, lines) == ([Part(lines, False)], [Part(lines, False)])


@given(TEXTS, TEXTS)
def test_the_parts_of_each_side_are_its_text_and_what_is_unchanged_is_shared(before, after):
    left, right = compared(before, after)
    assert (text_of(left), text_of(right)) == (before, after)
    kept = [text_of(part for part in side if not part.is_changed) for side in (left, right)]
    assert kept[0] == kept[1]
