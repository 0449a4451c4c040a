"""How flaky a case is, computed where its outcomes are stored; what an upload asked for."""

import django.db.models.deletion
from django.db import migrations, models

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


class Migration(migrations.Migration):
    dependencies = [("runs", "0001_initial")]

    operations = [
        migrations.RunSQL(FLAKY_SCORE, "DROP FUNCTION portal_flaky_score(varchar[])"),
        migrations.AddField("reportimport", "request", models.JSONField(default=dict)),
        migrations.AddField(
            "reportimport",
            "duplicate_of",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="runs.reportimport"
            ),
        ),
        migrations.RemoveConstraint("reportimport", "report_import_bytes_once"),
        migrations.AddConstraint(
            "reportimport",
            models.UniqueConstraint(
                condition=models.Q(
                    models.Q(("state", "failed"), ("duplicate_of__isnull", False), _connector="OR"), _negated=True
                ),
                fields=("run", "sha256"),
                name="report_import_bytes_once",
            ),
        ),
    ]
