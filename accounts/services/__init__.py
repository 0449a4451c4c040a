"""The business verbs of accounts."""
