"""Measures what the portal promises about speed; printed as a table, never asserted."""
