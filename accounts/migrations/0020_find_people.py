"""People are found by any part of their name or address through an index."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0011_audit_by_time'),
        ('kit', '0001_text_search'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='user',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(models.Func('first_name', 'last_name', 'email', arg_joiner=" || ' ' || ", function='portal_folded', output_field=models.TextField()), name='gin_trgm_ops'), name='user_by_words'),
        ),
    ]
