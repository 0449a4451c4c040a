"""Stored files, each stored once."""

import django.db.models.deletion
import qaportal.kit.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True
    replaces = [
        ("files", "0001_initial"),
        ("files", "0002_path_index"),
        ("files", "0003_waiting_and_thumbnails"),
        ("files", "0004_shared_files"),
    ]

    dependencies = [
        ('accounts', '0001_squashed'),
        ('accounts', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='StoredFile',
            fields=[
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('id', models.UUIDField(default=qaportal.kit.models.new_uuid, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=255)),
                ('path', models.CharField(blank=True, db_index=True, max_length=300)),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('size', models.BigIntegerField(default=0)),
                ('content_type', models.CharField(default='application/octet-stream', max_length=100)),
                ('encoding', models.CharField(blank=True, max_length=10)),
                ('state', models.CharField(choices=[('pending', 'Pending'), ('stored', 'Stored'), ('waiting', 'Waiting for the storage'), ('missing', 'Missing')], default='pending', max_length=10)),
                ('thumbnail_size', models.PositiveIntegerField(editable=False, null=True)),
                ('external_url', models.URLField(blank=True, max_length=2000)),
                ('claimed_at', models.DateTimeField(blank=True, null=True)),
                ('is_shared', models.BooleanField(db_default=False, default=False)),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
                ('updated_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['project', 'sha256'], name='stored_file_by_content'), models.Index(condition=models.Q(('claimed_at__isnull', True)), fields=['created_at'], name='stored_file_unclaimed')],
                'constraints': [models.CheckConstraint(condition=models.Q(('size__gte', 0)), name='stored_file_size_positive'), models.CheckConstraint(condition=models.Q(('state__in', ['pending', 'stored', 'waiting', 'missing'])), name='stored_file_state_known')],
            },
        ),
    ]
