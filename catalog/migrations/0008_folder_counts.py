import django.db.models.deletion
from django.db import migrations, models

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
LOCK TABLE catalog_testcase IN SHARE ROW EXCLUSIVE MODE;
CREATE TRIGGER catalog_cases_added AFTER INSERT ON catalog_testcase REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_count_cases();
CREATE TRIGGER catalog_cases_changed AFTER UPDATE ON catalog_testcase
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_count_cases();
CREATE TRIGGER catalog_cases_removed AFTER DELETE ON catalog_testcase REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION catalog_count_cases();
INSERT INTO catalog_foldercount (project_id, folder_id, cases)
SELECT project_id, folder_id, count(*) FROM catalog_testcase
WHERE deleted_at IS NULL AND NOT is_archived GROUP BY project_id, folder_id;
"""
NOT_COUNTING = """
DROP TRIGGER catalog_cases_added ON catalog_testcase;
DROP TRIGGER catalog_cases_changed ON catalog_testcase;
DROP TRIGGER catalog_cases_removed ON catalog_testcase;
DROP FUNCTION catalog_count_cases();
"""


class Migration(migrations.Migration):
    """The database itself counts the cases of each folder, whoever writes them.

    Writers wait while the present cases are counted once (under a second for 100,000); readers do not.
    """

    dependencies = [("catalog", "0007_search_everything")]

    operations = [
        migrations.CreateModel(
            name="FolderCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cases", models.BigIntegerField(default=0)),
                (
                    "folder",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="catalog.folder"
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.project",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "folder"), name="folder_count_once", nulls_distinct=False
                    )
                ],
            },
        ),
        migrations.RunSQL(COUNTING, NOT_COUNTING),
    ]
