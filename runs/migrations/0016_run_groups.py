"""Runs of the same cases in several configurations share a group."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the group to runs."""

    dependencies = [("runs", "0015_waiting_files")]

    operations = [
        migrations.AddField("testrun", "group", models.UUIDField(blank=True, editable=False, null=True)),
        migrations.AddIndex(
            "testrun",
            models.Index(condition=models.Q(group__isnull=False), fields=["group"], name="test_run_of_group"),
        ),
    ]
