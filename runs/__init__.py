"""Test runs, results and the importers of reports."""
