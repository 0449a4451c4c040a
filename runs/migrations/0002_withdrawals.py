"""Undoing imports and deleting runs become work that a job can take up again."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Add how far the withdrawal of a run is, and the state of an import that is being undone."""

    dependencies = [("runs", "0001_squashed")]

    operations = [
        migrations.AddField("testrun", "withdrawn_to", models.BigIntegerField(editable=False, null=True)),
        migrations.AlterField(
            "reportimport",
            "state",
            models.CharField(
                choices=[
                    ("queued", "Queued"),
                    ("running", "Running"),
                    ("done", "Done"),
                    ("failed", "Failed"),
                    ("undoing", "Being undone"),
                    ("undone", "Undone"),
                ],
                default="queued",
                max_length=10,
            ),
        ),
        # An import that is being undone when the portal goes back to the release before is done again.
        migrations.RunSQL(
            migrations.RunSQL.noop, "UPDATE runs_reportimport SET state = 'done' WHERE state = 'undoing'"
        ),
        migrations.RemoveConstraint("reportimport", "report_import_state_known"),
        migrations.AddConstraint(
            "reportimport",
            models.CheckConstraint(
                condition=Q(state__in=["queued", "running", "done", "failed", "undoing", "undone"]),
                name="report_import_state_known",
            ),
        ),
        migrations.RemoveConstraint("reportimport", "report_import_bytes_once"),
        migrations.AddConstraint(
            "reportimport",
            models.UniqueConstraint(
                condition=~Q(Q(state__in=["failed", "undoing", "undone"]) | Q(duplicate_of__isnull=False)),
                fields=["run", "sha256"],
                name="report_import_bytes_once",
            ),
        ),
    ]
