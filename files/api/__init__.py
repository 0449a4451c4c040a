"""REST API of files."""
