"""What the trail tells is never changed or taken away, whoever asks. Going back, it can be again."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION accounts_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$$;
"""
TABLES = ("accounts_auditentry", "accounts_auditseal", "accounts_requestrecord")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_people_access_and_audit")]

    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION accounts_refuse_change()"),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION accounts_refuse_change()",
                f"DROP TRIGGER append_only ON {table}",
            )
            for table in TABLES
        ),
    ]
