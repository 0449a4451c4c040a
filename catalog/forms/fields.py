"""What several forms of the catalog share."""

from typing import Any

from django import forms
from django.http import QueryDict

from accounts.models import Project, User
from qaportal.kit.forms import MarkdownArea

from ..models import Folder
from ..services.drafts import LONGEST_TEXT
from ..tree import folder_choices

MOST_PICKED = 5_000


def read_ids(data: QueryDict, most: int = MOST_PICKED) -> list[int]:
    """The picked ids, each value one or several separated by commas; what is not a number is left out.

    So is what is beyond the most that can be picked.
    """
    parts = [part.strip() for value in data.getlist("ids") for part in value.split(",")]
    return [int(each) for each in parts if each.isascii() and each.isdigit() and len(each) < 18][:most]


def long_text(label: Any, rows: int, help_text: Any = "") -> forms.CharField:
    """A text of several lines, in Markdown."""
    return forms.CharField(
        label=label, required=False, max_length=LONGEST_TEXT, widget=MarkdownArea(rows), help_text=help_text
    )


class FolderField(forms.TypedChoiceField):
    """One of the project's folders, by id, or none."""

    def __init__(self, **kwargs: Any) -> None:
        """Offer nothing until the form knows its project."""
        super().__init__(coerce=int, empty_value=None, required=False, **kwargs)

    def offer(self, project: Project, user: User, nothing: Any, *, without: Folder | None = None) -> None:
        """Offer the folders of the project and a word for none."""
        self.choices = [("", nothing), *folder_choices(project, user, without=without)]
