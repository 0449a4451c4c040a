"""Test runs, the tests in them, their results, what a test left behind, and the reports they came from."""

from .configurations import Configuration
from .evidence import Artifact, Checkpoint, LogEntry, StepResult
from .runs import ReportImport, Result, RunCase, RunNumberCounter, TestRun

__all__ = [
    "Artifact",
    "Checkpoint",
    "Configuration",
    "LogEntry",
    "ReportImport",
    "Result",
    "RunCase",
    "RunNumberCounter",
    "StepResult",
    "TestRun",
]
