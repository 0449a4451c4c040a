"""How people come in: invitations, identity providers, and the tokens of their machines."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qaportal.kit.models import TimeStamped, new_uuid
from qaportal.kit.secrets import EncryptedTextField

from ..choices import InvitationState, TokenScope, TokenState
from ..querysets import ApiTokenQuerySet, IdentityProviderQuerySet, InvitationQuerySet
from .people import Role, User
from .tenancy import Project, Tenant


class Invitation(TimeStamped):
    """A seat that waits for somebody: its link lets the person choose a password.

    The link is signed and made anew from the row each time it is mailed; a new nonce ends the links made before.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="invitations", db_index=False)
    email = models.EmailField(_("work e-mail"), max_length=254)
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    nonce = models.CharField(max_length=32)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                "tenant",
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="invitation_open_once",
            )
        ]
        indexes = [models.Index(fields=["tenant", "-id"], name="invitation_of_tenant")]

    def __str__(self) -> str:
        """The address."""
        return self.email

    @property
    def is_open(self) -> bool:
        """Whether its link still works."""
        return self.accepted_at is None and self.revoked_at is None and self.expires_at > timezone.now()

    @property
    def state(self) -> InvitationState:
        """What has become of it."""
        if self.accepted_at is not None:
            return InvitationState.ACCEPTED
        if self.revoked_at is not None:
            return InvitationState.REVOKED
        return InvitationState.OPEN if self.is_open else InvitationState.EXPIRED


class IdentityProvider(TimeStamped):
    """The OpenID Connect provider of a company; its key stands in the addresses of the sign-in."""

    id = models.UUIDField(primary_key=True, default=new_uuid, editable=False)
    tenant = models.OneToOneField(Tenant, on_delete=models.CASCADE, related_name="identity_provider")
    name = models.CharField(_("name"), max_length=100)
    issuer = models.URLField(_("issuer"), max_length=500)
    client_id = models.CharField(_("client id"), max_length=255)
    client_secret = EncryptedTextField(_("client secret"), blank=True)
    default_role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    creates_users = models.BooleanField(_("people who arrive for the first time are added"), default=True)
    is_enabled = models.BooleanField(_("people can sign in through it"), default=True)
    is_only_way = models.BooleanField(_("nobody signs in by password"), default=False)

    objects = IdentityProviderQuerySet.as_manager()

    def __str__(self) -> str:
        """The name."""
        return self.name

    @property
    def closes_passwords(self) -> bool:
        """Whether people of the company can sign in through it alone; a closed provider locks nobody out."""
        return self.is_enabled and self.is_only_way


class ApiToken(TimeStamped):
    """A token of a machine: acts as its owner, within its scopes and, where one is named, inside one project.

    The token itself is shown once; what is kept is a keyed hash of it and its beginning, to tell tokens apart.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens", db_index=False)
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(max_length=16)
    token_hash = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=20, choices=TokenScope.choices))
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoke_reason = models.CharField(max_length=40, blank=True)
    made_by = models.ForeignKey("self", null=True, editable=False, on_delete=models.SET_NULL, related_name="made")
    """The token that made it, if one did; it never outlives that one."""

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(scopes__contained_by=TokenScope.values) & Q(scopes__len__gt=0),
                name="api_token_scopes_known",
            )
        ]
        indexes = [models.Index(fields=["user", "-id"], name="api_token_of_user")]

    def __str__(self) -> str:
        """The name and the beginning."""
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_usable(self) -> bool:
        """Neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > timezone.now())

    @property
    def state(self) -> TokenState:
        """What has become of it."""
        if self.revoked_at is not None:
            return TokenState.REVOKED
        return TokenState.USABLE if self.is_usable else TokenState.EXPIRED
