"""Examples of a data-driven case: named columns and rows of values, and the same as lines of text."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from qaportal.kit.errors import InvalidInput

MOST_COLUMNS = 50
MOST_ROWS = 1_000
LONGEST_NAME = 100
LONGEST_CELL = 5_000
LONGEST_OTHER = 200_000
"""Characters, as JSON, of examples in a shape of the client's own."""
_ESCAPED = {"\\": "\\\\", "|": "\\|", "\n": "\\n"}
_MEANT = {"\\": "\\", "|": "|", "n": "\n"}


def is_table(value: Any) -> bool:
    """Whether the examples are columns and rows, not a shape of a client's own."""
    return isinstance(value, Mapping) and ("columns" in value or "rows" in value)


def usable_examples(given: Any) -> Any:
    """The examples in their stored form; a table without columns is none.

    Raises InvalidInput naming `scenario_examples` for a table that is none, or for more than can be kept.
    """
    if given is None or given in ("", {}):
        return None
    if not is_table(given):
        if len(json.dumps(given)) > LONGEST_OTHER:
            raise _refused(_("The examples have at most %d characters.") % LONGEST_OTHER)
        return given
    columns, rows = given.get("columns") or [], given.get("rows") or []
    if not isinstance(columns, list) or not isinstance(rows, list):
        raise _refused(_("Give the columns and the rows as lists."))
    if not columns and not rows:
        return None
    _require_columns(columns)
    if len(rows) > MOST_ROWS:
        raise _refused(_("Examples have at most %d rows.") % MOST_ROWS)
    names = [" ".join(name.split()) for name in columns]
    return {**given, "columns": names, "rows": [_usable_row(row, n, names) for n, row in enumerate(rows, start=1)]}


def _require_columns(columns: Sequence[Any]) -> None:
    if not columns or len(columns) > MOST_COLUMNS:
        raise _refused(_("Examples have 1 to %d columns.") % MOST_COLUMNS)
    if not all(isinstance(name, str) and name.strip() and len(name) <= LONGEST_NAME for name in columns):
        raise _refused(_("Give every column a name of at most %d characters.") % LONGEST_NAME)
    names = [" ".join(name.split()) for name in columns]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise _refused(_("Two columns are called %s.") % twice)


def _usable_row(row: Any, number: int, columns: Sequence[str]) -> list[Any]:
    """The values of the row, one for each column."""
    if isinstance(row, Mapping) and not set(row) - set(columns):
        row = [row.get(name, "") for name in columns]
    if not isinstance(row, list):
        raise _refused(_("Row %d is no list of values.") % number)
    if len(row) > len(columns):
        words = _("Row %(number)d has more values than there are columns (%(most)d).")
        raise _refused(words % {"number": number, "most": len(columns)})
    for cell in row:
        if isinstance(cell, list | Mapping) or len(str(cell)) > LONGEST_CELL:
            words = _("A value of row %(number)d is no text or number of at most %(most)d characters.")
            raise _refused(words % {"number": number, "most": LONGEST_CELL})
    return [*row, *[""] * (len(columns) - len(row))]


def _refused(words: str) -> InvalidInput:
    return InvalidInput(words, fields={"scenario_examples": [words]})


# -- as text ---------------------------------------------------------------------------------------------------------
def examples_text(value: Any) -> str:
    """The examples as people read and type them: a line of names, then a line for each row, cells between bars."""
    if value is None or isinstance(value, str):
        return value or ""
    if not is_table(value):
        return json.dumps(value, ensure_ascii=False, indent=2)
    lines = [value.get("columns") or [], *(value.get("rows") or [])]
    return "\n".join(" | ".join(_escaped(cell) for cell in line) for line in lines)


def examples_of(text: str) -> Any:
    """The examples that a text says; JSON means itself, and so does what only starts like it."""
    text = text.replace("\r\n", "\n").strip("\n")
    if not text.strip():
        return None
    if text.lstrip().startswith(("{", "[")):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    lines = [_cells(line) for line in text.split("\n") if line.strip()]
    return {"columns": lines[0], "rows": lines[1:]}


def _escaped(cell: Any) -> str:
    text = "" if cell is None else str(cell)
    return re.sub(r"[\\|\n]", lambda found: _ESCAPED[found.group()], text.replace("\r\n", "\n"))


def _cells(line: str) -> list[str]:
    """The cells of a line; bars at both of its ends are a frame."""
    line = line.strip()
    if line.startswith("|") and line.endswith("|") and not line.endswith("\\|") and len(line) > 1:
        line = line[1:-1]
    cells, cell, is_escaped = [], "", False
    for sign in line:
        if is_escaped:
            cell, is_escaped = cell + _MEANT.get(sign, f"\\{sign}"), False
        elif sign == "\\":
            is_escaped = True
        elif sign == "|":
            cells.append(cell.strip(" "))
            cell = ""
        else:
            cell += sign
    return [*cells, (cell + "\\" if is_escaped else cell).strip(" ")]
