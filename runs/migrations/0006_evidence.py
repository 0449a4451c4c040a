"""What an attempt left behind: steps, checkpoints, log entries, artifacts; partitioned by month like results."""

import django.db.models.deletion
import django.utils.timezone
import qaportal.kit.models
from django.db import migrations, models

from runs.partitions import CreatePartitionedModel, create_first_partitions


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_former_status'),
        ('files', '0002_path_index'),
        ('runs', '0005_result_custom_values'),
    ]

    operations = [
        CreatePartitionedModel(
            name='StepResult',
            fields=[
                ('id', models.UUIDField(default=qaportal.kit.models.new_uuid, editable=False, primary_key=True, serialize=False)),
                ('iteration', models.PositiveIntegerField(default=1, verbose_name='iteration')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('step_number', models.PositiveIntegerField(verbose_name='step')),
                ('action', models.CharField(blank=True, max_length=500, verbose_name='action')),
                ('description', models.TextField(blank=True, verbose_name='description')),
                ('status', models.CharField(choices=[('passed', 'Passed'), ('failed', 'Failed'), ('error', 'Error'), ('blocked', 'Blocked'), ('skipped', 'Skipped'), ('in_progress', 'In progress'), ('not_started', 'Not started')], max_length=12, verbose_name='status')),
                ('duration_ms', models.PositiveBigIntegerField(null=True)),
                ('error_message', models.TextField(blank=True, verbose_name='error')),
                ('screenshot_path', models.CharField(blank=True, max_length=1000)),
                ('screenshot_artifact_id', models.UUIDField(null=True)),
                ('notes', models.TextField(blank=True, verbose_name='notes')),
                ('metadata', models.JSONField(null=True)),
                ('project', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.project')),
                ('result', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='runs.result')),
            ],
        ),
        CreatePartitionedModel(
            name='Artifact',
            fields=[
                ('id', models.UUIDField(default=qaportal.kit.models.new_uuid, editable=False, primary_key=True, serialize=False)),
                ('step_number', models.PositiveIntegerField(null=True, verbose_name='step')),
                ('iteration', models.PositiveIntegerField(default=1, verbose_name='iteration')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('artifact_type', models.CharField(choices=[('screenshot', 'Screenshot'), ('video', 'Video'), ('log', 'Log'), ('other', 'Other')], max_length=20, verbose_name='type')),
                ('artifact_category', models.CharField(blank=True, choices=[('before', 'Before'), ('after', 'After'), ('error', 'Error'), ('checkpoint', 'Checkpoint')], max_length=20, verbose_name='category')),
                ('description', models.TextField(blank=True, verbose_name='description')),
                ('captured_at', models.DateTimeField(null=True)),
                ('file', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='files.storedfile')),
                ('project', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.project')),
                ('result', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='runs.result')),
                ('step', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='runs.stepresult')),
            ],
        ),
        CreatePartitionedModel(
            name='Checkpoint',
            fields=[
                ('id', models.UUIDField(default=qaportal.kit.models.new_uuid, editable=False, primary_key=True, serialize=False)),
                ('step_number', models.PositiveIntegerField(null=True, verbose_name='step')),
                ('iteration', models.PositiveIntegerField(default=1, verbose_name='iteration')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('checkpoint_number', models.PositiveIntegerField()),
                ('name', models.TextField(blank=True)),
                ('status', models.CharField(choices=[('passed', 'Passed'), ('failed', 'Failed'), ('error', 'Error'), ('blocked', 'Blocked'), ('skipped', 'Skipped'), ('in_progress', 'In progress'), ('not_started', 'Not started')], max_length=12)),
                ('expected', models.TextField(blank=True)),
                ('actual', models.TextField(blank=True)),
                ('message', models.TextField(blank=True)),
                ('metadata', models.JSONField(null=True)),
                ('project', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.project')),
                ('result', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='runs.result')),
            ],
            options={
                'indexes': [models.Index(fields=['result', 'iteration', 'checkpoint_number'], name='checkpoint_in_order')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['passed', 'failed', 'error', 'blocked', 'skipped', 'in_progress', 'not_started'])), name='checkpoint_status_known')],
            },
        ),
        CreatePartitionedModel(
            name='LogEntry',
            fields=[
                ('id', models.UUIDField(default=qaportal.kit.models.new_uuid, editable=False, primary_key=True, serialize=False)),
                ('step_number', models.PositiveIntegerField(null=True, verbose_name='step')),
                ('iteration', models.PositiveIntegerField(default=1, verbose_name='iteration')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('log_type', models.CharField(choices=[('console', 'Console'), ('network', 'Network')], max_length=8)),
                ('level', models.CharField(blank=True, max_length=20)),
                ('message', models.TextField(blank=True)),
                ('url', models.TextField(blank=True)),
                ('method', models.CharField(blank=True, max_length=20)),
                ('status_code', models.PositiveIntegerField(null=True)),
                ('duration_ms', models.PositiveBigIntegerField(null=True)),
                ('logged_at', models.DateTimeField(null=True)),
                ('metadata', models.JSONField(null=True)),
                ('project', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.project')),
                ('result', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='runs.result')),
            ],
            options={
                'indexes': [models.Index(fields=['result', 'id'], name='log_entry_in_order')],
                'constraints': [models.CheckConstraint(condition=models.Q(('log_type__in', ['console', 'network'])), name='log_type_known')],
            },
        ),
        migrations.AddIndex(
            model_name='stepresult',
            index=models.Index(fields=['result', 'iteration', 'step_number'], name='step_result_in_order'),
        ),
        migrations.AddConstraint(
            model_name='stepresult',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['passed', 'failed', 'error', 'blocked', 'skipped', 'in_progress', 'not_started'])), name='step_result_status_known'),
        ),
        migrations.AddIndex(
            model_name='artifact',
            index=models.Index(fields=['result', 'id'], name='artifact_in_order'),
        ),
        migrations.AddIndex(
            model_name='artifact',
            index=models.Index(fields=['file'], name='artifact_of_file'),
        ),
        migrations.AddConstraint(
            model_name='artifact',
            constraint=models.CheckConstraint(condition=models.Q(('artifact_type__in', ['screenshot', 'video', 'log', 'other'])), name='artifact_type_known'),
        ),
        migrations.RunPython(create_first_partitions, migrations.RunPython.noop),
    ]
