"""Test runs, the tests in them, their results, what a test left behind, and the reports they came from."""

from .evidence import Artifact, Checkpoint, LogEntry, StepResult
from .failures import FailureCluster, FailureRule, Quarantine, RunCluster, TestStability
from .runs import ReportImport, Result, RunCase, RunNumberCounter, TestRun

__all__ = [
    "Artifact",
    "Checkpoint",
    "FailureCluster",
    "FailureRule",
    "LogEntry",
    "Quarantine",
    "ReportImport",
    "Result",
    "RunCase",
    "RunCluster",
    "RunNumberCounter",
    "StepResult",
    "TestRun",
    "TestStability",
]
