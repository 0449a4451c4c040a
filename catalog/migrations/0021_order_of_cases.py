from django.db import migrations, models

from qaportal.kit.indexes import AddIndexResumably


class Migration(migrations.Migration):
    """The list of cases is sorted by priority and by when they were written without reading them all."""

    atomic = False
    dependencies = [("catalog", "0020_shared_step_places")]

    operations = [
        AddIndexResumably("testcase", models.Index(condition=models.Q(('deleted_at__isnull', True), ('is_archived', False)), fields=['project', 'priority', 'id'], name='test_case_by_priority')),
        AddIndexResumably("testcase", models.Index(condition=models.Q(('deleted_at__isnull', True), ('is_archived', False)), fields=['project', 'created_at', 'id'], name='test_case_by_creation')),
    ]
