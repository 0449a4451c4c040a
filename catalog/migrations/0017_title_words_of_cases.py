import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations
from django.db.models import F, Func

from qaportal.kit.indexes import AddIndexResumably

WORDS = """
CREATE OR REPLACE FUNCTION catalog_title_words(title text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN to_tsvector('portal'::regconfig, title);
"""


class Migration(migrations.Migration):
    """Cases are found by the words of their titles alone, without a column that holds them."""

    atomic = False
    dependencies = [("catalog", "0016_duplicates")]

    operations = [
        migrations.RunSQL(WORDS, "DROP FUNCTION catalog_title_words(text)"),
        AddIndexResumably(
            "testcase",
            django.contrib.postgres.indexes.GinIndex(
                Func(
                    F("title"),
                    function="catalog_title_words",
                    output_field=django.contrib.postgres.search.SearchVectorField(),
                ),
                name="test_case_title_words",
            ),
        ),
    ]
