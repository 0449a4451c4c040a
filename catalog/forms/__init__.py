"""The shape of the input of the catalog's pages."""

from .cases import EMPTY_STEPS, CaseForm, CaseLinkForm, read_steps
from .changing import ChangeForm
from .copies import CopyForm
from .exports import ExportForm
from .fields import FolderField, read_ids
from .folders import FolderForm, FolderMoveForm
from .imports import ImportFileForm, ImportOptionsForm
from .removal import FolderDeleteForm
from .rows import RowForm
from .shared_steps import SharedStepsForm, ShareForm
from .stories import StoryForm
from .workflow import RemoveStateForm, ReviewForm, StateForm

__all__ = [
    "EMPTY_STEPS",
    "CaseForm",
    "CaseLinkForm",
    "ChangeForm",
    "CopyForm",
    "ExportForm",
    "FolderDeleteForm",
    "FolderField",
    "FolderForm",
    "FolderMoveForm",
    "ImportFileForm",
    "ImportOptionsForm",
    "RemoveStateForm",
    "ReviewForm",
    "RowForm",
    "ShareForm",
    "SharedStepsForm",
    "StateForm",
    "StoryForm",
    "read_ids",
    "read_steps",
]
