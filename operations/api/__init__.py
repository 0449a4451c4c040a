"""REST API of operations."""
