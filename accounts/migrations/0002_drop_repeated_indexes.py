"""Take away the indexes that others begin with."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from qaportal.kit.indexes import DropIndexOfKey


class Migration(migrations.Migration):
    """Drop them without holding up anybody."""

    atomic = False

    dependencies = [
        ('accounts', '0001_squashed'),
    ]

    operations = [
        DropIndexOfKey(
            model_name='apitoken',
            name='user',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='api_tokens', to=settings.AUTH_USER_MODEL),
        ),
        DropIndexOfKey(
            model_name='invitation',
            name='tenant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='accounts.tenant'),
        ),
        DropIndexOfKey(
            model_name='membership',
            name='user',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL),
        ),
        DropIndexOfKey(
            model_name='tenantdomain',
            name='tenant',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='domains', to='accounts.tenant'),
        ),
        DropIndexOfKey(
            model_name='user',
            name='tenant',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='users', to='accounts.tenant'),
        ),
    ]
