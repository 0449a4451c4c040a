"""Rows that are read quickly come out as the framework reads them, and every other row goes its way."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as some
from rest_framework.exceptions import ValidationError

from runs.api.sync.evidence import CheckpointSerializer, LogEntrySerializer, StepSerializer
from runs.models import Checkpoint, LogEntry, StepResult

values = some.one_of(
    some.none(),
    some.booleans(),
    some.integers(-2, 5),
    some.integers(1_999_999_999, 2_000_000_001),
    some.floats(allow_nan=False, allow_infinity=False, width=32),
    some.sampled_from(["", " ", "Passed", "failed ", "sleeping", "console", "x" * 501, "12"]),
    some.just([]),
    some.just({"a": 1}),
)
names = sorted({name for each in (StepSerializer, CheckpointSerializer, LogEntrySerializer) for name in each().fields})
rows = some.dictionaries(some.sampled_from([*names, "stepNumber", "type", "more"]), values, max_size=8)
usual = some.fixed_dictionaries({"step_number": some.integers(0, 9), "status": some.just("Passed")})


def read(serializer, row):
    try:
        return serializer.run_validation(row)
    except ValidationError as error:
        return {"refused": error.get_codes()}


@pytest.mark.parametrize("shape", [StepSerializer, CheckpointSerializer, LogEntrySerializer])
@given(row=some.one_of(rows, some.builds(lambda one, more: one | more, usual, rows), values))
def test_a_row_is_read_alike_alone_and_among_many(shape, row):
    alone, among = read(shape(), row), read(shape(many=True), [row])
    assert among == ({"refused": {0: alone["refused"]}} if "refused" in alone else [alone])
    if "refused" not in alone:
        assert {name: type(among[0][name]) for name in alone} == {name: type(alone[name]) for name in alone}


@pytest.mark.parametrize(
    ("shape", "model", "values"),
    [
        (StepSerializer, StepResult, {"step_number": 1, "metadata": {"a": 1}, "screenshot_artifact_id": uuid4()}),
        (CheckpointSerializer, Checkpoint, {"checkpoint_number": 1, "expected": "1"}),
        (LogEntrySerializer, LogEntry, {"log_type": "console", "logged_at": datetime(1970, 1, 1, tzinfo=UTC)}),
    ],
)
def test_a_row_is_told_alike_alone_and_among_many(shape, model, values):
    known = {"status": "failed"} if hasattr(model, "status") else {}
    row = model(result_id=uuid4(), **values, **known)
    assert shape([row], many=True).data == [shape(row).data]
