"""The business verbs of the catalog."""
