"""Planned times are told in whole minutes."""

import pytest

from qaportal.kit.wording import roughly


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "1 min"), (300, "5 min"), (3599, "1 h"), (3600, "1 h"), (13_200, "3 h 40 min")],
)
def test_a_planned_time_is_told_in_whole_minutes(seconds, words):
    assert roughly(seconds) == words
