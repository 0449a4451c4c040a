import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """A token remembers which one made it, and ends with that one; people are listed by name from an index."""

    dependencies = [("accounts", "0021_keys_of_the_trail_without_indexes")]

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
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True)),
                fields=["tenant", "first_name", "last_name", "id"],
                name="user_of_tenant_by_name",
            ),
        ),
    ]
