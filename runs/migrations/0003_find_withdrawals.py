"""Find the runs whose results are being withdrawn."""

from django.db import migrations, models

from qaportal.kit.indexes import AddIndexResumably


class Migration(migrations.Migration):
    """Add the index without holding up writers."""

    atomic = False
    dependencies = [("runs", "0002_withdrawals")]

    operations = [
        AddIndexResumably(
            "testrun",
            models.Index(
                condition=models.Q(withdrawn_to__isnull=False), fields=["id"], name="test_run_withdrawing"
            ),
        ),
    ]
