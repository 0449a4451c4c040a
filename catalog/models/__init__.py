"""Folders, test cases, their steps and versions, the links between them, and the stories they cover."""

from .activity import CaseActivity
from .cases import LONGEST_ESTIMATE, TestCase, TestIdCounter, TestStep
from .folders import Folder, FolderCount
from .links import TestCaseLink
from .stories import Story, TestCaseStory
from .versions import TestCaseVersion
from .words import TitleWord

__all__ = [
    "LONGEST_ESTIMATE",
    "CaseActivity",
    "Folder",
    "FolderCount",
    "Story",
    "TestCase",
    "TestCaseLink",
    "TestCaseStory",
    "TestCaseVersion",
    "TestIdCounter",
    "TestStep",
    "TitleWord",
]
