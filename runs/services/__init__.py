"""The business verbs of runs."""
