"""Read-only views over the other apps: the overview."""
