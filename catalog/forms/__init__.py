"""The shape of the input of the catalog's pages."""

from .cases import EMPTY_STEPS, CaseForm, CaseLinkForm, MoveForm, read_steps
from .fields import FolderField, read_ids
from .folders import FolderForm
from .stories import StoryForm

__all__ = [
    "EMPTY_STEPS",
    "CaseForm",
    "CaseLinkForm",
    "FolderField",
    "FolderForm",
    "MoveForm",
    "StoryForm",
    "read_ids",
    "read_steps",
]
