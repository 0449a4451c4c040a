"""People are found by any part of their name or address, and the address of a deleted person is free again.

There may be many people: their indexes are made and dropped while they sign in. Going back, an address is one
person's again, deleted or not: a deleted person whose address somebody has by now loses it, and gets one that leads
nowhere (`deleted-<id>@deleted.invalid`). Of several deleted ones the one who came last keeps it.
"""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations, models
from django.db.models.functions import Lower

from qaportal.kit.indexes import AddIndexResumably

NAME_AND_ADDRESS = models.Func(
    *("first_name", "last_name", "email"),
    arg_joiner=" || ' ' || ",
    function="portal_folded",
    output_field=models.TextField(),
)
ADDED = (
    models.Index(fields=["tenant", "email"], name="user_of_tenant_by_email"),
    GinIndex(OpClass(NAME_AND_ADDRESS, name="gin_trgm_ops"), name="user_by_words"),
    models.Index(
        condition=models.Q(("deleted_at__isnull", True)),
        fields=["tenant", "first_name", "last_name", "id"],
        name="user_of_tenant_by_name",
    ),
)
FREE_TAKEN_ADDRESSES = """
UPDATE accounts_user AS gone SET email = 'deleted-' || gone.id || '@deleted.invalid'
WHERE gone.deleted_at IS NOT NULL AND EXISTS (
    SELECT 1 FROM accounts_user AS other
    WHERE lower(other.email) = lower(gone.email) AND other.id <> gone.id
      AND (other.deleted_at IS NULL OR other.id > gone.id)
)
"""


def unique_address(condition: str) -> list[str]:
    """The statements that put another index of unique addresses in the place of the one there is."""
    return [
        "DROP INDEX CONCURRENTLY IF EXISTS user_email_next",
        f"CREATE UNIQUE INDEX CONCURRENTLY user_email_next ON accounts_user (lower(email)) {condition}",
        "DROP INDEX CONCURRENTLY IF EXISTS user_email_once",
        "ALTER INDEX user_email_next RENAME TO user_email_once",
    ]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0004_indexes_of_the_trail"), ("kit", "0001_text_search")]

    operations = [
        *(AddIndexResumably("user", index) for index in ADDED),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    unique_address("WHERE deleted_at IS NULL"), [FREE_TAKEN_ADDRESSES, *unique_address("")]
                )
            ],
            state_operations=[
                migrations.RemoveConstraint(model_name="user", name="user_email_once"),
                migrations.AddConstraint(
                    model_name="user",
                    constraint=models.UniqueConstraint(
                        Lower("email"), condition=models.Q(("deleted_at__isnull", True)), name="user_email_once"
                    ),
                ),
            ],
        ),
    ]
