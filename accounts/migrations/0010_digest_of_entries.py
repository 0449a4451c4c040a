from django.db import migrations, models


class Migration(migrations.Migration):
    """A seal keeps the digest of its entry apart, so that an altered entry can be told from an altered seal.

    No seal was ever made before, so the default is for nobody.
    """

    dependencies = [("accounts", "0003_append_only_audit")]

    operations = [
        migrations.AddField(
            model_name="auditseal",
            name="entry_digest",
            field=models.CharField(default="", max_length=64),
            preserve_default=False,
        )
    ]
