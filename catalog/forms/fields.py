"""What several forms of the catalog share."""

from typing import Any

from django import forms
from django.http import QueryDict

from accounts.models import Project, User
from qaportal.kit.errors import InvalidInput
from qaportal.kit.forms import MarkdownArea

from ..models import Folder
from ..services.drafts import LONGEST_TEXT
from ..services.examples import examples_of, examples_text, usable_examples
from ..services.steps import with_plain_lines
from ..tree import folder_choices

MOST_PICKED = 5_000
MOST_EXAMPLES = 2_000_000
"""Characters of examples as text."""


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


class ExamplesField(forms.CharField):
    """Columns and rows as lines of text; with script the same is a grid."""

    def __init__(self, **kwargs: Any) -> None:
        """Lines between bars are what a person types without script."""
        widget = forms.Textarea(attrs={"rows": 4, "data-examples": True, "spellcheck": "false"})
        super().__init__(required=False, max_length=MOST_EXAMPLES, widget=widget, **kwargs)

    def prepare_value(self, value: Any) -> str:
        """The examples as lines."""
        return examples_text(value)

    def clean(self, value: Any) -> Any:
        """The examples that the lines say."""
        try:
            return usable_examples(examples_of(super().clean(value)))
        except InvalidInput as error:
            raise forms.ValidationError(error.fields["scenario_examples"]) from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether other lines were typed than those that were shown."""
        return with_plain_lines(data or "").strip() != with_plain_lines(examples_text(initial)).strip()


class FolderField(forms.TypedChoiceField):
    """One of the project's folders, by id, or none."""

    def __init__(self, **kwargs: Any) -> None:
        """Offer nothing until the form knows its project."""
        super().__init__(coerce=int, empty_value=None, required=False, **kwargs)

    def offer(self, project: Project, user: User, nothing: Any, *, without: Folder | None = None) -> None:
        """Offer the folders of the project and a word for none."""
        self.choices = [("", nothing), *folder_choices(project, user, without=without)]
