"""What is deleted remembers what it was before."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_tokens_by_tokens")]

    operations = [
        migrations.AddField(
            model_name=model,
            name="former_status",
            field=models.CharField(blank=True, default="", editable=False, max_length=10),
        )
        for model in ("tenant", "user")
    ]
