"""Folders, test cases, their steps and versions, the links between them, and the stories they cover."""

from .activity import CaseActivity
from .cases import LONGEST_ESTIMATE, TestCase, TestIdCounter, TestStep
from .folders import Folder
from .links import TestCaseLink
from .stories import Story, TestCaseStory
from .versions import TestCaseVersion

__all__ = [
    "LONGEST_ESTIMATE",
    "CaseActivity",
    "Folder",
    "Story",
    "TestCase",
    "TestCaseLink",
    "TestCaseStory",
    "TestCaseVersion",
    "TestIdCounter",
    "TestStep",
]
