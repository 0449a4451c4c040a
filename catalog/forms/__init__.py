"""The shape of the input of the catalog's pages."""

from .cases import EMPTY_STEPS, CaseForm, CaseLinkForm, MoveForm, read_steps
from .fields import FolderField, read_ids
from .folders import FolderForm
from .shared_steps import SharedStepsForm, ShareForm
from .stories import StoryForm

__all__ = [
    "EMPTY_STEPS",
    "CaseForm",
    "CaseLinkForm",
    "FolderField",
    "FolderForm",
    "MoveForm",
    "ShareForm",
    "SharedStepsForm",
    "StoryForm",
    "read_ids",
    "read_steps",
]
