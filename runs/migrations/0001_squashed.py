"""Runs, their results by months, what explains failures, sessions and retention."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import qaportal.kit.models
from django.conf import settings
from django.db import migrations, models

from runs.partitions import CreatePartitionedModel, create_first_partitions

FLAKY_SCORE = """
CREATE FUNCTION portal_flaky_score(outcomes varchar[]) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN outcomes <@ ARRAY['passed']::varchar[] OR outcomes <@ ARRAY['failed']::varchar[] THEN 0
        ELSE (
            SELECT least(1.0, (
                count(*) FILTER (WHERE outcome = 'flaky')
                + greatest(0, count(*) FILTER (WHERE is_change) - 2)
            )::double precision / greatest(1, count(*)))
            FROM (
                SELECT outcome,
                       outcome <> lag(outcome) OVER (ORDER BY place) AND outcome IN ('passed', 'failed')
                       AND lag(outcome) OVER (ORDER BY place) IN ('passed', 'failed') AS is_change
                FROM unnest(outcomes) WITH ORDINALITY AS entry(outcome, place)
            ) AS compared
        )
    END
$$;
"""
STABILITY_SCORE = """
CREATE FUNCTION portal_stability_score(recent text) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(least(1.0, (
        count(*) FILTER (WHERE is_mixed) + greatest(0, count(*) FILTER (WHERE is_change) - 2)
    )::double precision / greatest(1, count(*))), 0)
    FROM (
        SELECT is_mixed, NOT is_mixed AND NOT lag(is_mixed) OVER runs AND first <> lag(first) OVER runs AS is_change
        FROM (
            SELECT place, left(word, 1) AS first, word LIKE '%F%' AND word LIKE '%P%' AS is_mixed
            FROM unnest(string_to_array(recent, ' ')) WITH ORDINALITY AS entry(word, place)
        ) AS words
        WINDOW runs AS (ORDER BY place)
    ) AS compared
$$;
CREATE FUNCTION portal_last_words(recent text, number integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_to_string(words[greatest(1, cardinality(words) - number + 1):], ' ')
    FROM (SELECT string_to_array(btrim(recent), ' ') AS words) AS split
$$;
"""
FORGET_SCORE = "DROP FUNCTION portal_stability_score(text); DROP FUNCTION portal_last_words(text, integer);"


class Migration(migrations.Migration):

    initial = True
    replaces = [
        ("runs", "0001_initial"),
        ("runs", "0002_report_requests"),
        ("runs", "0003_unchecked_project"),
        ("runs", "0004_unchecked_test"),
        ("runs", "0005_result_custom_values"),
        ("runs", "0006_evidence"),
        ("runs", "0007_failures"),
        ("runs", "0008_failure_indexes"),
        ("runs", "0009_configurations"),
        ("runs", "0010_sessions"),
        ("runs", "0011_import_parts_and_undo"),
        ("runs", "0012_manual_runs"),
        ("runs", "0013_signs_of_life"),
        ("runs", "0014_retention"),
        ("runs", "0015_waiting_files"),
        ("runs", "0016_run_groups"),
    ]

    dependencies = [
        ('accounts', '0001_squashed'),
        ('accounts', '__first__'),
        ('catalog', '0001_squashed'),
        ('files', '0001_squashed'),
        ('releases', '0001_squashed'),
    ]

    operations = [
        migrations.RunSQL(FLAKY_SCORE, "DROP FUNCTION portal_flaky_score(varchar[])"),
        migrations.RunSQL(STABILITY_SCORE, FORGET_SCORE),
        migrations.CreateModel(
            name='RunNumberCounter',
            fields=[
                ('project', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='accounts.project')),
                ('last_number', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Configuration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('values', models.JSONField(blank=True, default=list, verbose_name='values')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(models.F('project'), django.db.models.functions.text.Lower('name'), condition=models.Q(('deleted_at__isnull', True)), name='configuration_named_once'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='configuration_named')],
            },
        ),
        migrations.CreateModel(
            name='FailureCluster',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('fingerprint', models.UUIDField()),
                ('title', models.CharField(max_length=300)),
                ('thrown_at', models.CharField(blank=True, max_length=300)),
                ('first_seen', models.DateTimeField()),
                ('last_seen', models.DateTimeField()),
                ('occurrences', models.PositiveBigIntegerField(default=0)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
            ],
            options={
                'indexes': [models.Index(fields=['project', '-last_seen'], name='failure_cluster_newest')],
                'constraints': [models.UniqueConstraint(fields=('project', 'fingerprint'), name='failure_cluster_once')],
            },
        ),
        migrations.CreateModel(
            name='FailureRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('cause', models.CharField(choices=[('product', 'Product bug'), ('test', 'Test defect'), ('environment', 'Environment'), ('known_issue', 'Known issue')], max_length=12)),
                ('pattern', models.CharField(blank=True, max_length=500)),
                ('fingerprint', models.UUIDField(blank=True, null=True)),
                ('path_pattern', models.CharField(blank=True, max_length=300)),
                ('expires_on', models.DateField(blank=True, null=True)),
                ('ticket', models.CharField(blank=True, max_length=100)),
                ('state', models.CharField(choices=[('active', 'Active'), ('fixed', 'Fixed')], default='active', max_length=6)),
                ('fixed_at', models.DateTimeField(blank=True, null=True)),
                ('reopened_at', models.DateTimeField(blank=True, null=True)),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['project', 'state'], name='failure_rule_by_state')],
                'constraints': [models.CheckConstraint(condition=models.Q(('fingerprint__isnull', True), ('path_pattern', ''), ('pattern', ''), _negated=True), name='failure_rule_says_something'), models.CheckConstraint(condition=models.Q(('cause__in', ['product', 'test', 'environment', 'known_issue'])), name='failure_rule_cause_known'), models.CheckConstraint(condition=models.Q(('state__in', ['active', 'fixed'])), name='failure_rule_state_known')],
            },
        ),
        migrations.CreateModel(
            name='Quarantine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('test_key', models.UUIDField(blank=True, null=True)),
                ('name', models.TextField()),
                ('reason', models.CharField(max_length=500)),
                ('expires_on', models.DateField()),
                ('lifted_at', models.DateTimeField(blank=True, null=True)),
                ('case', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.testcase')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('case__isnull', False), ('lifted_at__isnull', True)), fields=('project', 'case'), name='quarantine_case_once'), models.UniqueConstraint(condition=models.Q(('lifted_at__isnull', True), ('test_key__isnull', False)), fields=('project', 'test_key'), name='quarantine_test_once'), models.CheckConstraint(condition=models.Q(('case__isnull', False), ('test_key__isnull', False), _connector='OR'), name='quarantine_names_a_test')],
            },
        ),
        CreatePartitionedModel(
            name='Result',
            fields=[
                ('id', models.UUIDField(default=qaportal.kit.models.new_uuid, editable=False, primary_key=True, serialize=False)),
                ('case_version', models.PositiveIntegerField(null=True)),
                ('report_import_id', models.UUIDField(null=True)),
                ('attempt', models.PositiveIntegerField()),
                ('status', models.CharField(choices=[('passed', 'Passed'), ('failed', 'Failed'), ('error', 'Error'), ('blocked', 'Blocked'), ('skipped', 'Skipped'), ('in_progress', 'In progress'), ('not_started', 'Not started')], max_length=12)),
                ('source', models.CharField(choices=[('manual', 'By hand'), ('report', 'Report'), ('api', 'API')], max_length=8)),
                ('name', models.TextField(blank=True)),
                ('class_name', models.TextField(blank=True)),
                ('suite_path', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('notes', models.TextField(blank=True)),
                ('error_message', models.TextField(blank=True)),
                ('fingerprint', models.UUIDField(null=True)),
                ('stack_trace', models.TextField(blank=True)),
                ('output', models.TextField(blank=True)),
                ('duration_ms', models.PositiveBigIntegerField(null=True)),
                ('started_at', models.DateTimeField(null=True)),
                ('executed_at', models.DateTimeField()),
                ('metadata', models.JSONField(null=True)),
                ('custom_values', models.JSONField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('case', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='catalog.testcase')),
                ('executor', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.project')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('case__isnull', False)), fields=['case', '-id'], name='result_of_case'), models.Index(condition=models.Q(('fingerprint__isnull', False)), fields=['project', 'fingerprint', 'executed_at'], name='result_of_cluster')],
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
        migrations.CreateModel(
            name='RetentionSweep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('results_days', models.PositiveIntegerField(null=True)),
                ('artifacts_days', models.PositiveIntegerField(null=True)),
                ('started_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('finished_at', models.DateTimeField(null=True)),
                ('counts', models.JSONField(default=dict)),
                ('error', models.TextField(blank=True)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
            ],
            options={
                'indexes': [models.Index(fields=['project', '-started_at'], name='retention_sweep_newest')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('finished_at__isnull', True)), fields=('project',), name='retention_sweep_open_once')],
            },
        ),
        migrations.CreateModel(
            name='RetentionTerms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('results_days', models.PositiveIntegerField(blank=True, null=True, verbose_name='results')),
                ('artifacts_days', models.PositiveIntegerField(blank=True, null=True, verbose_name='files')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'retention terms',
                'constraints': [models.UniqueConstraint(fields=('project',), name='retention_terms_once'), models.CheckConstraint(condition=models.Q(('results_days__isnull', True), ('results_days__range', (1, 36500)), _connector='OR'), name='retention_results_days_bounded'), models.CheckConstraint(condition=models.Q(('artifacts_days__isnull', True), ('artifacts_days__range', (1, 36500)), _connector='OR'), name='retention_artifacts_days_bounded')],
            },
        ),
        migrations.CreateModel(
            name='RunCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('test_key', models.UUIDField()),
                ('occurrence', models.PositiveIntegerField(default=1)),
                ('matched_by', models.CharField(blank=True, choices=[('explicit_id', 'Id in the report'), ('named_id', 'Id in the name'), ('automation_key', 'Automation key'), ('name', 'Name in its folder'), ('person', 'Linked by hand'), ('created', 'Case made for it'), ('', 'Not matched')], default='', max_length=16)),
                ('automation_key', models.TextField(blank=True)),
                ('name', models.TextField()),
                ('class_name', models.TextField(blank=True)),
                ('suite_path', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list, size=None)),
                ('status', models.CharField(choices=[('passed', 'Passed'), ('failed', 'Failed'), ('error', 'Error'), ('blocked', 'Blocked'), ('skipped', 'Skipped'), ('in_progress', 'In progress'), ('not_started', 'Not started')], default='not_started', max_length=12)),
                ('position', models.PositiveIntegerField(default=0)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('is_flaky', models.BooleanField(default=False)),
                ('last_result_id', models.UUIDField(null=True)),
                ('error_summary', models.CharField(blank=True, max_length=300)),
                ('fingerprint', models.UUIDField(null=True)),
                ('is_quarantined', models.BooleanField(db_default=False, default=False)),
                ('executed_at', models.DateTimeField(null=True)),
                ('duration_ms', models.PositiveBigIntegerField(null=True)),
                ('case_version', models.PositiveIntegerField(blank=True, null=True)),
                ('assigned_to', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='catalog.testcase')),
                ('project', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('rule', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='runs.failurerule')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('case__isnull', False)), fields=['case'], name='run_case_of_case'), models.Index(condition=models.Q(('rule__isnull', False)), fields=['rule'], name='run_case_of_rule')],
            },
        ),
        migrations.AddField(
            model_name='result',
            name='run_case',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='results', to='runs.runcase'),
        ),
        migrations.CreateModel(
            name='RunnerEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField()),
                ('attempt', models.PositiveIntegerField()),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('run_case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='runs.runcase')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'key'), name='runner_entry_once')],
            },
        ),
        migrations.CreateModel(
            name='RunnerPresence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seen_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('run_case', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='presences', to='runs.runcase')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('run_case', 'user'), name='runner_presence_once')],
            },
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('name', models.CharField(max_length=300, verbose_name='name')),
                ('charter', models.TextField(blank=True, verbose_name='charter')),
                ('status', models.CharField(choices=[('planned', 'Planned'), ('active', 'Running'), ('paused', 'Paused'), ('completed', 'Completed')], default='planned', max_length=12, verbose_name='status')),
                ('estimate', models.PositiveIntegerField(blank=True, null=True)),
                ('worked', models.PositiveIntegerField(default=0)),
                ('running_since', models.DateTimeField(blank=True, null=True)),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('assigned_to', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('configuration', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='sessions', to='runs.configuration')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('milestone', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='sessions', to='releases.milestone')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('release', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='sessions', to='releases.release')),
                ('template', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='catalog.template')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['project', '-created_at'], name='session_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='session_named'), models.CheckConstraint(condition=models.Q(('status__in', ['planned', 'active', 'paused', 'completed'])), name='session_status_known'), models.CheckConstraint(condition=models.Q(models.Q(('running_since__isnull', False), ('status', 'active')), models.Q(models.Q(('status', 'active'), _negated=True), ('running_since__isnull', True)), _connector='OR'), name='session_runs_while_active'), models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', False), ('status', 'completed')), models.Q(models.Q(('status', 'completed'), _negated=True), ('finished_at__isnull', True)), _connector='OR'), name='session_finished_at_some_time')],
            },
        ),
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('type', models.CharField(choices=[('bug', 'Bug'), ('question', 'Question'), ('idea', 'Idea')], max_length=10)),
                ('title', models.CharField(max_length=300)),
                ('description', models.TextField(blank=True)),
                ('severity', models.CharField(blank=True, choices=[('critical', 'Critical'), ('major', 'Major'), ('minor', 'Minor'), ('trivial', 'Trivial')], max_length=10)),
                ('at_second', models.PositiveIntegerField(default=0)),
                ('case', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='catalog.testcase')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='findings', to='runs.session')),
            ],
            options={
                'indexes': [models.Index(fields=['session', 'created_at'], name='finding_in_order')],
                'constraints': [models.CheckConstraint(condition=models.Q(('type__in', ['bug', 'question', 'idea'])), name='finding_type_known'), models.CheckConstraint(condition=models.Q(('severity__in', ['', 'critical', 'major', 'minor', 'trivial'])), name='finding_severity_known')],
            },
        ),
        migrations.CreateModel(
            name='SessionEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('text', models.TextField()),
                ('at_second', models.PositiveIntegerField(default=0)),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='runs.session')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['session', 'created_at'], name='session_entry_in_order')],
            },
        ),
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
            options={
                'indexes': [models.Index(fields=['result', 'iteration', 'step_number'], name='step_result_in_order')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['passed', 'failed', 'error', 'blocked', 'skipped', 'in_progress', 'not_started'])), name='step_result_status_known')],
            },
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
            options={
                'indexes': [models.Index(fields=['result', 'id'], name='artifact_in_order'), models.Index(fields=['file'], name='artifact_of_file')],
                'constraints': [models.CheckConstraint(condition=models.Q(('artifact_type__in', ['screenshot', 'video', 'log', 'other'])), name='artifact_type_known')],
            },
        ),
        migrations.CreateModel(
            name='TestRun',
            fields=[
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('id', models.UUIDField(default=qaportal.kit.models.new_uuid, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('kind', models.CharField(choices=[('manual', 'Manual'), ('automated', 'Automated'), ('mixed', 'Mixed')], max_length=10)),
                ('name', models.CharField(max_length=300, verbose_name='name')),
                ('description', models.TextField(blank=True, verbose_name='description')),
                ('environment', models.CharField(blank=True, max_length=120, verbose_name='environment')),
                ('build', models.CharField(blank=True, max_length=200, verbose_name='build')),
                ('branch', models.CharField(blank=True, max_length=200, verbose_name='branch')),
                ('status', models.CharField(choices=[('active', 'Active'), ('completed', 'Completed'), ('cancelled', 'Cancelled'), ('interrupted', 'Interrupted')], default='active', max_length=12)),
                ('external_id', models.CharField(blank=True, max_length=200, null=True)),
                ('group', models.UUIDField(blank=True, editable=False, null=True)),
                ('due', models.DateTimeField(blank=True, null=True)),
                ('started_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('heard_at', models.DateTimeField(editable=False, null=True)),
                ('metadata', models.JSONField(blank=True, default=dict)),
                ('is_implicit', models.BooleanField(default=False)),
                ('count_passed', models.PositiveIntegerField(default=0)),
                ('count_failed', models.PositiveIntegerField(default=0)),
                ('count_error', models.PositiveIntegerField(default=0)),
                ('count_blocked', models.PositiveIntegerField(default=0)),
                ('count_skipped', models.PositiveIntegerField(default=0)),
                ('count_in_progress', models.PositiveIntegerField(default=0)),
                ('count_not_started', models.PositiveIntegerField(default=0)),
                ('count_flaky', models.PositiveIntegerField(default=0)),
                ('count_unmatched', models.PositiveIntegerField(default=0)),
                ('count_quarantined', models.PositiveIntegerField(db_default=0, default=0)),
                ('duration_ms', models.BigIntegerField(default=0)),
                ('pinned_at', models.DateTimeField(blank=True, null=True)),
                ('configuration', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='runs', to='runs.configuration')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('milestone', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='runs', to='releases.milestone')),
                ('pinned_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('release', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='runs', to='releases.release')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['project', '-started_at'], name='test_run_newest'), models.Index(fields=['release'], name='test_run_of_release'), models.Index(condition=models.Q(('status', 'active')), fields=['project'], name='test_run_active'), models.Index(condition=models.Q(('group__isnull', False)), fields=['group'], name='test_run_of_group')],
                'constraints': [models.UniqueConstraint(fields=('project', 'number'), name='test_run_number_once'), models.UniqueConstraint(condition=models.Q(('deleted_at__isnull', True), ('external_id__isnull', False)), fields=('project', 'external_id'), name='test_run_external_id_once'), models.UniqueConstraint(condition=models.Q(('deleted_at__isnull', True), ('is_implicit', True), ('release__isnull', False)), fields=('release',), name='test_run_implicit_once'), models.CheckConstraint(condition=models.Q(('status__in', ['active', 'completed', 'cancelled', 'interrupted'])), name='test_run_status_known')],
            },
        ),
        migrations.CreateModel(
            name='RunCluster',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('tests', models.PositiveIntegerField()),
                ('quarantined', models.PositiveIntegerField(default=0)),
                ('cluster', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='in_runs', to='runs.failurecluster')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('rule', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='runs.failurerule')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='clusters', to='runs.testrun')),
            ],
            options={
                'indexes': [models.Index(fields=['run', '-tests'], name='run_cluster_largest')],
                'constraints': [models.UniqueConstraint(fields=('run', 'cluster'), name='run_cluster_once')],
            },
        ),
        migrations.AddField(
            model_name='runcase',
            name='run',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tests', to='runs.testrun'),
        ),
        migrations.AddField(
            model_name='result',
            name='run',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='runs.testrun'),
        ),
        migrations.CreateModel(
            name='ReportImport',
            fields=[
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('id', models.UUIDField(default=qaportal.kit.models.new_uuid, editable=False, primary_key=True, serialize=False)),
                ('file_name', models.CharField(blank=True, max_length=255)),
                ('sha256', models.CharField(max_length=64)),
                ('idempotency_key', models.CharField(blank=True, max_length=255, null=True)),
                ('format', models.CharField(blank=True, max_length=20)),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed'), ('undone', 'Undone')], default='queued', max_length=10)),
                ('progress_id', models.UUIDField(null=True)),
                ('creates_cases', models.BooleanField(default=False)),
                ('request', models.JSONField(default=dict)),
                ('counts', models.JSONField(default=dict)),
                ('repaired', models.BooleanField(default=False)),
                ('warnings', models.JSONField(default=list)),
                ('error', models.TextField(blank=True)),
                ('parts', models.JSONField(default=list)),
                ('waiting_files', models.JSONField(default=list)),
                ('finished_at', models.DateTimeField(null=True)),
                ('undone_at', models.DateTimeField(null=True)),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('duplicate_of', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='runs.reportimport')),
                ('file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='files.storedfile')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('undone_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('run', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='imports', to='runs.testrun')),
            ],
            options={
                'indexes': [models.Index(fields=['project', '-created_at'], name='report_import_newest')],
                'constraints': [models.UniqueConstraint(condition=models.Q(models.Q(('state__in', ['failed', 'undone']), ('duplicate_of__isnull', False), _connector='OR'), _negated=True), fields=('run', 'sha256'), name='report_import_bytes_once'), models.UniqueConstraint(condition=models.Q(('idempotency_key__isnull', False)), fields=('project', 'idempotency_key'), name='report_import_key_once'), models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'running', 'done', 'failed', 'undone'])), name='report_import_state_known')],
            },
        ),
        migrations.AddField(
            model_name='failurerule',
            name='reopened_run',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='runs.testrun'),
        ),
        migrations.AddField(
            model_name='failurecluster',
            name='first_run',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='runs.testrun'),
        ),
        migrations.AddField(
            model_name='failurecluster',
            name='last_run',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='runs.testrun'),
        ),
        migrations.CreateModel(
            name='TestStability',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('test_key', models.UUIDField()),
                ('occurrence', models.PositiveIntegerField(default=1)),
                ('name', models.TextField()),
                ('class_name', models.TextField(blank=True)),
                ('recent', models.CharField(max_length=400)),
                ('runs', models.PositiveSmallIntegerField(default=0)),
                ('score', models.FloatField(default=0)),
                ('last_seen', models.DateTimeField()),
                ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='catalog.testcase')),
                ('last_run', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='runs.testrun')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
            ],
            options={
                'verbose_name_plural': 'test stabilities',
                'indexes': [models.Index(condition=models.Q(('score__gt', 0)), fields=['project', '-score'], name='test_stability_flaky')],
                'constraints': [models.UniqueConstraint(fields=('project', 'test_key', 'occurrence'), name='test_stability_once')],
            },
        ),
        migrations.AddIndex(
            model_name='runcase',
            index=models.Index(fields=['run', 'status'], name='run_case_by_status'),
        ),
        migrations.AddIndex(
            model_name='runcase',
            index=models.Index(fields=['run', 'position', 'id'], name='run_case_in_order'),
        ),
        migrations.AddIndex(
            model_name='runcase',
            index=models.Index(condition=models.Q(('case__isnull', True)), fields=['run'], name='run_case_unmatched'),
        ),
        migrations.AddIndex(
            model_name='runcase',
            index=models.Index(condition=models.Q(('fingerprint__isnull', False)), fields=['run', 'fingerprint'], name='run_case_of_cluster'),
        ),
        migrations.AddConstraint(
            model_name='runcase',
            constraint=models.UniqueConstraint(fields=('run', 'test_key', 'occurrence'), name='run_case_once'),
        ),
        migrations.AddIndex(
            model_name='result',
            index=models.Index(fields=['run_case', 'attempt'], name='result_of_test'),
        ),
        migrations.RunPython(create_first_partitions, migrations.RunPython.noop),
    ]
