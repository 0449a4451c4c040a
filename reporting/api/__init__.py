"""API of reporting."""
