"""Texts that were written for a terminal, as pages show them."""

import pytest

from runs.terminal import readable


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("\x1b[31mred\x1b[0m and \x1b[1;4mmore\x1b[m", "red and more"),
        ("\x1b]8;;https://example.com/x\x07the report\x1b]8;;\x07 says", "the report says"),
        ("\x1b]8;;javascript:alert(1)\x1b\\here\x1b]8;;\x1b\\", "here"),
        ("\x1b]0;a title that never ends", ""),
        ("a bell\x07, a null\x00, a \x08backspace", "a bell, a null, a backspace"),
        ("\ta tab\nand a line", "\ta tab\nand a line"),
        ("array[0] [INFO] [5] \ufffd", "array[0] [INFO] [5] \ufffd"),
    ],
)
def test_what_only_a_terminal_understands_goes_and_words_stay(written, shown):
    assert readable(written) == shown
