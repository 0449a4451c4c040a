"""What clients report can be read in SQL under the names of its document: `test_step_results`, `test_artifacts`."""

from django.db import migrations

SPOKEN = "CASE {0} WHEN 'in_progress' THEN 'Running' WHEN 'not_started' THEN 'Not started' ELSE initcap({0}) END"

VIEWS = {
    "test_case_results": f"""
        SELECT id, run_id AS suite_run_id, name, class_name, {SPOKEN.format("status")} AS status, attempt, duration_ms,
               error_message, stack_trace, started_at, executed_at, created_at, updated_at
        FROM runs_result""",
    "test_step_results": f"""
        SELECT id, result_id AS test_case_result_id, step_number, iteration AS iteration_number,
               NULLIF(action, '') AS action, NULLIF(description, '') AS description,
               {SPOKEN.format("status")} AS status, duration_ms, NULLIF(error_message, '') AS error_message,
               NULLIF(screenshot_path, '') AS screenshot_path, screenshot_artifact_id, created_at, updated_at
        FROM runs_stepresult""",
    "test_artifacts": """
        SELECT artifact.id, artifact.result_id AS test_case_result_id, artifact.step_id AS step_result_id,
               artifact.artifact_type, NULLIF(artifact.artifact_category, '') AS artifact_category,
               artifact.step_number, artifact.iteration AS iteration_number, file.name AS file_name,
               file.size AS file_size, file.content_type AS mime_type, file.path AS storage_path,
               NULLIF(artifact.description, '') AS description, artifact.captured_at, artifact.created_at
        FROM runs_artifact artifact JOIN files_storedfile file ON file.id = artifact.file_id""",
}


class Migration(migrations.Migration):
    """Add the views; they read the tables and hold nothing themselves."""

    dependencies = [("runs", "0003_find_withdrawals"), ("files", "0001_squashed")]

    operations = [
        migrations.RunSQL(
            f"CREATE VIEW {name} WITH (security_invoker = true) AS {query}", f"DROP VIEW IF EXISTS {name}"
        )
        for name, query in VIEWS.items()
    ]
