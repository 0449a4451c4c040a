import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Pairs of cases that say almost the same, what cases are compared by, and that a merged case is hidden."""

    dependencies = [
        ('accounts', '0008_former_status'),
        ('catalog', '0015_saved_views'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CaseFingerprint',
            fields=[
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='catalog.testcase')),
                ('content', models.BigIntegerField()),
                ('is_compared', models.BooleanField(default=False)),
                ('marks', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
            ],
        ),
        migrations.CreateModel(
            name='DuplicateScan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('progress_id', models.UUIDField(null=True)),
                ('started_at', models.DateTimeField(null=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('compared', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='SimilarPair',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('score', models.PositiveSmallIntegerField()),
                ('reasons', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('same_key', 'Same automation key'), ('same_title', 'Same title'), ('like_title', 'Similar title'), ('same_steps', 'Same steps'), ('like_steps', 'Similar steps')], max_length=12), default=list, size=None)),
                ('found_at', models.DateTimeField()),
                ('dismissed_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddConstraint(
            model_name='testcase',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into__isnull', True), ('deleted_at__isnull', False), _connector='OR'), name='test_case_merged_is_hidden'),
        ),
        migrations.AddField(
            model_name='casefingerprint',
            name='project',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
        migrations.AddField(
            model_name='duplicatescan',
            name='project',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
        migrations.AddField(
            model_name='similarpair',
            name='case_a',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.testcase'),
        ),
        migrations.AddField(
            model_name='similarpair',
            name='case_b',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.testcase'),
        ),
        migrations.AddField(
            model_name='similarpair',
            name='dismissed_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='similarpair',
            name='project',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
        migrations.AddIndex(
            model_name='casefingerprint',
            index=django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['marks'], name='case_fingerprint_marks'),
        ),
        migrations.AddConstraint(
            model_name='duplicatescan',
            constraint=models.UniqueConstraint(fields=('project',), name='duplicate_scan_once'),
        ),
        migrations.AddIndex(
            model_name='similarpair',
            index=models.Index(condition=models.Q(('dismissed_at__isnull', True)), fields=['project', '-score', 'id'], name='similar_pair_most_alike'),
        ),
        migrations.AddConstraint(
            model_name='similarpair',
            constraint=models.CheckConstraint(condition=models.Q(('case_a__lt', models.F('case_b'))), name='similar_pair_in_order'),
        ),
        migrations.AddConstraint(
            model_name='similarpair',
            constraint=models.CheckConstraint(condition=models.Q(('score__lte', 100)), name='similar_pair_percent'),
        ),
        migrations.AddConstraint(
            model_name='similarpair',
            constraint=models.UniqueConstraint(fields=('case_a', 'case_b'), name='similar_pair_once'),
        ),
    ]
