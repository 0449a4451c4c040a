"""REST API of issues."""
