"""The shape of the input of the catalog's pages."""

from .cases import EMPTY_STEPS, CaseForm, CaseLinkForm, MoveForm, read_steps
from .exports import ExportForm
from .fields import FolderField, read_ids
from .folders import FolderForm
from .imports import ImportFileForm, ImportOptionsForm
from .stories import StoryForm

__all__ = [
    "EMPTY_STEPS",
    "CaseForm",
    "CaseLinkForm",
    "ExportForm",
    "FolderField",
    "FolderForm",
    "ImportFileForm",
    "ImportOptionsForm",
    "MoveForm",
    "StoryForm",
    "read_ids",
    "read_steps",
]
