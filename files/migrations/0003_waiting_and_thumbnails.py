from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models
from django.db.models import Q

STATES = [
    ("pending", "Pending"), ("stored", "Stored"), ("waiting", "Waiting for the storage"), ("missing", "Missing")
]
KNOWN = models.CheckConstraint(condition=Q(state__in=["pending", "stored", "waiting", "missing"]), name="stored_file_state_known")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("files", "0002_path_index")]

    operations = [
        migrations.AddField(
            "storedfile", "thumbnail_size", models.PositiveIntegerField(editable=False, null=True)
        ),
        migrations.AlterField(
            "storedfile", "state", models.CharField(choices=STATES, default="pending", max_length=10)
        ),
        migrations.RemoveConstraint("storedfile", "stored_file_state_known"),
        AddConstraintNotValid("storedfile", KNOWN),
        ValidateConstraint("storedfile", "stored_file_state_known"),
    ]
