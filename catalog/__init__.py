"""Folders, test cases and their steps."""
