from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models

from qaportal.kit.indexes import AddIndexResumably


class Migration(migrations.Migration):
    """Cases are found by their own fields, template and origin, and steps by what they share; nobody waits for it."""

    atomic = False
    dependencies = [("catalog", "0010_own_fields_and_shared_steps")]

    operations = [
        AddIndexResumably("teststep", models.Index(condition=models.Q(('shared_steps__isnull', False)), fields=['shared_steps'], name='test_step_shared')),
        AddIndexResumably("testcase", models.Index(fields=['template'], name='test_case_by_template')),
        AddIndexResumably("testcase", GinIndex(fields=['custom_values'], name='test_case_custom_values', opclasses=['jsonb_path_ops'])),
        AddIndexResumably("testcase", models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into'], name='test_case_merged_into')),
        AddIndexResumably("testcase", models.Index(condition=models.Q(('copied_from__isnull', False)), fields=['copied_from'], name='test_case_copied_from')),
    ]
