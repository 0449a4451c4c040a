from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Upper

ADDED = (
    ("auditentry", models.Index(fields=["-created_at", "-id"], name="audit_by_time")),
    ("auditentry", models.Index(fields=["tenant", "-created_at", "-id"], name="audit_of_tenant_by_time")),
    ("auditentry", models.Index(fields=["project", "-created_at", "-id"], name="audit_of_project_by_time")),
    ("auditentry", models.Index(fields=["actor", "-created_at", "-id"], name="audit_of_actor_by_time")),
    ("auditentry", models.Index(fields=["action", "-created_at", "-id"], name="audit_of_action_by_time")),
    ("auditentry", models.Index(fields=["transaction_id", "id"], name="audit_by_transaction")),
    ("auditentry", GinIndex(OpClass(Upper("target_label"), name="gin_trgm_ops"), name="audit_by_label")),
    ("requestrecord", models.Index(fields=["correlation_id", "created_at"], name="request_by_correlation_time")),
)
REMOVED = (
    ("auditentry", "audit_of_tenant"),
    ("auditentry", "audit_of_project"),
    ("auditentry", "audit_of_actor"),
    ("requestrecord", "request_by_correlation"),
)


class Migration(migrations.Migration):
    """Lists of the trail go by time, filtered or not, words are found in labels, and sealing goes by transaction."""

    atomic = False
    dependencies = [("accounts", "0010_digest_of_entries"), ("kit", "0001_text_search")]

    operations = [
        *(AddIndexConcurrently(model, index) for model, index in ADDED),
        *(RemoveIndexConcurrently(model, name) for model, name in REMOVED),
    ]
