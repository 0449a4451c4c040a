import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models
from django.db.models import F, Func, Value
from django.db.models.functions import Concat

WORDS = """
CREATE OR REPLACE FUNCTION catalog_words(text[]) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN left(array_to_string($1, ' '), 5000);
"""
DOCUMENT = """
CREATE OR REPLACE FUNCTION catalog_document(test_id text, title text, tags text[], labels text[], automation_key text,
    description text, preconditions text, expected_result text, test_data text, steps_text text)
RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN setweight(to_tsvector('portal'::regconfig, test_id || ' ' || title), 'A')
    || setweight(to_tsvector('portal'::regconfig, catalog_words(tags) || ' ' || catalog_words(labels) || ' '
        || automation_key || ' ' || translate(automation_key, './:#_[]()', '          ')), 'B')
    || setweight(to_tsvector('portal'::regconfig, description || ' ' || left(preconditions, 30000) || ' '
        || left(expected_result, 30000)), 'C')
    || setweight(to_tsvector('portal'::regconfig, left(steps_text, 50000) || ' ' || left(test_data, 20000)), 'D');
"""
ADD = """
ALTER TABLE catalog_testcase
    ADD COLUMN IF NOT EXISTS search_next tsvector GENERATED ALWAYS AS (catalog_document(test_id, title, tags, labels,
        automation_key, description, preconditions, expected_result, test_data, steps_text)) STORED,
    ADD COLUMN IF NOT EXISTS folded_next text GENERATED ALWAYS AS
        (portal_folded(test_id || ' ' || title || ' ' || catalog_words(tags))) STORED
"""
ADD_BEFORE = """
ALTER TABLE catalog_testcase
    ADD COLUMN IF NOT EXISTS search_next tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('portal'::regconfig, test_id || ' ' || title), 'A') || setweight(to_tsvector(
            'portal'::regconfig, description || ' ' || preconditions || ' ' || expected_result), 'C')) STORED,
    ADD COLUMN IF NOT EXISTS folded_next text GENERATED ALWAYS AS (portal_folded(test_id || ' ' || title)) STORED
"""
INDEXES = [
    "DROP INDEX CONCURRENTLY IF EXISTS test_case_search_next",
    "CREATE INDEX CONCURRENTLY test_case_search_next ON catalog_testcase USING gin (search_next)",
    "DROP INDEX CONCURRENTLY IF EXISTS test_case_folded_next",
    "CREATE INDEX CONCURRENTLY test_case_folded_next ON catalog_testcase USING gin (folded_next gin_trgm_ops)",
]
SWAP = """
ALTER TABLE catalog_testcase DROP COLUMN search, DROP COLUMN folded;
ALTER TABLE catalog_testcase RENAME COLUMN search_next TO search;
ALTER TABLE catalog_testcase RENAME COLUMN folded_next TO folded;
ALTER INDEX test_case_search_next RENAME TO test_case_search;
ALTER INDEX test_case_folded_next RENAME TO test_case_folded;
"""
WAIT = "SET lock_timeout = '10s'"
WAIT_NO_MORE = "RESET lock_timeout"
SEARCHED = (
    "test_id",
    "title",
    "tags",
    "labels",
    "automation_key",
    "description",
    "preconditions",
    "expected_result",
    "test_data",
    "steps_text",
)


def with_columns(search, folded):
    """What the state of the models says of both columns and their indexes."""
    return [
        migrations.RemoveIndex("testcase", "test_case_search"),
        migrations.RemoveIndex("testcase", "test_case_folded"),
        migrations.RemoveField("testcase", "search"),
        migrations.RemoveField("testcase", "folded"),
        migrations.AddField(
            "testcase",
            "search",
            models.GeneratedField(
                db_persist=True,
                editable=False,
                expression=search,
                output_field=django.contrib.postgres.search.SearchVectorField(),
            ),
        ),
        migrations.AddField(
            "testcase",
            "folded",
            models.GeneratedField(
                db_persist=True, editable=False, expression=folded, output_field=models.TextField()
            ),
        ),
        migrations.AddIndex(
            "testcase", django.contrib.postgres.indexes.GinIndex(fields=["search"], name="test_case_search")
        ),
        migrations.AddIndex(
            "testcase",
            django.contrib.postgres.indexes.GinIndex(
                fields=["folded"], name="test_case_folded", opclasses=["gin_trgm_ops"]
            ),
        ),
    ]


class Migration(migrations.Migration):
    """Cases are found by all their texts, tags, labels, automation key and steps.

    The new columns are filled beside the old ones, which is one rewrite of the table, during which nobody
    reads or writes cases, indexed while everybody works on, and then take over their
    names. It gives up after 10 seconds of waiting for the table and can be started again.
    """

    atomic = False
    dependencies = [("catalog", "0006_steps_text")]

    operations = [
        migrations.RunSQL(WORDS, "DROP FUNCTION catalog_words(text[])"),
        migrations.RunSQL(
            DOCUMENT,
            "DROP FUNCTION catalog_document(text, text, text[], text[], text, text, text, text, text, text)",
        ),
        migrations.SeparateDatabaseAndState(
            [
                migrations.RunSQL(
                    [WAIT, ADD, *INDEXES, SWAP, WAIT_NO_MORE], [WAIT, ADD_BEFORE, *INDEXES, SWAP, WAIT_NO_MORE]
                )
            ],
            with_columns(
                Func(*[F(name) for name in SEARCHED], function="catalog_document"),
                Func(
                    Concat(
                        "test_id", Value(" "), "title", Value(" "), Func(F("tags"), function="catalog_words"),
                        output_field=models.TextField(),
                    ),
                    function="portal_folded",
                ),
            ),
        ),
    ]
