"""Counters of rate limits: no write-ahead log, because losing them costs nothing, and room to update rows in place."""

from django.db import migrations, models

UNLOGGED = "ALTER TABLE kit_ratecounter SET UNLOGGED"
ROOMY = "ALTER TABLE kit_ratecounter SET (fillfactor = 50)"


class Migration(migrations.Migration):

    dependencies = [
        ('kit', '0002_machinery'),
    ]

    operations = [
        migrations.CreateModel(
            name='RateCounter',
            fields=[
                ('key', models.UUIDField(primary_key=True, serialize=False)),
                ('ends_at', models.BigIntegerField()),
                ('count', models.IntegerField()),
            ],
        ),
        migrations.RunSQL(UNLOGGED, "ALTER TABLE kit_ratecounter SET LOGGED"),
        migrations.RunSQL(ROOMY, "ALTER TABLE kit_ratecounter RESET (fillfactor)"),
    ]
