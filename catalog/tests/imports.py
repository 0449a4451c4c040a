"""What the tests of imports share."""

import csv
import io

from catalog.models import CaseImportRow
from catalog.services import case_imports, import_running


def table(*rows, separator=","):
    """The rows as the bytes of a CSV."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator).writerows(rows)
    return text.getvalue().encode()


def uploaded(actor, project, content, *, name="cases.csv", **choices):
    """An import of these bytes with these choices, not begun yet."""
    stream = io.BytesIO(content)
    case_import = case_imports.upload_cases(actor=actor, project=project, stream=stream, file_name=name)
    if choices:
        case_import = case_imports.choose_options(actor=actor, case_import=case_import, **choices)
    return case_import


def checked(actor, project, content, **choices):
    """The rows with their verdicts; nothing is stored."""
    case_import = uploaded(actor, project, content, **choices)
    case_import = case_imports.begin_check(actor=actor, case_import=case_import)
    return import_running.run_check(import_id=case_import.pk)


def imported(actor, project, content, **choices):
    """The import of these bytes, over."""
    case_import = uploaded(actor, project, content, **choices)
    case_import = case_imports.begin_import(actor=actor, case_import=case_import)
    return import_running.run_import(import_id=case_import.pk)


def rows_of(case_import):
    """What became of the rows, in their order."""
    return list(CaseImportRow.objects.filter(case_import=case_import).order_by("number"))


def verdicts(case_import):
    """The verdicts of the rows, in their order."""
    return [row.verdict for row in rows_of(case_import)]


def errors(case_import):
    """What is wrong, by row and column."""
    return {row.number: row.errors for row in rows_of(case_import) if row.errors}


__all__ = ["checked", "errors", "imported", "rows_of", "table", "uploaded", "verdicts"]
