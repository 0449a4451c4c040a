"""Take away the indexes that others begin with."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from qaportal.kit.indexes import AddIndexResumably, DropIndexOfKey


class Migration(migrations.Migration):
    """Drop them without holding up anybody."""

    atomic = False

    dependencies = [
        ('accounts', '0002_drop_repeated_indexes'),
        ('catalog', '0002_drop_repeated_indexes'),
        ('releases', '0002_drop_repeated_indexes'),
        ('runs', '0004_report_sync_views'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexResumably(
            model_name='runcase',
            index=models.Index(condition=models.Q(('assigned_to__isnull', False)), fields=['assigned_to'], name='run_case_of_tester'),
        ),
        DropIndexOfKey(
            model_name='failurecluster',
            name='project',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
        DropIndexOfKey(
            model_name='failurerule',
            name='project',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
        DropIndexOfKey(
            model_name='finding',
            name='session',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='findings', to='runs.session'),
        ),
        DropIndexOfKey(
            model_name='reportimport',
            name='project',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
        DropIndexOfKey(
            model_name='retentionsweep',
            name='project',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
        DropIndexOfKey(
            model_name='retentionterms',
            name='project',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
        DropIndexOfKey(
            model_name='runcase',
            name='assigned_to',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        DropIndexOfKey(
            model_name='runcase',
            name='case',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='catalog.testcase'),
        ),
        DropIndexOfKey(
            model_name='runcase',
            name='run',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='tests', to='runs.testrun'),
        ),
        DropIndexOfKey(
            model_name='runcluster',
            name='run',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='clusters', to='runs.testrun'),
        ),
        DropIndexOfKey(
            model_name='session',
            name='project',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
        DropIndexOfKey(
            model_name='sessionentry',
            name='session',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='runs.session'),
        ),
        DropIndexOfKey(
            model_name='testrun',
            name='project',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
        DropIndexOfKey(
            model_name='testrun',
            name='release',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='runs', to='releases.release'),
        ),
        DropIndexOfKey(
            model_name='teststability',
            name='project',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
    ]
