"""Ways in, custom roles, leaving and coming back, and a trail that tells who asked how.

What stands in the tables of before is kept. No filled table is written anew: the new columns have constant defaults, and
the one that names the transaction of an entry has the number of the transaction that adds it. Indexes on people and
on the trail follow in migrations of their own, which lock nobody out.

Going back drops invitations, API tokens, identity providers, mail domains, seals and records of requests. A role that
all companies shared is replaced by the one it was based on, because there was one role of each kind then; roles of
a company stay, and with them all that their base may do.
"""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import accounts.models.audit
import qaportal.kit.models
import qaportal.kit.secrets

BUILT_IN = "UPDATE accounts_role SET is_built_in = true WHERE tenant_id IS NULL"
SHARED_ROLES_TO_BASES = [
    *(
        f"""
        UPDATE {table} SET role_id = base.id FROM accounts_role AS shared, accounts_role AS base
        WHERE shared.id = {table}.role_id AND shared.tenant_id IS NULL AND NOT shared.is_built_in
          AND base.is_built_in AND base.code = shared.code
        """
        for table in ("accounts_user", "accounts_membership")
    ),
    "DELETE FROM accounts_role WHERE tenant_id IS NULL AND NOT is_built_in",
    "SET CONSTRAINTS ALL IMMEDIATE",  # what is checked at the end otherwise keeps the tables from being altered
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        # -- roles -------------------------------------------------------------------------------------------------
        migrations.RemoveConstraint(model_name="role", name="role_built_in_once"),
        migrations.RemoveConstraint(model_name="role", name="role_name_once"),
        migrations.AddField(
            model_name="role",
            name="is_built_in",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.RunSQL(BUILT_IN, SHARED_ROLES_TO_BASES),
        migrations.AddField(
            model_name="role",
            name="permissions",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=60), blank=True, null=True, size=None
            ),
        ),
        migrations.AddConstraint(
            model_name="role",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_built_in", True)), fields=("code",), name="role_built_in_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="role",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("name"),
                models.F("tenant"),
                name="role_name_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="role",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_built_in", False),
                    models.Q(("permissions__isnull", True), ("tenant__isnull", True)),
                    _connector="OR",
                ),
                name="role_built_in_for_all",
            ),
        ),
        migrations.AddConstraint(
            model_name="role",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "code__in",
                        ["super_admin", "tenant_admin", "quality_manager", "tester", "developer", "viewer"],
                    )
                ),
                name="role_code_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="role",
            constraint=models.CheckConstraint(
                condition=models.Q(("scope__in", ["platform", "tenant", "module"])), name="role_scope_known"
            ),
        ),
        # -- people and their sign-ins -----------------------------------------------------------------------------
        migrations.AddField(
            model_name="user",
            name="must_verify_email",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name="user",
            name="sign_in_epoch",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="tokenfamily",
            name="ip_address",
            field=models.GenericIPAddressField(null=True),
        ),
        migrations.AddField(
            model_name="tokenfamily",
            name="user_agent",
            field=models.CharField(blank=True, max_length=200),
        ),
        # -- ways in -----------------------------------------------------------------------------------------------
        migrations.CreateModel(
            name="TenantDomain",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="domains", to="accounts.tenant"
                    ),
                ),
                (
                    "domain",
                    models.CharField(
                        max_length=253,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$"
                            )
                        ],
                        verbose_name="domain",
                    ),
                ),
                ("verified_at", models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("tenant", "domain"), name="tenant_domain_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("verified_at__isnull", False)),
                        fields=("domain",),
                        name="tenant_domain_verified_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "tenant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="invitations", to="accounts.tenant"
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="work e-mail")),
                ("first_name", models.CharField(blank=True, max_length=100, verbose_name="first name")),
                ("last_name", models.CharField(blank=True, max_length=100, verbose_name="last name")),
                (
                    "role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.role"
                    ),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("nonce", models.CharField(max_length=32)),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                (
                    "accepted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["tenant", "-id"], name="invitation_of_tenant")],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("email"),
                        models.F("tenant"),
                        condition=models.Q(("accepted_at__isnull", True), ("revoked_at__isnull", True)),
                        name="invitation_open_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="IdentityProvider",
            fields=[
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "id",
                    models.UUIDField(
                        default=qaportal.kit.models.new_uuid, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "tenant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="identity_provider",
                        to="accounts.tenant",
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("issuer", models.URLField(max_length=500, verbose_name="issuer")),
                ("client_id", models.CharField(max_length=255, verbose_name="client id")),
                (
                    "client_secret",
                    qaportal.kit.secrets.EncryptedTextField(blank=True, verbose_name="client secret"),
                ),
                (
                    "default_role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.role"
                    ),
                ),
                (
                    "creates_users",
                    models.BooleanField(default=True, verbose_name="people who arrive for the first time are added"),
                ),
                ("is_enabled", models.BooleanField(default=True, verbose_name="people can sign in through it")),
                ("is_only_way", models.BooleanField(default=False, verbose_name="nobody signs in by password")),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.project",
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("prefix", models.CharField(max_length=16)),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("read", "Read"),
                                ("results:write", "Read, and report results"),
                                ("cases:write", "Read, and write test cases"),
                                ("admin", "Everything its owner may do"),
                            ],
                            max_length=20,
                        ),
                        size=None,
                    ),
                ),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("last_used_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("revoke_reason", models.CharField(blank=True, max_length=40)),
            ],
            options={
                "indexes": [models.Index(fields=["user", "-id"], name="api_token_of_user")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("scopes__contained_by", ["read", "results:write", "cases:write", "admin"]),
                            ("scopes__len__gt", 0),
                        ),
                        name="api_token_scopes_known",
                    )
                ],
            },
        ),
        # -- the trail ---------------------------------------------------------------------------------------------
        migrations.AddField(
            model_name="auditentry",
            name="transaction_id",
            field=models.BigIntegerField(db_default=accounts.models.audit.CurrentTransaction(), editable=False),
        ),
        migrations.AlterField(
            model_name="auditentry",
            name="created_at",
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
        ),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.tenant",
                    ),
                ),
                ("sequence", models.BigIntegerField()),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="seal", to="accounts.auditentry"
                    ),
                ),
                ("entry_digest", models.CharField(max_length=64)),
                ("digest", models.CharField(max_length=64)),
                ("sealed_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tenant", "sequence"), name="audit_seal_once", nulls_distinct=False
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RequestRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "tenant",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.tenant",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("correlation_id", models.CharField(max_length=100)),
                ("method", models.CharField(max_length=8)),
                ("path", models.CharField(max_length=500)),
                ("status", models.PositiveSmallIntegerField()),
                ("request_body", models.JSONField(null=True)),
                ("response_body", models.JSONField(null=True)),
                ("ip_address", models.GenericIPAddressField(null=True)),
                ("user_agent", models.CharField(blank=True, max_length=300)),
                ("duration_ms", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["correlation_id", "created_at"], name="request_by_correlation_time"),
                    models.Index(fields=["tenant", "-id"], name="request_of_tenant"),
                ],
            },
        ),
    ]
