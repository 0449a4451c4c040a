from django.db import migrations, models
from django.db.models import Q

from qaportal.kit.indexes import AddIndexResumably


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("runs", "0012_manual_runs")]

    operations = [
        migrations.AddField("testrun", "heard_at", models.DateTimeField(editable=False, null=True)),
        AddIndexResumably(
            "testrun", models.Index(fields=["project"], condition=Q(status="active"), name="test_run_active")
        ),
    ]
