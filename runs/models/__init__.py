"""Test runs, the tests in them, their results, what a test left behind, and the reports they came from."""

from .configurations import Configuration
from .evidence import Artifact, Checkpoint, LogEntry, StepResult
from .failures import FailureCluster, FailureRule, Quarantine, RunCluster, TestStability
from .retention import RetentionSweep, RetentionTerms
from .runner import RunnerEntry, RunnerPresence
from .runs import ReportImport, Result, RunCase, RunNumberCounter, TestRun
from .sessions import Finding, Session, SessionEntry

__all__ = [
    "Artifact",
    "Checkpoint",
    "Configuration",
    "FailureCluster",
    "FailureRule",
    "Finding",
    "LogEntry",
    "Quarantine",
    "ReportImport",
    "Result",
    "RetentionSweep",
    "RetentionTerms",
    "RunCase",
    "RunCluster",
    "RunNumberCounter",
    "RunnerEntry",
    "RunnerPresence",
    "Session",
    "SessionEntry",
    "StepResult",
    "TestRun",
    "TestStability",
]
