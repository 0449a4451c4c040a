import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

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
INSERT INTO catalog_titleword (project_id, word)
SELECT DISTINCT kept.project_id, said.word
FROM catalog_testcase kept, regexp_split_to_table(kept.folded, '[^[:alnum:]]+') said(word)
WHERE length(said.word) BETWEEN 3 AND 40 AND said.word !~ '^[0-9]+$';
"""
NOT_NOTING = """
DROP TRIGGER catalog_words_added ON catalog_testcase;
DROP TRIGGER catalog_words_changed ON catalog_testcase;
DROP FUNCTION catalog_note_words();
DROP FUNCTION catalog_note_changed_words();
"""


class Migration(migrations.Migration):
    """The words of titles, ids and tags of a project, few beside its cases, are what a misspelt word is compared with.

    Two writers may note the same new word at once: it then stands there twice, which does no harm, and neither waits
    for the other.
    """

    dependencies = [("catalog", "0008_folder_counts")]

    operations = [
        migrations.CreateModel(
            name="TitleWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("word", models.CharField(max_length=40)),
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
                "indexes": [
                    models.Index(fields=["project", "word"], name="title_word_of_project"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["word"], name="title_word_alike", opclasses=["gin_trgm_ops"]
                    ),
                ],
            },
        ),
        migrations.RunSQL(NOTING, NOT_NOTING),
    ]
