import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

KEYS = (
    ("auditentry", "actor", settings.AUTH_USER_MODEL),
    ("auditentry", "project", "accounts.project"),
    ("auditentry", "tenant", "accounts.tenant"),
    ("auditseal", "tenant", "accounts.tenant"),
    ("requestrecord", "tenant", "accounts.tenant"),
)


class Migration(migrations.Migration):
    """The keys of the trail need no index of their own: others begin with them, and each costs every write."""

    dependencies = [("accounts", "0020_find_people")]

    operations = [
        migrations.AlterField(
            model_name=model,
            name=name,
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=target
            ),
        )
        for model, name, target in KEYS
    ]
