"""The shape of the input of the catalog's pages."""

from .cases import EMPTY_STEPS, CaseForm, CaseLinkForm, read_steps
from .changing import ChangeForm
from .exports import ExportForm
from .fields import FolderField, read_ids
from .folders import FolderForm
from .imports import ImportFileForm, ImportOptionsForm
from .stories import StoryForm

__all__ = [
    "EMPTY_STEPS",
    "CaseForm",
    "CaseLinkForm",
    "ChangeForm",
    "ExportForm",
    "FolderField",
    "FolderForm",
    "ImportFileForm",
    "ImportOptionsForm",
    "StoryForm",
    "read_ids",
    "read_steps",
]
