"""Companies, people, access and the trail of what was done."""

import accounts.models.audit
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import qaportal.kit.models
import qaportal.kit.secrets
from django.conf import settings
from django.db import migrations, models

REFUSE = """
CREATE FUNCTION accounts_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$$;
"""
TABLES = ("accounts_auditentry", "accounts_auditseal", "accounts_requestrecord")


class Migration(migrations.Migration):

    initial = True
    replaces = [
        ("accounts", "0001_initial"),
        ("accounts", "0002_people_access_and_audit"),
        ("accounts", "0003_append_only_audit"),
        ("accounts", "0004_indexes_of_the_trail"),
        ("accounts", "0005_find_people"),
        ("accounts", "0006_never_empty_the_trail"),
        ("accounts", "0007_tokens_by_tokens"),
        ("accounts", "0008_former_status"),
    ]

    dependencies = [
        ("kit", "0001_text_search"),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('email', models.EmailField(max_length=254, verbose_name='work e-mail')),
                ('first_name', models.CharField(blank=True, max_length=100, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=100, verbose_name='last name')),
                ('status', models.CharField(choices=[('active', 'Active'), ('suspended', 'Suspended'), ('deleted', 'Deleted')], default='active', max_length=10)),
                ('former_status', models.CharField(blank=True, default='', editable=False, max_length=10)),
                ('auth_provider', models.CharField(default='local', max_length=40)),
                ('is_email_verified', models.BooleanField(default=False)),
                ('email_verified_at', models.DateTimeField(blank=True, null=True)),
                ('must_verify_email', models.BooleanField(default=False, editable=False)),
                ('sign_in_epoch', models.PositiveIntegerField(default=0, editable=False)),
                ('is_active', models.GeneratedField(db_persist=True, expression=models.Q(('deleted_at__isnull', True), ('status', 'active')), output_field=models.BooleanField())),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(models.Func('first_name', 'last_name', 'email', arg_joiner=" || ' ' || ", function='portal_folded', output_field=models.TextField()), name='gin_trgm_ops'), name='user_by_words')],
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), condition=models.Q(('deleted_at__isnull', True)), name='user_email_once'), models.CheckConstraint(condition=models.Q(('status__in', ['active', 'suspended', 'deleted'])), name='user_status_known')],
            },
        ),
        migrations.CreateModel(
            name='Role',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('name', models.CharField(max_length=100)),
                ('code', models.CharField(choices=[('super_admin', 'Platform administrator'), ('tenant_admin', 'Administrator'), ('quality_manager', 'Quality manager'), ('tester', 'Tester'), ('developer', 'Developer'), ('viewer', 'Viewer')], max_length=40)),
                ('scope', models.CharField(choices=[('platform', 'Platform'), ('tenant', 'Tenant'), ('module', 'Project')], max_length=10)),
                ('description', models.TextField(blank=True)),
                ('is_built_in', models.BooleanField(default=False, editable=False)),
                ('permissions', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, null=True, size=None)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_built_in', True)), fields=('code',), name='role_built_in_once'), models.CheckConstraint(condition=models.Q(('code__in', ['super_admin', 'tenant_admin', 'quality_manager', 'tester', 'developer', 'viewer'])), name='role_code_known')],
            },
        ),
        migrations.CreateModel(
            name='Project',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('key', models.CharField(help_text='Short and in capitals: it stands in every address, such as PAY.', max_length=12, validators=[django.core.validators.RegexValidator('^[A-Z][A-Z0-9]{1,11}$', '2 to 12 capital letters and digits, a letter first.')], verbose_name='key')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('description', models.TextField(blank=True, verbose_name='description')),
                ('settings', models.JSONField(blank=True, default=dict)),
                ('icon', models.CharField(blank=True, max_length=200)),
                ('color', models.CharField(blank=True, max_length=32)),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('updated_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('key__regex', '^[A-Z][A-Z0-9]{1,11}$')), name='project_key_form')],
            },
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('action', models.CharField(max_length=80)),
                ('target_type', models.CharField(blank=True, max_length=60)),
                ('target_id', models.CharField(blank=True, max_length=40)),
                ('target_label', models.CharField(blank=True, max_length=300)),
                ('changes', models.JSONField(null=True)),
                ('facts', models.JSONField(null=True)),
                ('correlation_id', models.CharField(blank=True, max_length=100)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('transaction_id', models.BigIntegerField(db_default=accounts.models.audit.CurrentTransaction(), editable=False)),
                ('actor', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.project')),
            ],
            options={
                'indexes': [models.Index(fields=['-created_at', '-id'], name='audit_by_time'), models.Index(fields=['project', '-created_at', '-id'], name='audit_of_project_by_time'), models.Index(fields=['actor', '-created_at', '-id'], name='audit_of_actor_by_time'), models.Index(fields=['action', '-created_at', '-id'], name='audit_of_action_by_time'), models.Index(fields=['target_type', 'target_id', '-id'], name='audit_of_target'), models.Index(fields=['correlation_id'], name='audit_by_correlation'), models.Index(fields=['transaction_id', 'id'], name='audit_by_transaction'), django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('target_label'), name='gin_trgm_ops'), name='audit_by_label')],
            },
        ),
        migrations.AddField(
            model_name='user',
            name='default_project',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.project'),
        ),
        migrations.AddField(
            model_name='user',
            name='role',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='users', to='accounts.role'),
        ),
        migrations.CreateModel(
            name='Tenant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('name', models.CharField(max_length=100, validators=[django.core.validators.MinLengthValidator(3)], verbose_name='name')),
                ('slug', models.CharField(max_length=100, validators=[django.core.validators.MinLengthValidator(3), django.core.validators.RegexValidator('^[a-z0-9-]+$', 'Only lower-case letters, digits and hyphens.')], verbose_name='slug')),
                ('status', models.CharField(choices=[('active', 'Active'), ('suspended', 'Suspended'), ('deleted', 'Deleted')], default='active', max_length=10)),
                ('former_status', models.CharField(blank=True, default='', editable=False, max_length=10)),
                ('settings', models.JSONField(blank=True, null=True)),
                ('subscription_tier', models.CharField(blank=True, max_length=50, null=True)),
                ('max_users', models.PositiveIntegerField(blank=True, null=True)),
                ('max_modules', models.PositiveIntegerField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('deleted_at__isnull', True)), fields=('slug',), name='tenant_slug_once'), models.CheckConstraint(condition=models.Q(('status__in', ['active', 'suspended', 'deleted'])), name='tenant_status_known')],
            },
        ),
        migrations.AddField(
            model_name='role',
            name='tenant',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='roles', to='accounts.tenant'),
        ),
        migrations.CreateModel(
            name='RequestRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('correlation_id', models.CharField(max_length=100)),
                ('method', models.CharField(max_length=8)),
                ('path', models.CharField(max_length=500)),
                ('status', models.PositiveSmallIntegerField()),
                ('request_body', models.JSONField(null=True)),
                ('response_body', models.JSONField(null=True)),
                ('ip_address', models.GenericIPAddressField(null=True)),
                ('user_agent', models.CharField(blank=True, max_length=300)),
                ('duration_ms', models.PositiveIntegerField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('tenant', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
            ],
            options={
                'indexes': [models.Index(fields=['correlation_id', 'created_at'], name='request_by_correlation_time'), models.Index(fields=['tenant', '-id'], name='request_of_tenant')],
            },
        ),
        migrations.AddField(
            model_name='project',
            name='tenant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='projects', to='accounts.tenant'),
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('email', models.EmailField(max_length=254, verbose_name='work e-mail')),
                ('first_name', models.CharField(blank=True, max_length=100, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=100, verbose_name='last name')),
                ('nonce', models.CharField(max_length=32)),
                ('expires_at', models.DateTimeField()),
                ('accepted_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('accepted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('invited_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('role', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.role')),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='accounts.tenant')),
            ],
            options={
                'indexes': [models.Index(fields=['tenant', '-id'], name='invitation_of_tenant')],
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), models.F('tenant'), condition=models.Q(('accepted_at__isnull', True), ('revoked_at__isnull', True)), name='invitation_open_once')],
            },
        ),
        migrations.CreateModel(
            name='IdentityProvider',
            fields=[
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('id', models.UUIDField(default=qaportal.kit.models.new_uuid, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('issuer', models.URLField(max_length=500, verbose_name='issuer')),
                ('client_id', models.CharField(max_length=255, verbose_name='client id')),
                ('client_secret', qaportal.kit.secrets.EncryptedTextField(blank=True, verbose_name='client secret')),
                ('creates_users', models.BooleanField(default=True, verbose_name='people who arrive for the first time are added')),
                ('is_enabled', models.BooleanField(default=True, verbose_name='people can sign in through it')),
                ('is_only_way', models.BooleanField(default=False, verbose_name='nobody signs in by password')),
                ('default_role', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.role')),
                ('tenant', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='identity_provider', to='accounts.tenant')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='AuditSeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sequence', models.BigIntegerField()),
                ('entry_digest', models.CharField(max_length=64)),
                ('digest', models.CharField(max_length=64)),
                ('sealed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='seal', to='accounts.auditentry')),
                ('tenant', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('tenant', 'sequence'), name='audit_seal_once', nulls_distinct=False)],
            },
        ),
        migrations.AddField(
            model_name='auditentry',
            name='tenant',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.tenant'),
        ),
        migrations.AddField(
            model_name='user',
            name='tenant',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='users', to='accounts.tenant'),
        ),
        migrations.CreateModel(
            name='TenantDomain',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('domain', models.CharField(max_length=253, validators=[django.core.validators.RegexValidator('^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$')], verbose_name='domain')),
                ('verified_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('tenant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='domains', to='accounts.tenant')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('tenant', 'domain'), name='tenant_domain_once'), models.UniqueConstraint(condition=models.Q(('verified_at__isnull', False)), fields=('domain',), name='tenant_domain_verified_once')],
            },
        ),
        migrations.CreateModel(
            name='TokenFamily',
            fields=[
                ('id', models.UUIDField(default=qaportal.kit.models.new_uuid, editable=False, primary_key=True, serialize=False)),
                ('current_token', models.CharField(max_length=64)),
                ('ip_address', models.GenericIPAddressField(null=True)),
                ('user_agent', models.CharField(blank=True, max_length=200)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('last_used_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('expires_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('end_reason', models.CharField(blank=True, max_length=40)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='token_families', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['user'], name='token_family_open')],
            },
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('prefix', models.CharField(max_length=16)),
                ('token_hash', models.CharField(max_length=64, unique=True)),
                ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('read', 'Read'), ('results:write', 'Read, and report results'), ('cases:write', 'Read, and write test cases'), ('admin', 'Everything its owner may do')], max_length=20), size=None)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('last_used_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('revoke_reason', models.CharField(blank=True, max_length=40)),
                ('made_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='made', to='accounts.apitoken')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_tokens', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.project')),
            ],
            options={
                'indexes': [models.Index(fields=['user', '-id'], name='api_token_of_user')],
                'constraints': [models.CheckConstraint(condition=models.Q(('scopes__contained_by', ['read', 'results:write', 'cases:write', 'admin']), ('scopes__len__gt', 0)), name='api_token_scopes_known')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='accounts.project')),
                ('role', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.role')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'project'), name='membership_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='role',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('name'), models.F('tenant'), name='role_name_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='role',
            constraint=models.CheckConstraint(condition=models.Q(('is_built_in', False), models.Q(('permissions__isnull', True), ('tenant__isnull', True)), _connector='OR'), name='role_built_in_for_all'),
        ),
        migrations.AddConstraint(
            model_name='role',
            constraint=models.CheckConstraint(condition=models.Q(('scope__in', ['platform', 'tenant', 'module'])), name='role_scope_known'),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.UniqueConstraint(condition=models.Q(('deleted_at__isnull', True)), fields=('tenant', 'key'), name='project_key_once'),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['tenant', '-created_at', '-id'], name='audit_of_tenant_by_time'),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(fields=['tenant', 'status'], name='user_of_tenant'),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(fields=['tenant', 'email'], name='user_of_tenant_by_email'),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(condition=models.Q(('deleted_at__isnull', True)), fields=['tenant', 'first_name', 'last_name', 'id'], name='user_of_tenant_by_name'),
        ),
        migrations.RunSQL(REFUSE, "DROP FUNCTION accounts_refuse_change()"),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION accounts_refuse_change()",
                f"DROP TRIGGER append_only ON {table}",
            )
            for table in TABLES
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
