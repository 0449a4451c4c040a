"""Attachments of an import whose bytes have yet to be taken out of its archive; failures found by their cause."""

from django.db import migrations, models

from qaportal.kit.indexes import AddPartitionedIndexResumably


class Migration(migrations.Migration):

    atomic = False
    dependencies = [("runs", "0014_retention")]

    operations = [
        migrations.AddField(model_name="reportimport", name="waiting_files", field=models.JSONField(default=list)),
        AddPartitionedIndexResumably(
            "result",
            models.Index(
                fields=["project", "fingerprint", "executed_at"],
                condition=models.Q(fingerprint__isnull=False),
                name="result_of_cluster",
            ),
        ),
    ]
