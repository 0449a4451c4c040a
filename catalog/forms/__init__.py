"""The shape of the input of the catalog's pages."""

from .cases import EMPTY_STEPS, CaseForm, CaseLinkForm, read_steps
from .changing import ChangeForm
from .fields import FolderField, read_ids
from .folders import FolderForm
from .shared_steps import SharedStepsForm, ShareForm
from .stories import StoryForm

__all__ = [
    "EMPTY_STEPS",
    "CaseForm",
    "CaseLinkForm",
    "ChangeForm",
    "FolderField",
    "FolderForm",
    "ShareForm",
    "SharedStepsForm",
    "StoryForm",
    "read_ids",
    "read_steps",
]
