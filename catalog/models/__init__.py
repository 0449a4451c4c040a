"""Folders, test cases, their steps, versions and own fields, the links between them, and the stories they cover."""

from .activity import CaseActivity
from .cases import LONGEST_ESTIMATE, TestCase, TestIdCounter, TestStep
from .copies import CopiedCase, CopyJob
from .duplicates import CaseFingerprint, DuplicateScan, SimilarPair
from .fields import CustomField, Template, TemplateField
from .folders import Folder, FolderCount
from .imports import CaseImport, CaseImportRow, CaseOrigin, ColumnMapping
from .links import TestCaseLink
from .removals import FolderRemoval
from .saved_views import SavedView
from .shared_steps import SharedSteps, SharedStepsVersion
from .stories import Story, TestCaseStory
from .versions import TestCaseVersion
from .words import TitleWord

__all__ = [
    "LONGEST_ESTIMATE",
    "CaseActivity",
    "CaseFingerprint",
    "CaseImport",
    "CaseImportRow",
    "CaseOrigin",
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
]
