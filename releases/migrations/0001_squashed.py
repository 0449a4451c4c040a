"""Releases with the cases in their scope, and milestones."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True
    replaces = [
        ("releases", "0001_initial"),
        ("releases", "0002_milestones"),
    ]

    dependencies = [
        ('accounts', '0001_squashed'),
        ('accounts', '__first__'),
        ('catalog', '0001_squashed'),
    ]

    operations = [
        migrations.CreateModel(
            name='Milestone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('description', models.TextField(blank=True, verbose_name='description')),
                ('status', models.CharField(choices=[('planned', 'Planned'), ('in_progress', 'In progress'), ('completed', 'Completed'), ('cancelled', 'Cancelled')], default='planned', max_length=12, verbose_name='status')),
                ('start', models.DateField(blank=True, null=True, verbose_name='starts on')),
                ('due_date', models.DateField(blank=True, null=True, verbose_name='due on')),
                ('completed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='completed')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='children', to='releases.milestone', verbose_name='part of')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['project', 'due_date'], name='milestone_by_date')],
                'constraints': [models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='milestone_named'), models.CheckConstraint(condition=models.Q(('status__in', ['planned', 'in_progress', 'completed', 'cancelled'])), name='milestone_status_known'), models.CheckConstraint(condition=models.Q(('parent', models.F('id')), _negated=True), name='milestone_not_its_own_parent'), models.CheckConstraint(condition=models.Q(('start__isnull', True), ('due_date__isnull', True), ('due_date__gte', models.F('start')), _connector='OR'), name='milestone_starts_before_due'), models.CheckConstraint(condition=models.Q(models.Q(('completed_at__isnull', False), ('status', 'completed')), models.Q(models.Q(('status', 'completed'), _negated=True), ('completed_at__isnull', True)), _connector='OR'), name='milestone_completed_at_some_time')],
            },
        ),
        migrations.CreateModel(
            name='Release',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('version', models.CharField(max_length=60, verbose_name='version')),
                ('name', models.CharField(blank=True, max_length=200, verbose_name='name')),
                ('description', models.TextField(blank=True, verbose_name='description')),
                ('release_date', models.DateTimeField(blank=True, null=True, verbose_name='ships on')),
                ('environment', models.CharField(blank=True, max_length=60, verbose_name='environment')),
                ('build', models.CharField(blank=True, max_length=120, verbose_name='build')),
                ('overall_status', models.CharField(choices=[('not_started', 'Not started'), ('in_progress', 'In progress'), ('ready', 'Ready'), ('released', 'Released'), ('cancelled', 'Cancelled')], default='not_started', max_length=12, verbose_name='status')),
                ('platforms', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), blank=True, default=list, size=None)),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('milestone', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='releases', to='releases.milestone', verbose_name='milestone')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('qa_lead', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='led by')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['project', 'release_date'], name='release_by_date')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at__isnull', True)), fields=('project', 'version'), name='release_version_once'), models.CheckConstraint(condition=models.Q(('version', ''), _negated=True), name='release_versioned'), models.CheckConstraint(condition=models.Q(('overall_status__in', ['not_started', 'in_progress', 'ready', 'released', 'cancelled'])), name='release_status_known')],
            },
        ),
        migrations.CreateModel(
            name='ReleaseCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('priority', models.PositiveSmallIntegerField(blank=True, choices=[(1, 'Low'), (2, 'Medium'), (3, 'High'), (4, 'Critical')], null=True)),
                ('position', models.PositiveIntegerField(default=0)),
                ('execution_status', models.CharField(choices=[('passed', 'Passed'), ('failed', 'Failed'), ('blocked', 'Blocked'), ('skipped', 'Skipped'), ('in_progress', 'In progress'), ('not_started', 'Not started')], default='not_started', max_length=12)),
                ('executed_at', models.DateTimeField(null=True)),
                ('execution_duration', models.PositiveIntegerField(null=True)),
                ('comments', models.TextField(blank=True)),
                ('bug_ids', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None)),
                ('screenshots', models.JSONField(blank=True, default=list)),
                ('case_version', models.PositiveIntegerField(null=True)),
                ('last_result_id', models.UUIDField(null=True)),
                ('is_automated_verdict', models.BooleanField(default=False)),
                ('is_flaky', models.BooleanField(default=False)),
                ('assigned_to', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.testcase')),
                ('executed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('release', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scope', to='releases.release')),
            ],
            options={
                'indexes': [models.Index(fields=['release', 'execution_status'], name='release_case_by_status'), models.Index(fields=['case'], name='release_case_of_case'), models.Index(condition=models.Q(('execution_status__in', ['not_started', 'in_progress'])), fields=['assigned_to', 'project'], name='release_case_open_work')],
                'constraints': [models.UniqueConstraint(fields=('release', 'case'), name='release_case_once'), models.CheckConstraint(condition=models.Q(('execution_status__in', ['passed', 'failed', 'blocked', 'skipped', 'in_progress', 'not_started'])), name='release_case_status_known')],
            },
        ),
    ]
