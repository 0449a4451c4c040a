from django.db import migrations, models

from qaportal.kit.indexes import AddIndexResumably


class Migration(migrations.Migration):
    """Tests of a run are found by what their failure is recognised by, and by the rule that classes it."""

    atomic = False
    dependencies = [("runs", "0007_failures")]

    operations = [
        AddIndexResumably("runcase", models.Index(condition=models.Q(("fingerprint__isnull", False)), fields=["run", "fingerprint"], name="run_case_of_cluster")),
        AddIndexResumably("runcase", models.Index(condition=models.Q(("rule__isnull", False)), fields=["rule"], name="run_case_of_rule")),
    ]
