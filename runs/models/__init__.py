"""Test runs, the tests in them, their results, what a test left behind, and the reports they came from."""

from .evidence import Artifact, Checkpoint, LogEntry, StepResult
from .runner import RunnerEntry, RunnerPresence
from .runs import ReportImport, Result, RunCase, RunNumberCounter, TestRun

__all__ = [
    "Artifact",
    "Checkpoint",
    "LogEntry",
    "ReportImport",
    "Result",
    "RunCase",
    "RunNumberCounter",
    "RunnerEntry",
    "RunnerPresence",
    "StepResult",
    "TestRun",
]
