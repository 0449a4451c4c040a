"""What an import of cases asks for: a file, how to read it, and what to do with its rows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Project, User
from qaportal.kit.forms import PortalForm

from ..choices import ExistingCases
from ..columns import columns_by_name
from ..importing import Options, Source
from ..importing.text_files import ENCODINGS, SEPARATORS
from ..models import Template
from .fields import FolderField

SEPARATOR_WORDS = {
    "comma": gettext_lazy("Comma"),
    "semicolon": gettext_lazy("Semicolon"),
    "tab": gettext_lazy("Tab"),
    "bar": gettext_lazy("Vertical bar"),
}
PLACES = [
    ("/", gettext_lazy("Slash: Payments/Cards")),
    (">", gettext_lazy("Greater than: Payments > Cards")),
    (".", gettext_lazy("Dot: Payments.Cards")),
    ("plain", gettext_lazy("Not at all: the whole text is one name")),
]
_SIGNS = {word: sign for sign, word in SEPARATORS.items()}
SHOWN_EXAMPLES = 3


class ImportFileForm(PortalForm):
    """The file that is brought in."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        max_length=255,
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("The file is empty."),
            "missing": gettext_lazy("Choose a file."),
        },
    )

    def clean_file(self) -> Any:
        """The file, if it is within the limit of uploads."""
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_LIMIT:
            raise forms.ValidationError(_("The file is larger than %d MB.") % (settings.UPLOAD_LIMIT // 2**20))
        return file


@dataclass(slots=True)
class ColumnChoice:
    """A column of the file, what stands in it, and what it is mapped to."""

    name: str
    examples: list[str]
    field: forms.BoundField


class ImportOptionsForm(PortalForm):
    """How a file is read and what is done with its rows."""

    separator = forms.ChoiceField(
        label=gettext_lazy("Separator"), required=False, choices=list(SEPARATOR_WORDS.items())
    )
    encoding = forms.ChoiceField(
        label=gettext_lazy("Encoding"), required=False, choices=[(name, name.upper()) for name in ENCODINGS]
    )
    sheet = forms.ChoiceField(label=gettext_lazy("Sheet"), required=False)
    has_head = forms.BooleanField(label=gettext_lazy("The first row names the columns"), required=False)
    is_per_step = forms.ChoiceField(
        label=gettext_lazy("Rows"),
        choices=[("", gettext_lazy("One row a case")), ("1", gettext_lazy("Steps in rows below their case"))],
        widget=forms.RadioSelect,
        required=False,
    )
    folder_separator = forms.ChoiceField(label=gettext_lazy("Folders are split by"), choices=PLACES)
    folder_id = FolderField(label=gettext_lazy("Put everything below"))
    template_id = forms.TypedChoiceField(
        label=gettext_lazy("Template of new cases"), required=False, coerce=int, empty_value=None
    )
    existing = forms.ChoiceField(
        label=gettext_lazy("Cases that are there already"), choices=ExistingCases.choices, widget=forms.RadioSelect
    )
    merges_tags = forms.BooleanField(label=gettext_lazy("Add tags instead of replacing them"), required=False)
    skips_bad = forms.ChoiceField(
        label=gettext_lazy("Rows that cannot be used"),
        choices=[
            ("", gettext_lazy("Refuse the whole file: all or nothing")),
            ("1", gettext_lazy("Leave them out and bring in all others")),
        ],
        widget=forms.RadioSelect,
        required=False,
    )
    READING = ("separator", "encoding", "sheet", "has_head")

    def __init__(
        self, *args: Any, project: Project, user: User, source: Source, options: Options, **kwargs: Any
    ) -> None:
        """Offer what the file has and what the project knows."""
        self.source, self.examples = source, source.sample(SHOWN_EXAMPLES)
        super().__init__(*args, initial=_initial(source, options), **kwargs)
        self.fields["folder_id"].offer(project, user, _("The top of the tree"))
        templates = Template.objects.in_project(project).in_use()
        named = [(template.pk, template.name) for template in templates]
        self.fields["template_id"].choices = [("", _("The default one")), *named]
        self.fields["sheet"].choices = [(name, name) for name in source.sheets]
        self._offer_encoding()
        for name in self._unasked():
            del self.fields[name]
        choices = _targets(project)
        for place, name in enumerate(source.columns):
            chosen = options.columns[place] if place < len(options.columns) else ""
            field = forms.ChoiceField(label=name, choices=choices, required=False, initial=chosen)
            field.widget.attrs["class"] = "form-select"
            self.fields[f"column_{place}"] = field

    def _offer_encoding(self) -> None:
        known = [name for name, _word in self.fields["encoding"].choices]
        if self.source.encoding and self.source.encoding not in known:
            self.fields["encoding"].choices = [
                *self.fields["encoding"].choices,
                (self.source.encoding, self.source.encoding.upper()),
            ]

    def _unasked(self) -> Iterator[str]:
        """What does not matter for the kind of the file."""
        kind = self.source.kind
        if kind != "csv":
            yield from ("separator", "encoding")
        if kind != "xlsx" or len(self.source.sheets) < 2:
            yield "sheet"
        if kind not in ("csv", "xlsx"):
            yield from ("has_head", "is_per_step")

    def column_choices(self) -> list[ColumnChoice]:
        """The columns of the file with what stands in them."""
        return [
            ColumnChoice(name, [row[place] for row in self.examples if row[place]], self[f"column_{place}"])
            for place, name in enumerate(self.source.columns)
        ]

    def reading_fields(self) -> list[forms.BoundField]:
        """How the file is read, as far as it matters for its kind."""
        return [self[name] for name in self.READING if name in self.fields]

    def choices(self) -> dict[str, Any]:
        """The choices as an import keeps them."""
        values = self.cleaned_data
        chosen: dict[str, Any] = {
            name: values[name] for name in ("sheet", "has_head", "encoding") if name in self.fields
        }
        if "separator" in self.fields:
            chosen["separator"] = _SIGNS.get(values["separator"], self.source.separator)
        if "is_per_step" in self.fields:
            chosen["is_per_step"] = bool(values["is_per_step"])
        chosen |= {name: values[name] for name in ("folder_id", "template_id", "existing", "merges_tags")}
        chosen["folder_separator"] = "" if values["folder_separator"] == "plain" else values["folder_separator"]
        chosen["skips_bad"] = bool(values["skips_bad"])
        chosen["columns"] = [values[f"column_{place}"] for place in range(len(self.source.columns))]
        return chosen


def _initial(source: Source, options: Options) -> dict[str, Any]:
    return {
        "separator": SEPARATORS.get(source.separator, ""),
        "encoding": source.encoding,
        "sheet": source.sheet,
        "has_head": source.has_head,
        "is_per_step": "1" if options.is_per_step else "",
        "folder_separator": options.folder_separator or "plain",
        "folder_id": options.folder_id,
        "template_id": options.template_id,
        "existing": options.existing,
        "merges_tags": options.merges_tags,
        "skips_bad": "1" if options.skips_bad else "",
    }


def _targets(project: Project) -> Sequence[Any]:
    """What a column can be mapped to, the steps and the project's own fields apart."""
    columns = columns_by_name(project).values()
    steps = [column for column in columns if column.is_step or column.name == "steps"]
    own = [column for column in columns if column.custom]
    others = [column for column in columns if column not in steps and column not in own]
    groups = ((_("Case"), others), (_("Steps"), steps), (_("Own fields"), own))
    offered = [(word, [(column.name, column.label) for column in group]) for word, group in groups if group]
    return [("", _("Leave out")), *offered]
