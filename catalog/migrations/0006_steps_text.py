from django.db import connection, migrations, models

FILL = """
UPDATE catalog_testcase kept SET steps_text = told.texts
FROM (
    SELECT step.case_id, left(string_agg(concat_ws(E'\\n', step.action, NULLIF(step.expected, ''),
        NULLIF(step.data, '')), E'\\n' ORDER BY step.position), 50000) AS texts
    FROM catalog_teststep step WHERE step.case_id BETWEEN %s AND %s GROUP BY step.case_id
) told
WHERE kept.id = told.case_id AND kept.steps_text <> told.texts
"""
STRETCH = 2_000


def fill_steps_text(apps, schema_editor):
    """Write down the text of the steps of stored cases, a stretch of ids at a time: nobody waits for long."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id), max(id) FROM catalog_testcase")
        first, last = cursor.fetchone()
        for start in range(first or 0, (last or -1) + 1, STRETCH):
            cursor.execute(FILL, [start, start + STRETCH - 1])


class Migration(migrations.Migration):
    """A case keeps the text of its steps, to be found by it.

    Every stretch is a transaction of its own; a run that was interrupted goes on when it is started again.
    """

    atomic = False
    dependencies = [("catalog", "0005_stories_and_case_links")]

    operations = [
        migrations.AddField(
            "testcase", "steps_text", models.TextField(blank=True, db_default="", default="", editable=False)
        ),
        migrations.RunPython(fill_steps_text, migrations.RunPython.noop),
    ]
