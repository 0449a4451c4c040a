"""Nobody empties the trail in one go either."""

from django.db import migrations

TABLES = ("accounts_auditentry", "accounts_auditseal", "accounts_requestrecord")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_find_people")]

    operations = [
        migrations.RunSQL(
            f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION accounts_refuse_change()",
            f"DROP TRIGGER never_emptied ON {table}",
        )
        for table in TABLES
    ]
