import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FIRST_VERSIONS = """
INSERT INTO catalog_testcaseversion
    (project_id, case_id, number, document, changed, reason, saved_by_id, created_at)
SELECT kept.project_id, kept.id, kept.version,
    jsonb_build_object('folder', kept.folder_id, 'title', kept.title, 'description', kept.description,
        'test_type', kept.test_type, 'tag', kept.tag, 'automation_status', kept.automation_status,
        'automation_key', kept.automation_key, 'automated_script_path', kept.automated_script_path,
        'priority', kept.priority, 'estimate', kept.estimate, 'preconditions', kept.preconditions,
        'expected_result', kept.expected_result, 'test_data', kept.test_data,
        'scenario_examples', kept.scenario_examples, 'epic_key', kept.epic_key, 'labels', kept.labels,
        'tags', kept.tags, 'owner', kept.owner_id, 'state', kept.state, 'is_archived', kept.is_archived)
    || jsonb_build_object(
        'steps', COALESCE((
            SELECT jsonb_agg(jsonb_build_object('action', step.action, 'expected', step.expected,
                'data', step.data) ORDER BY step.position)
            FROM catalog_teststep step WHERE step.case_id = kept.id
        ), '[]'),
        'story', COALESCE((
            SELECT story.story_id FROM catalog_testcasestory link
            JOIN catalog_story story ON story.id = link.story_id
            WHERE link.case_id = kept.id AND link.is_primary
        ), '')
    ), '{}', '', kept.updated_by_id, kept.updated_at
FROM catalog_testcase kept
"""


class Migration(migrations.Migration):
    """Every save of a case leaves a version; of cases that stand already the present one is kept.

    Nothing is locked that a writer waits for: the cases are only read.
    """

    dependencies = [
        ("accounts", "0001_initial"),
        ("catalog", "0003_order_by_test_id"),
    ]

    operations = [
        migrations.CreateModel(
            name="TestCaseVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("document", models.JSONField()),
                (
                    "changed",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), default=list, size=None
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="why")),
                ("created_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="catalog.testcase",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.project"
                    ),
                ),
                (
                    "saved_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("case", "number"), name="test_case_version_once")]},
        ),
        migrations.RunSQL(FIRST_VERSIONS, migrations.RunSQL.noop),
    ]
