"""What stands in the database of one tenant, to see that nothing of it changed."""

from collections.abc import Container
from functools import cache

from django.apps import apps
from django.db import connection

WAYS = {
    "tenant_id": "{table}.tenant_id = %(tenant)s",
    "project_id": "{table}.project_id IN (SELECT id FROM accounts_project WHERE tenant_id = %(tenant)s)",
    "user_id": "{table}.user_id IN (SELECT id FROM accounts_user WHERE tenant_id = %(tenant)s)",
}
"""How the columns of a table lead to a tenant."""
THEMSELVES = {"accounts.Tenant": "{table}.id = %(tenant)s"}
OF_CALLING = frozenset({"accounts.RequestRecord", "accounts.TokenFamily", "usersessions.UserSession"})
"""What changes because somebody calls, whatever he calls."""


@cache
def tables() -> dict[str, str]:
    """The label of every model whose rows belong to tenants, with the condition that finds those of one."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        columns = {field.column for field in meta.concrete_fields}
        ways = [THEMSELVES[meta.label]] if meta.label in THEMSELVES else []
        ways += [way for column, way in WAYS.items() if column in columns]
        if ways and meta.managed and not meta.proxy:
            found[meta.label] = " OR ".join(ways).format(table="t")
    return found


_WRITTEN = """
SELECT coalesce(whole.relname, told.relname), sum(told.n_tup_ins + told.n_tup_upd + told.n_tup_del)
FROM pg_stat_xact_user_tables AS told
LEFT JOIN pg_inherits AS part ON part.inhrelid = told.relid
LEFT JOIN pg_class AS whole ON whole.oid = part.inhparent
WHERE told.n_tup_ins + told.n_tup_upd + told.n_tup_del > 0 GROUP BY 1
"""


def written() -> dict[str, int]:
    """How many rows the transaction wrote so far, by table: PostgreSQL counts them, whatever way they came."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN)
        return dict(cursor.fetchall())


def written_since(before: dict[str, int]) -> frozenset[str]:
    """The tables that were written since `before` was asked for; in no other has anything changed."""
    return frozenset(table for table, number in written().items() if number != before.get(table))


def rows_of(
    tenant_id: int, *, without: frozenset[str] = frozenset(), only: Container[str] | None = None
) -> dict[str, str]:
    """A digest of all rows of the tenant, table by table; of the tables `only`, where they are given."""
    parts = [
        f"SELECT '{label}', md5(string_agg(t::text, chr(10) ORDER BY t::text))"
        f' FROM "{apps.get_model(label)._meta.db_table}" AS t WHERE {condition}'
        for label, condition in tables().items()
        if label not in without and (only is None or apps.get_model(label)._meta.db_table in only)
    ]
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), {"tenant": tenant_id})
        return dict(cursor.fetchall())


def differing(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """The tables of those looked at afterwards in which something changed."""
    return sorted(label for label in after if before[label] != after[label])
