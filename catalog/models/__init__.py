"""Folders, test cases, their steps, versions and own fields, the links between them, the stories they cover, and their
workflow with its reviews.
"""

from .activity import CaseActivity
from .cases import LONGEST_ESTIMATE, TestCase, TestIdCounter, TestStep
from .copies import CopiedCase, CopyJob
from .duplicates import CaseFingerprint, DuplicateScan, SimilarPair
from .fields import CustomField, Template, TemplateField
from .folders import Folder, FolderCount
from .imports import CaseImport, CaseImportRow, CaseOrigin, ColumnMapping
from .links import TestCaseLink
from .removals import FolderRemoval
from .reviews import LONGEST_NOTE, CaseReview
from .saved_views import SavedView
from .shared_steps import SharedSteps, SharedStepsVersion
from .stories import Story, TestCaseStory
from .versions import TestCaseVersion
from .words import TitleWord
from .workflow import WorkflowState

__all__ = [
    "LONGEST_ESTIMATE",
    "LONGEST_NOTE",
    "CaseActivity",
    "CaseFingerprint",
    "CaseImport",
    "CaseImportRow",
    "CaseOrigin",
    "CaseReview",
    "ColumnMapping",
    "CopiedCase",
    "CopyJob",
    "CustomField",
    "DuplicateScan",
    "Folder",
    "FolderCount",
    "FolderRemoval",
    "SavedView",
    "SharedSteps",
    "SharedStepsVersion",
    "SimilarPair",
    "Story",
    "Template",
    "TemplateField",
    "TestCase",
    "TestCaseLink",
    "TestCaseStory",
    "TestCaseVersion",
    "TestIdCounter",
    "TestStep",
    "TitleWord",
    "WorkflowState",
]
