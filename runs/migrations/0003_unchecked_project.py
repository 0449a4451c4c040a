"""The project of a test is not checked row by row: its run, which is, stands in the same project."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("runs", "0002_report_requests")]

    operations = [
        migrations.AlterField(
            "runcase",
            "project",
            models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="accounts.project",
            ),
        ),
    ]
