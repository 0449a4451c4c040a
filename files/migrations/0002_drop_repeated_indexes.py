"""Take away the indexes that others begin with."""

import django.db.models.deletion
from django.db import migrations, models

from qaportal.kit.indexes import DropIndexOfKey


class Migration(migrations.Migration):
    """Drop them without holding up anybody."""

    atomic = False

    dependencies = [
        ('accounts', '0002_drop_repeated_indexes'),
        ('files', '0001_squashed'),
    ]

    operations = [
        DropIndexOfKey(
            model_name='storedfile',
            name='project',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
    ]
