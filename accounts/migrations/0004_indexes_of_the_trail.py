"""Lists of the trail go by time, filtered or not, words are found in labels, and sealing goes by transaction.

The trail may be long: its indexes are made and dropped while it is written on. Its keys need no index of their own:
others begin with them, and each costs every write. Altering the fields themselves would check every key anew, so
only the indexes are dropped. Going back loses nothing.
"""

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Upper

from qaportal.kit.indexes import AddIndexResumably

ADDED = (
    models.Index(fields=["-created_at", "-id"], name="audit_by_time"),
    models.Index(fields=["tenant", "-created_at", "-id"], name="audit_of_tenant_by_time"),
    models.Index(fields=["project", "-created_at", "-id"], name="audit_of_project_by_time"),
    models.Index(fields=["actor", "-created_at", "-id"], name="audit_of_actor_by_time"),
    models.Index(fields=["action", "-created_at", "-id"], name="audit_of_action_by_time"),
    models.Index(fields=["transaction_id", "id"], name="audit_by_transaction"),
    GinIndex(OpClass(Upper("target_label"), name="gin_trgm_ops"), name="audit_by_label"),
)
REMOVED = ("audit_of_tenant", "audit_of_project")
KEYS = (
    ("actor", settings.AUTH_USER_MODEL, "accounts_auditentry_actor_id_3237b29c"),
    ("project", "accounts.project", "accounts_auditentry_project_id_a856325c"),
    ("tenant", "accounts.tenant", "accounts_auditentry_tenant_id_df2a9357"),
)


def without_index(field: str, target: str, index: str) -> migrations.SeparateDatabaseAndState:
    """The key of the trail, its own index dropped."""
    return migrations.SeparateDatabaseAndState(
        database_operations=[
            migrations.RunSQL(
                f"DROP INDEX CONCURRENTLY IF EXISTS {index}",
                f"CREATE INDEX CONCURRENTLY {index} ON accounts_auditentry ({field}_id)",
            )
        ],
        state_operations=[
            migrations.AlterField(
                model_name="auditentry",
                name=field,
                field=models.ForeignKey(
                    db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=target
                ),
            )
        ],
    )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0003_append_only_audit"), ("kit", "0001_text_search")]

    operations = [
        *(AddIndexResumably("auditentry", index) for index in ADDED),
        *(RemoveIndexConcurrently("auditentry", name) for name in REMOVED),
        *(without_index(*key) for key in KEYS),
    ]
