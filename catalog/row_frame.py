"""A row of the list of cases as its template needs it.

A list has fifty rows or more, and what their addresses and labels share is most of what drawing one costs. So that is
made once for the list, and each row is a dictionary: a template finds a name in it at once, while an object answers
only after it refused to be one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.urls import reverse
from django.utils.translation import gettext as _

from qaportal.kit import drawing

if TYPE_CHECKING:
    from .case_list_page import CaseListPage
    from .models import TestCase

ANY_ID = "0-0"
"""Stands for the id of a case in an address that is made once for all of them; no project has such a key."""
UNQUOTED = "!$&'()*+,;=~:@"
"""What Django leaves as it is in a part of a path, which RFC 3986 (section 3.3) allows."""


class RowFrame:
    """What all rows of a list share."""

    def __init__(self, page: CaseListPage, *, may_edit: bool, open_id: int | None) -> None:
        """`open_id` is the key of the case that stands open beside the list."""
        self._may_edit, self._open_id, self._columns = bool(may_edit), open_id, page.columns
        self._query, self._row_query = page.carried_query, page.row_query
        self._addresses = {
            name: reverse(f"catalog:{name}", args=[page.project.key, ANY_ID]).rpartition(ANY_ID)
            for name in ("case_detail", "case_update", "case_row")
        }
        self._select, self._edit, self._edit_title = (
            _("Select %(id)s"),
            _("Edit %(id)s in the row"),
            _("Edit in the row"),
        )
        self._pencil = drawing.icon_svg("pencil", size="sm")

    def _address(self, name: str, quoted: str) -> str:
        start, _any, end = self._addresses[name]
        return f"{start}{quoted}{end}"

    def row(self, case: TestCase) -> dict[str, Any]:
        """The row of this case, which was loaded with what the columns need."""
        quoted = quote(case.test_id, safe=UNQUOTED)
        row = {
            "pk": case.pk,
            "id": case.test_id,
            "title": case.title,
            "shown_title": drawing.marked(marked) if (marked := getattr(case, "marked_title", "")) else case.title,
            "url": self._address("case_detail", quoted) + self._query,
            "is_open": case.pk == self._open_id,
            "may_edit": self._may_edit,
            "cells": [
                {
                    "css": column.body_css,
                    "edits": column.edits if self._may_edit else "",
                    "shown": column.show(case),
                }
                for column in self._columns
            ],
        }
        if self._may_edit:
            row |= {
                "select_label": self._select % {"id": case.test_id},
                "edit_url": self._address("case_update", quoted),
                "form_url": self._address("case_row", quoted) + self._row_query,
                "edit_title": self._edit_title,
                "edit_label": self._edit % {"id": case.test_id},
                "pencil": self._pencil,
            }
        return row
