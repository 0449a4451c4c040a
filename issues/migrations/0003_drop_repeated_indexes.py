"""Take away the indexes that others begin with."""

import django.db.models.deletion
from django.db import migrations, models

from qaportal.kit.indexes import DropIndexOfKey


class Migration(migrations.Migration):
    """Drop them without holding up anybody."""

    atomic = False

    dependencies = [
        ('accounts', '0002_drop_repeated_indexes'),
        ('issues', '0002_mark_shared_files'),
    ]

    operations = [
        DropIndexOfKey(
            model_name='issue',
            name='project',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
    ]
