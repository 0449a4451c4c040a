"""Indexes that are made while a table is in use."""

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently


class AddIndexResumably(AddIndexConcurrently):
    """Make an index without holding up writers; what an attempt left behind that was killed is dropped first.

    PostgreSQL keeps an invalid index of an interrupted `CREATE INDEX CONCURRENTLY`, and a migration outside a
    transaction starts from its beginning again.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Drop what is there by this name, then make the index."""
        self._ensure_not_in_transaction(schema_editor)
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {schema_editor.quote_name(self.index.name)}")
        super().database_forwards(app_label, schema_editor, from_state, to_state)
