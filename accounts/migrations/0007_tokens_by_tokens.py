"""A token remembers which one made it, and ends with that one."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_never_empty_the_trail")]

    operations = [
        migrations.AddField(
            model_name="apitoken",
            name="made_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="made",
                to="accounts.apitoken",
            ),
        ),
    ]
