"""Indexes that are made while a table is in use."""

from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.migrations.operations import AlterField
from django.db.models import Index


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


class AddPartitionedIndexResumably(AddIndexResumably):
    """The same for a partitioned table, which knows no `CONCURRENTLY`: an index of nothing that each partition's own
    one joins, made without holding up writers."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Drop what is there by this name, then make the index of the whole and that of each partition."""
        self._ensure_not_in_transaction(schema_editor)
        model = to_state.apps.get_model(app_label, self.model_name)
        quote, table = schema_editor.quote_name, model._meta.db_table
        statement = str(self.index.create_sql(model, schema_editor))
        named = f"CREATE INDEX {quote(self.index.name)} ON {quote(table)} "
        columns = statement.removeprefix(named)
        schema_editor.execute(f"DROP INDEX IF EXISTS {quote(self.index.name)}")
        schema_editor.execute(f"CREATE INDEX {quote(self.index.name)} ON ONLY {quote(table)} {columns}", params=None)
        for partition in _partitions_of(schema_editor, table):
            own = f"{partition}_{self.index.name}"[:63]
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {quote(own)}")
            schema_editor.execute(
                f"CREATE INDEX CONCURRENTLY {quote(own)} ON {quote(partition)} {columns}", params=None
            )
            schema_editor.execute(f"ALTER INDEX {quote(self.index.name)} ATTACH PARTITION {quote(own)}")

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Drop the index, and with it those of the partitions."""
        schema_editor.execute(f"DROP INDEX IF EXISTS {schema_editor.quote_name(self.index.name)}")


class DropIndexOfKey(AlterField):
    """Take the index of its own from a foreign key that begins another index, without holding up anybody.

    `AlterField` alone would take the key's constraint away and check every row again to make it anew.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Drop the key's index by whatever name it has."""
        model = to_state.apps.get_model(app_label, self.model_name)
        column = model._meta.get_field(self.name).column
        declared = {index.name for index in model._meta.indexes}
        names = schema_editor._constraint_names(
            model, [column], index=True, unique=False, type_=Index.suffix, exclude=declared
        )
        for name in names:
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {schema_editor.quote_name(name)}")

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Make the index again, by the name that Django gives it."""
        model = to_state.apps.get_model(app_label, self.model_name)
        table, column = model._meta.db_table, model._meta.get_field(self.name).column
        quote = schema_editor.quote_name
        name = quote(schema_editor._create_index_name(table, [column]))
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        schema_editor.execute(f"CREATE INDEX CONCURRENTLY {name} ON {quote(table)} ({quote(column)})")


def _partitions_of(schema_editor: Any, table: str) -> list[str]:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass ORDER BY 1", [table]
        )
        return [name.strip('"') for (name,) in cursor.fetchall()]
