import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Fields and templates of a project's own, shared steps, and the cases that came from or went into others.

    The new columns of cases and steps hold nothing yet, so that no table is rewritten.
    """

    dependencies = [
        ('accounts', '0001_initial'),
        ('catalog', '0009_title_words'),
    ]

    operations = [
        migrations.CreateModel(
            name='SharedStepsVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('document', models.JSONField()),
                ('changed', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None)),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='why')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='Template',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('description', models.CharField(blank=True, max_length=500, verbose_name='description')),
                ('is_default', models.BooleanField(default=False, verbose_name='default')),
                ('is_archived', models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name='TemplateField',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('position', models.PositiveIntegerField(default=0)),
            ],
            options={
                'ordering': ['position', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='testcase',
            name='copied_from',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='copies', to='catalog.testcase'),
        ),
        migrations.AddField(
            model_name='testcase',
            name='custom_values',
            field=models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict, verbose_name='own fields'),
        ),
        migrations.AddField(
            model_name='testcase',
            name='merged_into',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='catalog.testcase'),
        ),
        migrations.AddField(
            model_name='teststep',
            name='attachments',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), blank=True, db_default=models.Value([], django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)), default=list, size=None),
        ),
        migrations.AlterField(
            model_name='teststep',
            name='action',
            field=models.TextField(blank=True, verbose_name='do'),
        ),
        migrations.CreateModel(
            name='CustomField',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('target', models.CharField(choices=[('case', 'Test cases'), ('result', 'Results')], default='case', max_length=10, verbose_name='of')),
                ('key', models.CharField(max_length=40, verbose_name='key')),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('kind', models.CharField(choices=[('string', 'Short text'), ('long_text', 'Long text'), ('integer', 'Whole number'), ('number', 'Number'), ('checkbox', 'Checkbox'), ('date', 'Date'), ('dropdown', 'One of a list'), ('multi_select', 'Some of a list'), ('link', 'Link'), ('steps', 'Steps')], max_length=20, verbose_name='kind')),
                ('help_text', models.CharField(blank=True, max_length=300, verbose_name='help')),
                ('is_required', models.BooleanField(default=False, verbose_name='required')),
                ('is_restricted', models.BooleanField(default=False, verbose_name='restricted')),
                ('default', models.JSONField(blank=True, null=True, verbose_name='default')),
                ('minimum', models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True, verbose_name='at least')),
                ('maximum', models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True, verbose_name='at most')),
                ('options', models.JSONField(blank=True, default=list, verbose_name='options')),
                ('position', models.PositiveIntegerField(default=0)),
                ('is_archived', models.BooleanField(default=False)),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='SharedSteps',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('title', models.CharField(max_length=300, verbose_name='title')),
                ('steps', models.JSONField(default=list)),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddField(
            model_name='teststep',
            name='shared_steps',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='used_in', to='catalog.sharedsteps'),
        ),
        migrations.AddField(
            model_name='sharedstepsversion',
            name='project',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
        migrations.AddField(
            model_name='sharedstepsversion',
            name='saved_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='sharedstepsversion',
            name='shared_steps',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='catalog.sharedsteps'),
        ),
        migrations.AddField(
            model_name='template',
            name='created_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='template',
            name='project',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
        migrations.AddField(
            model_name='template',
            name='updated_by',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='testcase',
            name='template',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='cases', to='catalog.template'),
        ),
        migrations.AddField(
            model_name='templatefield',
            name='field',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='places', to='catalog.customfield'),
        ),
        migrations.AddField(
            model_name='templatefield',
            name='project',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project'),
        ),
        migrations.AddField(
            model_name='templatefield',
            name='template',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='places', to='catalog.template'),
        ),
        migrations.AddField(
            model_name='template',
            name='fields',
            field=models.ManyToManyField(related_name='templates', through='catalog.TemplateField', to='catalog.customfield'),
        ),
        migrations.AddConstraint(
            model_name='customfield',
            constraint=models.UniqueConstraint(fields=('project', 'target', 'key'), name='custom_field_key_once'),
        ),
        migrations.AddConstraint(
            model_name='customfield',
            constraint=models.UniqueConstraint(models.F('project'), models.F('target'), django.db.models.functions.text.Lower('name'), condition=models.Q(('is_archived', False)), name='custom_field_name_once'),
        ),
        migrations.AddConstraint(
            model_name='customfield',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('key', ''), _negated=True)), name='custom_field_named'),
        ),
        migrations.AddConstraint(
            model_name='customfield',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['string', 'long_text', 'integer', 'number', 'checkbox', 'date', 'dropdown', 'multi_select', 'link', 'steps'])), name='custom_field_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='customfield',
            constraint=models.CheckConstraint(condition=models.Q(('target__in', ['case', 'result'])), name='custom_field_target_known'),
        ),
        migrations.AddIndex(
            model_name='sharedsteps',
            index=models.Index(fields=['project', 'title'], name='shared_steps_by_title'),
        ),
        migrations.AddConstraint(
            model_name='sharedsteps',
            constraint=models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='shared_steps_titled'),
        ),
        migrations.AddConstraint(
            model_name='sharedstepsversion',
            constraint=models.UniqueConstraint(fields=('shared_steps', 'number'), name='shared_steps_version_once'),
        ),
        migrations.AddConstraint(
            model_name='templatefield',
            constraint=models.UniqueConstraint(fields=('template', 'field'), name='template_field_once'),
        ),
        migrations.AddConstraint(
            model_name='template',
            constraint=models.UniqueConstraint(models.F('project'), django.db.models.functions.text.Lower('name'), condition=models.Q(('is_archived', False)), name='template_name_once'),
        ),
        migrations.AddConstraint(
            model_name='template',
            constraint=models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('project',), name='template_default_once'),
        ),
        migrations.AddConstraint(
            model_name='template',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='template_named'),
        ),
        migrations.AddConstraint(
            model_name='template',
            constraint=models.CheckConstraint(condition=models.Q(('is_archived', True), ('is_default', True), _negated=True), name='template_default_in_use'),
        ),
    ]
