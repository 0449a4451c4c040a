"""Causes of failures, rules that class them, tests that nobody can trust, and quarantine."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

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

    dependencies = [
        ('accounts', '0008_former_status'),
        ('catalog', '0021_order_of_cases'),
        ('runs', '0006_evidence'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(STABILITY_SCORE, FORGET_SCORE),
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
            ],
        ),
        migrations.CreateModel(
            name='RunCluster',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('tests', models.PositiveIntegerField()),
                ('quarantined', models.PositiveIntegerField(default=0)),
            ],
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
            ],
            options={
                'verbose_name_plural': 'test stabilities',
            },
        ),
        migrations.AddField(
            model_name='result',
            name='fingerprint',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='runcase',
            name='fingerprint',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='runcase',
            name='is_quarantined',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='testrun',
            name='count_quarantined',
            field=models.PositiveIntegerField(db_default=0, default=0),
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
                ('first_run', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='runs.testrun')),
                ('last_run', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='runs.testrun')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
            ],
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
                ('reopened_run', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='runs.testrun')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddField(
            model_name='runcase',
            name='rule',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='runs.failurerule'),
        ),
        migrations.AddField(
            model_name='quarantine',
            name='case',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.testcase'),
        ),
        migrations.AddField(
            model_name='quarantine',
            name='created_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='quarantine',
            name='project',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
        migrations.AddField(
            model_name='quarantine',
            name='updated_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='runcluster',
            name='cluster',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='in_runs', to='runs.failurecluster'),
        ),
        migrations.AddField(
            model_name='runcluster',
            name='project',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
        migrations.AddField(
            model_name='runcluster',
            name='rule',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='runs.failurerule'),
        ),
        migrations.AddField(
            model_name='runcluster',
            name='run',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='clusters', to='runs.testrun'),
        ),
        migrations.AddField(
            model_name='teststability',
            name='case',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='catalog.testcase'),
        ),
        migrations.AddField(
            model_name='teststability',
            name='last_run',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='runs.testrun'),
        ),
        migrations.AddField(
            model_name='teststability',
            name='project',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
        migrations.AddIndex(
            model_name='failurecluster',
            index=models.Index(fields=['project', '-last_seen'], name='failure_cluster_newest'),
        ),
        migrations.AddConstraint(
            model_name='failurecluster',
            constraint=models.UniqueConstraint(fields=('project', 'fingerprint'), name='failure_cluster_once'),
        ),
        migrations.AddIndex(
            model_name='failurerule',
            index=models.Index(fields=['project', 'state'], name='failure_rule_by_state'),
        ),
        migrations.AddConstraint(
            model_name='failurerule',
            constraint=models.CheckConstraint(condition=models.Q(('fingerprint__isnull', True), ('path_pattern', ''), ('pattern', ''), _negated=True), name='failure_rule_says_something'),
        ),
        migrations.AddConstraint(
            model_name='failurerule',
            constraint=models.CheckConstraint(condition=models.Q(('cause__in', ['product', 'test', 'environment', 'known_issue'])), name='failure_rule_cause_known'),
        ),
        migrations.AddConstraint(
            model_name='failurerule',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['active', 'fixed'])), name='failure_rule_state_known'),
        ),
        migrations.AddConstraint(
            model_name='quarantine',
            constraint=models.UniqueConstraint(condition=models.Q(('case__isnull', False), ('lifted_at__isnull', True)), fields=('project', 'case'), name='quarantine_case_once'),
        ),
        migrations.AddConstraint(
            model_name='quarantine',
            constraint=models.UniqueConstraint(condition=models.Q(('lifted_at__isnull', True), ('test_key__isnull', False)), fields=('project', 'test_key'), name='quarantine_test_once'),
        ),
        migrations.AddConstraint(
            model_name='quarantine',
            constraint=models.CheckConstraint(condition=models.Q(('case__isnull', False), ('test_key__isnull', False), _connector='OR'), name='quarantine_names_a_test'),
        ),
        migrations.AddIndex(
            model_name='runcluster',
            index=models.Index(fields=['run', '-tests'], name='run_cluster_largest'),
        ),
        migrations.AddConstraint(
            model_name='runcluster',
            constraint=models.UniqueConstraint(fields=('run', 'cluster'), name='run_cluster_once'),
        ),
        migrations.AddIndex(
            model_name='teststability',
            index=models.Index(condition=models.Q(('score__gt', 0)), fields=['project', '-score'], name='test_stability_flaky'),
        ),
        migrations.AddConstraint(
            model_name='teststability',
            constraint=models.UniqueConstraint(fields=('project', 'test_key', 'occurrence'), name='test_stability_once'),
        ),
    ]
