"""Take away the indexes that others begin with."""

import django.db.models.deletion
from django.db import migrations, models

from qaportal.kit.indexes import DropIndexOfKey


class Migration(migrations.Migration):
    """Drop them without holding up anybody."""

    atomic = False

    dependencies = [
        ('accounts', '0002_drop_repeated_indexes'),
        ('catalog', '0002_drop_repeated_indexes'),
        ('releases', '0001_squashed'),
    ]

    operations = [
        DropIndexOfKey(
            model_name='milestone',
            name='project',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
        DropIndexOfKey(
            model_name='release',
            name='project',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
        DropIndexOfKey(
            model_name='releasecase',
            name='case',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.testcase'),
        ),
        DropIndexOfKey(
            model_name='releasecase',
            name='release',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='scope', to='releases.release'),
        ),
    ]
