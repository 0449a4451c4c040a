"""Take away the indexes that others begin with."""

import django.db.models.deletion
from django.db import migrations, models

from qaportal.kit.indexes import DropIndexOfKey


class Migration(migrations.Migration):
    """Drop them without holding up anybody."""

    atomic = False

    dependencies = [
        ('accounts', '0002_drop_repeated_indexes'),
        ('catalog', '0001_squashed'),
    ]

    operations = [
        DropIndexOfKey(
            model_name='caseactivity',
            name='project',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
        DropIndexOfKey(
            model_name='caseimport',
            name='project',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
        DropIndexOfKey(
            model_name='casereview',
            name='project',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
        DropIndexOfKey(
            model_name='columnmapping',
            name='project',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
        DropIndexOfKey(
            model_name='copiedcase',
            name='job',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='cases', to='catalog.copyjob'),
        ),
        DropIndexOfKey(
            model_name='copyjob',
            name='project',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
        DropIndexOfKey(
            model_name='customfield',
            name='project',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
        DropIndexOfKey(
            model_name='duplicatescan',
            name='project',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
        DropIndexOfKey(
            model_name='folder',
            name='project',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
        DropIndexOfKey(
            model_name='sharedsteps',
            name='project',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
        DropIndexOfKey(
            model_name='story',
            name='project',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
        DropIndexOfKey(
            model_name='templatefield',
            name='template',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='places', to='catalog.template'),
        ),
        DropIndexOfKey(
            model_name='testcase',
            name='project',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
        DropIndexOfKey(
            model_name='testcasestory',
            name='case',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='story_links', to='catalog.testcase'),
        ),
        DropIndexOfKey(
            model_name='testidcounter',
            name='project',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
        DropIndexOfKey(
            model_name='teststep',
            name='case',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='catalog.testcase'),
        ),
        DropIndexOfKey(
            model_name='workflowstate',
            name='project',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
    ]
