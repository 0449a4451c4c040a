"""Attachments of an import whose bytes have yet to be taken out of its archive."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("runs", "0012_manual_runs")]

    operations = [
        migrations.AddField(model_name="reportimport", name="waiting_files", field=models.JSONField(default=list)),
    ]
