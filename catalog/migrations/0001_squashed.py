"""Cases with everything around them. The database itself counts the cases of each folder and notes the words of titles."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.core.validators
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import qaportal.kit.models
from django.conf import settings
from django.db import migrations, models

WORDS = """
CREATE FUNCTION catalog_words(text[]) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN left(array_to_string($1, ' '), 5000);
"""
DOCUMENT = """
CREATE FUNCTION catalog_document(test_id text, title text, tags text[], labels text[], automation_key text,
    description text, preconditions text, expected_result text, test_data text, steps_text text)
RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN setweight(to_tsvector('portal'::regconfig, test_id || ' ' || title), 'A')
    || setweight(to_tsvector('portal'::regconfig, catalog_words(tags) || ' ' || catalog_words(labels) || ' '
        || automation_key || ' ' || translate(automation_key, './:#_[]()', '          ')), 'B')
    || setweight(to_tsvector('portal'::regconfig, description || ' ' || left(preconditions, 30000) || ' '
        || left(expected_result, 30000)), 'C')
    || setweight(to_tsvector('portal'::regconfig, left(steps_text, 50000) || ' ' || left(test_data, 20000)), 'D');
"""
TITLE_WORDS = """
CREATE FUNCTION catalog_title_words(title text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_tsvector('portal'::regconfig, title);
"""
COUNTING = """
CREATE FUNCTION catalog_count_cases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        UPDATE catalog_foldercount kept SET cases = kept.cases - gone.cases
        FROM (
            SELECT project_id, folder_id, count(*) AS cases FROM old_rows
            WHERE deleted_at IS NULL AND NOT is_archived GROUP BY project_id, folder_id
        ) gone
        WHERE kept.project_id = gone.project_id AND kept.folder_id IS NOT DISTINCT FROM gone.folder_id;
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO catalog_foldercount AS kept (project_id, folder_id, cases)
        SELECT project_id, folder_id, count(*) FROM new_rows
        WHERE deleted_at IS NULL AND NOT is_archived
        GROUP BY project_id, folder_id ORDER BY project_id, folder_id
        ON CONFLICT (project_id, folder_id) DO UPDATE SET cases = kept.cases + excluded.cases;
    ELSE
        INSERT INTO catalog_foldercount AS kept (project_id, folder_id, cases)
        SELECT project_id, folder_id, sum(number) FROM (
            SELECT project_id, folder_id, 1 AS number FROM new_rows WHERE deleted_at IS NULL AND NOT is_archived
            UNION ALL
            SELECT project_id, folder_id, -1 FROM old_rows WHERE deleted_at IS NULL AND NOT is_archived
        ) moved
        GROUP BY project_id, folder_id HAVING sum(number) <> 0 ORDER BY project_id, folder_id
        ON CONFLICT (project_id, folder_id) DO UPDATE SET cases = kept.cases + excluded.cases;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER catalog_cases_added AFTER INSERT ON catalog_testcase REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_count_cases();
CREATE TRIGGER catalog_cases_changed AFTER UPDATE ON catalog_testcase
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_count_cases();
CREATE TRIGGER catalog_cases_removed AFTER DELETE ON catalog_testcase REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_count_cases();
"""
NOT_COUNTING = """
DROP TRIGGER catalog_cases_added ON catalog_testcase;
DROP TRIGGER catalog_cases_changed ON catalog_testcase;
DROP TRIGGER catalog_cases_removed ON catalog_testcase;
DROP FUNCTION catalog_count_cases();
"""
NOTING = """
CREATE FUNCTION catalog_note_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO catalog_titleword (project_id, word)
    SELECT DISTINCT added.project_id, said.word
    FROM new_rows added, regexp_split_to_table(added.folded, '[^[:alnum:]]+') said(word)
    WHERE length(said.word) BETWEEN 3 AND 40 AND said.word !~ '^[0-9]+$'
        AND NOT EXISTS (
            SELECT FROM catalog_titleword known
            WHERE known.project_id = added.project_id AND known.word = said.word
        );
    RETURN NULL;
END $$;
CREATE FUNCTION catalog_note_changed_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO catalog_titleword (project_id, word)
    SELECT DISTINCT added.project_id, said.word
    FROM new_rows added JOIN old_rows kept USING (id),
        regexp_split_to_table(added.folded, '[^[:alnum:]]+') said(word)
    WHERE added.folded <> kept.folded AND length(said.word) BETWEEN 3 AND 40 AND said.word !~ '^[0-9]+$'
        AND NOT EXISTS (
            SELECT FROM catalog_titleword known
            WHERE known.project_id = added.project_id AND known.word = said.word
        );
    RETURN NULL;
END $$;
CREATE TRIGGER catalog_words_added AFTER INSERT ON catalog_testcase REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_note_words();
CREATE TRIGGER catalog_words_changed AFTER UPDATE ON catalog_testcase
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_note_changed_words();
"""
NOT_NOTING = """
DROP TRIGGER catalog_words_added ON catalog_testcase;
DROP TRIGGER catalog_words_changed ON catalog_testcase;
DROP FUNCTION catalog_note_words();
DROP FUNCTION catalog_note_changed_words();
"""


class Migration(migrations.Migration):

    initial = True
    replaces = [
        ("catalog", "0001_initial"),
        ("catalog", "0002_index_long_automation_keys"),
        ("catalog", "0003_order_by_test_id"),
        ("catalog", "0004_test_case_versions"),
        ("catalog", "0005_stories_and_case_links"),
        ("catalog", "0006_steps_text"),
        ("catalog", "0007_search_everything"),
        ("catalog", "0008_folder_counts"),
        ("catalog", "0009_title_words"),
        ("catalog", "0010_own_fields_and_shared_steps"),
        ("catalog", "0011_find_own_fields"),
        ("catalog", "0012_case_imports"),
        ("catalog", "0013_folder_removals"),
        ("catalog", "0014_copies"),
        ("catalog", "0015_saved_views"),
        ("catalog", "0016_duplicates"),
        ("catalog", "0017_title_words_of_cases"),
        ("catalog", "0018_workflow_and_reviews"),
        ("catalog", "0019_used_fields"),
        ("catalog", "0020_shared_step_places"),
        ("catalog", "0021_order_of_cases"),
    ]

    dependencies = [
        ("kit", "0001_text_search"),
        ('accounts', '0001_squashed'),
        ('accounts', '__first__'),
        ('files', '0001_squashed'),
    ]

    operations = [
        migrations.RunSQL(WORDS, "DROP FUNCTION catalog_words(text[])"),
        migrations.RunSQL(
            DOCUMENT,
            "DROP FUNCTION catalog_document(text, text, text[], text[], text, text, text, text, text, text)",
        ),
        migrations.RunSQL(TITLE_WORDS, "DROP FUNCTION catalog_title_words(text)"),
        migrations.CreateModel(
            name='TestCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('test_id', models.CharField(max_length=40, verbose_name='test id')),
                ('title', models.CharField(max_length=500, verbose_name='title')),
                ('description', models.TextField(blank=True, verbose_name='description')),
                ('test_type', models.CharField(choices=[('manual', 'Manual'), ('semi_automated', 'Partly automated'), ('automated', 'Automated')], default='manual', max_length=20, verbose_name='type')),
                ('tag', models.CharField(choices=[('ui', 'UI'), ('api', 'API'), ('hybrid', 'Hybrid')], default='ui', max_length=10, verbose_name='works on')),
                ('automation_status', models.CharField(blank=True, choices=[('working', 'Working'), ('broken', 'Broken')], max_length=10, null=True, verbose_name='automation')),
                ('automation_key', models.CharField(blank=True, max_length=1000, verbose_name='automation key')),
                ('automated_script_path', models.CharField(blank=True, max_length=1000, verbose_name='script')),
                ('priority', models.PositiveSmallIntegerField(choices=[(1, 'Low'), (2, 'Medium'), (3, 'High'), (4, 'Critical')], default=2, verbose_name='priority')),
                ('estimate', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(31622400)], verbose_name='estimate in seconds')),
                ('preconditions', models.TextField(blank=True, verbose_name='before you start')),
                ('expected_result', models.TextField(blank=True, verbose_name='expected result')),
                ('test_data', models.TextField(blank=True, verbose_name='test data')),
                ('scenario_examples', models.JSONField(blank=True, null=True)),
                ('epic_key', models.CharField(blank=True, max_length=50, verbose_name='epic')),
                ('labels', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=100), blank=True, default=list, size=None)),
                ('tags', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=100), blank=True, default=list, size=None)),
                ('state', models.CharField(default='active', max_length=40, verbose_name='state')),
                ('is_archived', models.BooleanField(default=False)),
                ('custom_values', models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict, verbose_name='custom fields')),
                ('version', models.PositiveIntegerField(default=1)),
                ('steps_text', models.TextField(blank=True, db_default='', default='', editable=False)),
                ('search', models.GeneratedField(db_persist=True, expression=models.Func(models.F('test_id'), models.F('title'), models.F('tags'), models.F('labels'), models.F('automation_key'), models.F('description'), models.F('preconditions'), models.F('expected_result'), models.F('test_data'), models.F('steps_text'), function='catalog_document'), output_field=django.contrib.postgres.search.SearchVectorField())),
                ('folded', models.GeneratedField(db_persist=True, expression=models.Func(django.db.models.functions.text.Concat('test_id', models.Value(' '), 'title', models.Value(' '), models.Func(models.F('tags'), function='catalog_words'), output_field=models.TextField()), function='portal_folded'), output_field=models.TextField())),
                ('copied_from', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='copies', to='catalog.testcase')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('merged_into', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='catalog.testcase')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.HashIndex(condition=models.Q(('automation_key', ''), _negated=True), fields=['automation_key'], name='test_case_by_key'), models.Index(fields=['project', 'title'], name='test_case_by_title'), models.Index(models.F('project'), models.Func(models.F('test_id'), models.Value('_'), models.Value(2), function='split_part', output_field=models.TextField()), django.db.models.functions.text.Length('test_id'), models.F('test_id'), condition=models.Q(('deleted_at__isnull', True), ('is_archived', False)), name='test_case_in_id_order'), models.Index(fields=['project', '-updated_at'], name='test_case_by_change'), models.Index(condition=models.Q(('deleted_at__isnull', True), ('is_archived', False)), fields=['project', 'priority', 'id'], name='test_case_by_priority'), models.Index(condition=models.Q(('deleted_at__isnull', True), ('is_archived', False)), fields=['project', 'created_at', 'id'], name='test_case_by_creation'), django.contrib.postgres.indexes.GinIndex(fields=['tags'], name='test_case_tags'), django.contrib.postgres.indexes.GinIndex(fields=['search'], name='test_case_search'), django.contrib.postgres.indexes.GinIndex(fields=['custom_values'], name='test_case_custom_values', opclasses=['jsonb_path_ops']), models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into'], name='test_case_merged_into'), models.Index(condition=models.Q(('copied_from__isnull', False)), fields=['copied_from'], name='test_case_copied_from'), django.contrib.postgres.indexes.GinIndex(fields=['folded'], name='test_case_folded', opclasses=['gin_trgm_ops']), django.contrib.postgres.indexes.GinIndex(models.Func(models.F('title'), function='catalog_title_words', output_field=django.contrib.postgres.search.SearchVectorField()), name='test_case_title_words')],
                'constraints': [models.UniqueConstraint(fields=('project', 'test_id'), name='test_case_id_once'), models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='test_case_titled'), models.CheckConstraint(condition=models.Q(('priority__in', [1, 2, 3, 4])), name='test_case_priority_known'), models.CheckConstraint(condition=models.Q(('test_type__in', ['manual', 'semi_automated', 'automated'])), name='test_case_type_known'), models.CheckConstraint(condition=models.Q(('tag__in', ['ui', 'api', 'hybrid'])), name='test_case_tag_known'), models.CheckConstraint(condition=models.Q(('merged_into__isnull', True), ('deleted_at__isnull', False), _connector='OR'), name='test_case_merged_is_hidden')],
            },
        ),
        migrations.CreateModel(
            name='Folder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('description', models.TextField(blank=True, verbose_name='description')),
                ('position', models.PositiveIntegerField(default=0)),
                ('path', models.CharField(default='', editable=False, max_length=1000)),
                ('depth', models.PositiveSmallIntegerField(default=1, editable=False)),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='children', to='catalog.folder')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['project', 'parent', 'position'], name='folder_children'), models.Index(fields=['path'], name='folder_path', opclasses=['varchar_pattern_ops'])],
                'constraints': [models.UniqueConstraint(models.F('project'), models.F('parent'), django.db.models.functions.text.Lower('name'), condition=models.Q(('deleted_at__isnull', True), ('parent__isnull', False)), name='folder_name_once'), models.UniqueConstraint(models.F('project'), django.db.models.functions.text.Lower('name'), condition=models.Q(('deleted_at__isnull', True), ('parent__isnull', True)), name='folder_root_name_once'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='folder_named')],
            },
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
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(models.F('project'), django.db.models.functions.text.Lower('name'), condition=models.Q(('is_archived', False)), name='template_name_once'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='template_named'), models.CheckConstraint(condition=models.Q(('is_archived', True), ('is_default', True), _negated=True), name='template_default_in_use')],
            },
        ),
        migrations.CreateModel(
            name='CaseImport',
            fields=[
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('id', models.UUIDField(default=qaportal.kit.models.new_uuid, editable=False, primary_key=True, serialize=False)),
                ('file_name', models.CharField(max_length=255, verbose_name='file')),
                ('format', models.CharField(max_length=20, verbose_name='format')),
                ('options', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('uploaded', 'Uploaded'), ('checking', 'Checking'), ('checked', 'Checked'), ('queued', 'Waiting'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed'), ('undoing', 'Taking back'), ('undone', 'Taken back')], default='uploaded', max_length=10, verbose_name='state')),
                ('counts', models.JSONField(default=dict)),
                ('error', models.TextField(blank=True)),
                ('progress_id', models.UUIDField(editable=False, null=True)),
                ('rows_done', models.PositiveIntegerField(default=0)),
                ('idempotency_key', models.CharField(editable=False, max_length=255, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('undone_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['project', '-created_at'], name='case_import_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['uploaded', 'checking', 'checked', 'queued', 'running', 'done', 'failed', 'undoing', 'undone'])), name='case_import_state_known'), models.UniqueConstraint(fields=('project', 'created_by', 'idempotency_key'), name='case_import_key_once')],
            },
        ),
        migrations.CreateModel(
            name='CaseImportRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('verdict', models.CharField(choices=[('create', 'Create'), ('update', 'Update'), ('unchanged', 'Unchanged'), ('skipped', 'Left alone'), ('refused', 'Refused')], max_length=10)),
                ('test_id', models.CharField(blank=True, max_length=200)),
                ('title', models.CharField(blank=True, max_length=500)),
                ('errors', models.JSONField(default=dict)),
                ('changed', models.JSONField(default=list)),
                ('version', models.PositiveIntegerField(null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.testcase')),
                ('case_import', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='catalog.caseimport')),
                ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
            ],
            options={
                'indexes': [models.Index(fields=['case_import', 'verdict', 'number'], name='case_import_by_verdict')],
                'constraints': [models.UniqueConstraint(fields=('case_import', 'number'), name='case_import_row_once'), models.CheckConstraint(condition=models.Q(('verdict__in', ['create', 'update', 'unchanged', 'skipped', 'refused'])), name='case_import_verdict_known')],
            },
        ),
        migrations.CreateModel(
            name='CaseOrigin',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=20)),
                ('external_id', models.CharField(max_length=200)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='origins', to='catalog.testcase')),
                ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('project', 'source', 'external_id'), name='case_origin_once'), models.CheckConstraint(condition=models.Q(('external_id', ''), _negated=True), name='case_origin_named')],
            },
        ),
        migrations.CreateModel(
            name='CaseReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('version', models.PositiveIntegerField(verbose_name='version')),
                ('came_from', models.CharField(max_length=40)),
                ('status', models.CharField(choices=[('requested', 'Requested'), ('approved', 'Approved'), ('returned', 'Returned'), ('withdrawn', 'Withdrawn')], default='requested', max_length=10, verbose_name='status')),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('comment', models.TextField(blank=True, verbose_name='comment')),
                ('decided_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('decided_version', models.PositiveIntegerField(blank=True, editable=False, null=True)),
                ('case', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='reviews', to='catalog.testcase')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reviewer', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['case', '-id'], name='case_review_of_case'), models.Index(condition=models.Q(('status', 'requested')), fields=['reviewer', 'project'], name='case_review_waiting'), models.Index(fields=['project', '-id'], name='case_review_of_project')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'requested')), fields=('case', 'reviewer'), name='case_review_open_once'), models.CheckConstraint(condition=models.Q(('status__in', ['requested', 'approved', 'returned', 'withdrawn'])), name='case_review_status_known'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('status', 'requested')), models.Q(models.Q(('status', 'requested'), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='case_review_dated')],
            },
        ),
        migrations.CreateModel(
            name='ColumnMapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('signature', models.CharField(max_length=64)),
                ('options', models.JSONField(default=dict)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('project', 'signature'), name='column_mapping_once')],
            },
        ),
        migrations.CreateModel(
            name='CopyJob',
            fields=[
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('id', models.UUIDField(default=qaportal.kit.models.new_uuid, editable=False, primary_key=True, serialize=False)),
                ('is_move', models.BooleanField(default=False)),
                ('options', models.JSONField(default=dict)),
                ('folder_ids', models.JSONField(default=list)),
                ('folder_map', models.JSONField(default=dict)),
                ('made_folders', models.JSONField(default=list)),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('running', 'Running'), ('done', 'Done'), ('failed', 'Failed'), ('undoing', 'Being taken back'), ('undone', 'Taken back')], default='queued', max_length=10)),
                ('progress_id', models.UUIDField(null=True)),
                ('counts', models.JSONField(default=dict)),
                ('remarks', models.JSONField(default=dict)),
                ('error', models.TextField(blank=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('target_project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('target_folder', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='catalog.folder')),
            ],
            options={
                'indexes': [models.Index(fields=['project', '-created_at'], name='copy_job_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'running', 'done', 'failed', 'undoing', 'undone'])), name='copy_job_state_known'), models.CheckConstraint(condition=models.Q(('is_move', False), models.Q(('project', models.F('target_project')), _negated=True), _connector='OR'), name='copy_job_moves_elsewhere')],
            },
        ),
        migrations.CreateModel(
            name='CopiedCase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('copy_version', models.PositiveIntegerField(null=True)),
                ('archived_version', models.PositiveIntegerField(null=True)),
                ('is_left_out', models.BooleanField(default=False)),
                ('copy', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='copied_by', to='catalog.testcase')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='copied_in', to='catalog.testcase')),
                ('job', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='cases', to='catalog.copyjob')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('job', 'source'), name='copied_case_once')],
            },
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
                ('is_used', models.BooleanField(default=False, editable=False)),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('project', 'target', 'key'), name='custom_field_key_once'), models.UniqueConstraint(models.F('project'), models.F('target'), django.db.models.functions.text.Lower('name'), condition=models.Q(('is_archived', False)), name='custom_field_name_once'), models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('key', ''), _negated=True)), name='custom_field_named'), models.CheckConstraint(condition=models.Q(('kind__in', ['string', 'long_text', 'integer', 'number', 'checkbox', 'date', 'dropdown', 'multi_select', 'link', 'steps'])), name='custom_field_kind_known'), models.CheckConstraint(condition=models.Q(('target__in', ['case', 'result'])), name='custom_field_target_known')],
            },
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
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('project',), name='duplicate_scan_once')],
            },
        ),
        migrations.AddField(
            model_name='testcase',
            name='folder',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='catalog.folder'),
        ),
        migrations.CreateModel(
            name='FolderCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cases', models.BigIntegerField(default=0)),
                ('folder', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.folder')),
                ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('project', 'folder'), name='folder_count_once', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='FolderRemoval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('content', models.CharField(choices=[('move', 'Move it to another folder'), ('archive', 'Archive the cases'), ('delete', 'Delete everything with it')], max_length=10, verbose_name='content')),
                ('deleted_at', models.DateTimeField()),
                ('changed_cases', models.JSONField(default=dict)),
                ('moved_folders', models.JSONField(default=list)),
                ('counts', models.JSONField(default=dict)),
                ('restored_at', models.DateTimeField(blank=True, null=True)),
                ('folder', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='removals', to='catalog.folder')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('removed_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('target', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='catalog.folder')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('restored_at__isnull', True)), fields=('folder',), name='folder_removal_open_once'), models.CheckConstraint(condition=models.Q(('content__in', ['move', 'archive', 'delete'])), name='folder_removal_content_known')],
            },
        ),
        migrations.CreateModel(
            name='SavedView',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('query', models.TextField(blank=True)),
                ('is_default', models.BooleanField(default=False, verbose_name='default')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(models.F('project'), models.F('owner'), django.db.models.functions.text.Lower('name'), condition=models.Q(('owner__isnull', False)), name='saved_view_name_once'), models.UniqueConstraint(models.F('project'), django.db.models.functions.text.Lower('name'), condition=models.Q(('owner__isnull', True)), name='saved_view_shared_name_once'), models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('project', 'owner'), name='saved_view_default_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='saved_view_named')],
            },
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
            options={
                'indexes': [models.Index(fields=['project', 'title'], name='shared_steps_by_title')],
                'constraints': [models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='shared_steps_titled')],
            },
        ),
        migrations.CreateModel(
            name='SharedStepsVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('document', models.JSONField()),
                ('changed', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None)),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='why')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('saved_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('shared_steps', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='catalog.sharedsteps')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('shared_steps', 'number'), name='shared_steps_version_once')],
            },
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
                ('case_a', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.testcase')),
                ('case_b', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='catalog.testcase')),
                ('dismissed_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('dismissed_at__isnull', True)), fields=['project', '-score', 'id'], name='similar_pair_most_alike')],
                'constraints': [models.CheckConstraint(condition=models.Q(('case_a__lt', models.F('case_b'))), name='similar_pair_in_order'), models.CheckConstraint(condition=models.Q(('score__lte', 100)), name='similar_pair_percent'), models.UniqueConstraint(fields=('case_a', 'case_b'), name='similar_pair_once')],
            },
        ),
        migrations.CreateModel(
            name='Story',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('story_id', models.CharField(max_length=50, verbose_name='story id')),
                ('epic_id', models.CharField(blank=True, max_length=50, verbose_name='epic')),
                ('title', models.CharField(blank=True, max_length=500, verbose_name='title')),
                ('description', models.TextField(blank=True, verbose_name='description')),
                ('status', models.CharField(blank=True, max_length=50, verbose_name='status')),
                ('priority', models.CharField(blank=True, max_length=20, verbose_name='priority')),
                ('assignee', models.CharField(blank=True, max_length=200, verbose_name='assignee')),
                ('sprint', models.CharField(blank=True, max_length=200, verbose_name='sprint')),
                ('release', models.CharField(blank=True, max_length=100, verbose_name='release')),
                ('remote_id', models.CharField(blank=True, editable=False, max_length=100)),
                ('remote_updated_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('last_synced_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('missing_since', models.DateTimeField(blank=True, editable=False, null=True)),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'stories',
                'indexes': [models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['project', 'epic_id', 'story_id'], name='story_by_epic'), models.Index(fields=['project', '-updated_at'], name='story_by_change')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at__isnull', True)), fields=('project', 'story_id'), name='story_id_once')],
            },
        ),
        migrations.AddField(
            model_name='testcase',
            name='template',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='cases', to='catalog.template'),
        ),
        migrations.CreateModel(
            name='TemplateField',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('position', models.PositiveIntegerField(default=0)),
                ('field', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='places', to='catalog.customfield')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('template', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='places', to='catalog.template')),
            ],
            options={
                'ordering': ['position', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('template', 'field'), name='template_field_once')],
            },
        ),
        migrations.AddField(
            model_name='template',
            name='fields',
            field=models.ManyToManyField(related_name='templates', through='catalog.TemplateField', to='catalog.customfield'),
        ),
        migrations.CreateModel(
            name='TestCaseLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('type', models.CharField(choices=[('SAME_TEST_DIFFERENT_SOURCE', 'Same test, other source'), ('DEPENDS_ON', 'Depends on')], max_length=30, verbose_name='kind')),
                ('case_a', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links_from', to='catalog.testcase')),
                ('case_b', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links_to', to='catalog.testcase')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('case_a', models.F('case_b')), _negated=True), name='test_case_link_of_two'), models.CheckConstraint(condition=models.Q(('type__in', ['SAME_TEST_DIFFERENT_SOURCE', 'DEPENDS_ON'])), name='test_case_link_type_known'), models.UniqueConstraint(django.db.models.functions.comparison.Least('case_a', 'case_b'), django.db.models.functions.comparison.Greatest('case_a', 'case_b'), condition=models.Q(('deleted_at__isnull', True), ('type', 'SAME_TEST_DIFFERENT_SOURCE')), name='test_case_link_same_once'), models.UniqueConstraint(condition=models.Q(('deleted_at__isnull', True), ('type', 'DEPENDS_ON')), fields=('case_a', 'case_b'), name='test_case_link_depends_once')],
            },
        ),
        migrations.CreateModel(
            name='TestCaseStory',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('is_primary', models.BooleanField(default=False)),
                ('linked_at', models.DateTimeField(auto_now_add=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='story_links', to='catalog.testcase')),
                ('linked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('story', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='case_links', to='catalog.story')),
            ],
            options={
                'verbose_name_plural': 'test case stories',
                'constraints': [models.UniqueConstraint(fields=('case', 'story'), name='test_case_story_once'), models.UniqueConstraint(condition=models.Q(('is_primary', True)), fields=('case',), name='test_case_story_one_primary')],
            },
        ),
        migrations.CreateModel(
            name='TestCaseVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('document', models.JSONField()),
                ('changed', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None)),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='why')),
                ('created_at', models.DateTimeField()),
                ('case', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='catalog.testcase')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('saved_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('case', 'number'), name='test_case_version_once')],
            },
        ),
        migrations.CreateModel(
            name='TestIdCounter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tag', models.CharField(choices=[('ui', 'UI'), ('api', 'API'), ('hybrid', 'Hybrid')], max_length=10)),
                ('last_number', models.PositiveIntegerField(default=0)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('project', 'tag'), name='test_id_counter_once')],
            },
        ),
        migrations.CreateModel(
            name='TestStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('position', models.PositiveIntegerField()),
                ('action', models.TextField(blank=True, verbose_name='do')),
                ('expected', models.TextField(blank=True, verbose_name='expect')),
                ('data', models.TextField(blank=True, verbose_name='data')),
                ('attachments', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), blank=True, db_default=models.Value([], django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)), default=list, size=None)),
                ('shared_place', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='catalog.testcase')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('shared_steps', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='used_in', to='catalog.sharedsteps')),
            ],
            options={
                'ordering': ['position'],
                'indexes': [models.Index(condition=models.Q(('shared_steps__isnull', False)), fields=['shared_steps'], name='test_step_shared')],
                'constraints': [models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], fields=('case', 'position'), name='test_step_position_once'), models.CheckConstraint(condition=models.Q(models.Q(('shared_place__isnull', True), ('shared_steps__isnull', True)), models.Q(('shared_place__gte', 1), ('shared_steps__isnull', False)), _connector='OR'), name='test_step_shared_place')],
            },
        ),
        migrations.CreateModel(
            name='TitleWord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('word', models.CharField(max_length=40)),
                ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
            ],
            options={
                'indexes': [models.Index(fields=['project', 'word'], name='title_word_of_project'), django.contrib.postgres.indexes.GinIndex(fields=['word'], name='title_word_alike', opclasses=['gin_trgm_ops'])],
            },
        ),
        migrations.CreateModel(
            name='WorkflowState',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('code', models.CharField(max_length=40, verbose_name='code')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('color', models.CharField(choices=[('plain', 'No colour'), ('grey', 'Grey'), ('blue', 'Blue'), ('green', 'Green'), ('amber', 'Amber'), ('red', 'Red')], default='plain', max_length=10, verbose_name='colour')),
                ('position', models.PositiveSmallIntegerField()),
                ('phase', models.CharField(choices=[('draft', 'Draft'), ('in_review', 'In review'), ('active', 'Active'), ('deprecated', 'Deprecated')], max_length=12, verbose_name='means')),
                ('needs_approval', models.BooleanField(default=False, verbose_name='needs an approval')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
            ],
            options={
                'ordering': ['position', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('project', 'code'), name='workflow_state_code_once'), models.UniqueConstraint(models.F('project'), django.db.models.functions.text.Lower('name'), name='workflow_state_name_once'), models.CheckConstraint(condition=models.Q(models.Q(('code', ''), _negated=True), models.Q(('name', ''), _negated=True)), name='workflow_state_named'), models.CheckConstraint(condition=models.Q(('phase__in', ['draft', 'in_review', 'active', 'deprecated'])), name='workflow_state_phase_known'), models.CheckConstraint(condition=models.Q(('color__in', ['plain', 'grey', 'blue', 'green', 'amber', 'red'])), name='workflow_state_color_known'), models.CheckConstraint(condition=models.Q(('needs_approval', False), ('phase', 'active'), _connector='OR'), name='workflow_state_approval_of_active')],
            },
        ),
        migrations.CreateModel(
            name='CaseActivity',
            fields=[
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='activity', serialize=False, to='catalog.testcase')),
                ('last_status', models.CharField(choices=[('passed', 'Passed'), ('failed', 'Failed'), ('error', 'Error'), ('blocked', 'Blocked'), ('skipped', 'Skipped'), ('in_progress', 'In progress'), ('not_started', 'Not started')], default='not_started', max_length=12)),
                ('last_result_id', models.UUIDField(null=True)),
                ('last_run_at', models.DateTimeField(null=True)),
                ('recent_outcomes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=12), default=list, size=12)),
                ('executions', models.PositiveIntegerField(default=0)),
                ('mean_duration', models.PositiveIntegerField(null=True)),
                ('flaky_score', models.FloatField(default=0)),
                ('failing_since', models.DateTimeField(null=True)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
            ],
            options={
                'verbose_name_plural': 'case activities',
                'indexes': [models.Index(fields=['project', 'last_status'], name='case_activity_by_status'), models.Index(condition=models.Q(('flaky_score__gt', 0)), fields=['project', '-flaky_score'], name='case_activity_flaky'), models.Index(condition=models.Q(('failing_since__isnull', False)), fields=['project', 'failing_since'], name='case_activity_failing')],
            },
        ),
        migrations.CreateModel(
            name='CaseFingerprint',
            fields=[
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='catalog.testcase')),
                ('content', models.BigIntegerField()),
                ('is_compared', models.BooleanField(default=False)),
                ('marks', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('project', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=['marks'], name='case_fingerprint_marks')],
            },
        ),
        migrations.AddIndex(
            model_name='testcase',
            index=models.Index(condition=models.Q(('deleted_at__isnull', True), ('is_archived', False)), fields=['project', 'folder'], name='test_case_in_folder'),
        ),
        migrations.AddIndex(
            model_name='testcase',
            index=models.Index(fields=['template'], name='test_case_by_template'),
        ),
        migrations.AddConstraint(
            model_name='template',
            constraint=models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('project',), name='template_default_once'),
        ),
        migrations.RunSQL(COUNTING, NOT_COUNTING),
        migrations.RunSQL(NOTING, NOT_NOTING),
    ]
