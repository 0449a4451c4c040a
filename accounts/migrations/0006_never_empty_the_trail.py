from django.db import migrations, models

TABLES = ("accounts_auditentry", "accounts_auditseal", "accounts_requestrecord")


class Migration(migrations.Migration):
    """Nobody empties the trail in one go either; what is deleted remembers what it was before."""

    dependencies = [("accounts", "0005_find_people")]

    operations = [
        *(
            migrations.AddField(
                model_name=model,
                name="former_status",
                field=models.CharField(blank=True, default="", editable=False, max_length=10),
            )
            for model in ("tenant", "user")
        ),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION accounts_refuse_change()",
                f"DROP TRIGGER never_emptied ON {table}",
            )
            for table in TABLES
        ),
    ]
