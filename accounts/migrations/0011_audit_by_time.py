from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

ADDED = (
    ("auditentry", models.Index(fields=["-created_at", "-id"], name="audit_by_time")),
    ("auditentry", models.Index(fields=["tenant", "-created_at", "-id"], name="audit_of_tenant_by_time")),
    ("auditentry", models.Index(fields=["project", "-created_at", "-id"], name="audit_of_project_by_time")),
    ("auditentry", models.Index(fields=["actor", "-created_at", "-id"], name="audit_of_actor_by_time")),
    ("auditentry", models.Index(fields=["action", "-created_at", "-id"], name="audit_of_action_by_time")),
    ("auditentry", models.Index(fields=["transaction_id", "id"], name="audit_by_transaction")),
    ("requestrecord", models.Index(fields=["correlation_id", "created_at"], name="request_by_correlation_time")),
)
REMOVED = (
    ("auditentry", "audit_of_tenant"),
    ("auditentry", "audit_of_project"),
    ("auditentry", "audit_of_actor"),
    ("requestrecord", "request_by_correlation"),
)


class Migration(migrations.Migration):
    """Lists of the trail go by time, filtered or not, and sealing by transaction."""

    atomic = False
    dependencies = [("accounts", "0010_digest_of_entries")]

    operations = [
        *(AddIndexConcurrently(model, index) for model, index in ADDED),
        *(RemoveIndexConcurrently(model, name) for model, name in REMOVED),
    ]
