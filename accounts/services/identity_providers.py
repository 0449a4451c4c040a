"""The OpenID Connect provider of a company: its settings, and who may come in through it."""

from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qaportal.kit.errors import Denied, InvalidInput, NotVisible, RuleViolation

from .. import audit, policies
from ..choices import RoleCode
from ..models import IdentityProvider, Role, Tenant, TenantDomain, User
from .people import create_user
from .sign_ins import end_all_sign_ins, end_password_sign_ins

FIELDS = ("name", "issuer", "client_id", "default_role", "creates_users", "is_enabled", "is_only_way")


@dataclass(frozen=True, slots=True)
class Identity:
    """What a provider says of somebody who signed in there."""

    subject: str
    email: str
    is_verified: bool
    """Whether the provider says that the address is his."""
    first_name: str = ""
    last_name: str = ""


# -- settings --------------------------------------------------------------------------------------------------------
@transaction.atomic
def save_identity_provider(*, actor: User, tenant: Tenant, client_secret: str = "", **fields: Any) -> IdentityProvider:
    """Connect the company's provider, or change it. An empty secret leaves the stored one as it is.

    Another issuer is another provider: the stored secret is not sent there, who was known is known no more, and
    passwords work again. Where it becomes the only way, what was opened by password ends, the actor's own session
    too. Raises Denied, InvalidInput, RuleViolation.
    """
    policies.can_choose_who_comes_in(actor, tenant).require()
    Tenant.objects.select_for_update().get(pk=tenant.pk)
    provider = IdentityProvider.objects.filter(tenant=tenant).first() or IdentityProvider(tenant=tenant)
    is_new = provider._state.adding
    before = {} if is_new else audit.snapshot(provider, FIELDS)
    _require_usable_role(actor, tenant, fields.get("default_role"))
    for name in FIELDS:
        if name in fields:
            setattr(provider, name, fields[name])
    has_moved = not is_new and before["issuer"].rstrip("/") != provider.issuer.rstrip("/")
    if has_moved:
        provider.client_secret, provider.is_only_way = "", False
        links_of(provider).delete()
    if client_secret:
        provider.client_secret = client_secret
    closes = provider.closes_passwords and not (before.get("is_enabled") and before.get("is_only_way"))
    if provider.is_only_way and not before.get("is_only_way"):
        _require_proof(actor, provider)
    provider.save()
    changes = audit.changes_between(before, audit.snapshot(provider, FIELDS))
    if client_secret or has_moved:
        changes["client_secret"] = [audit.MASK, audit.MASK if client_secret else None]
    if changes:
        action = "identity_provider.created" if is_new else "identity_provider.updated"
        audit.record(action, actor=actor, target=provider, tenant=tenant, changes=changes)
    if closes:
        end_password_sign_ins(actor=actor, tenant=tenant, reason="identity_provider_only")
    return provider


def _require_usable_role(actor: User, tenant: Tenant, role: Role | None) -> None:
    if role is None:
        return
    policies.can_grant(actor, role).require()
    if role.code == RoleCode.SUPER_ADMIN or role.tenant_id not in {None, tenant.pk}:
        raise InvalidInput(
            _("The role cannot be used."), fields={"default_role": [_("This role is not one of the company.")]}
        )


def _require_proof(actor: User, provider: IdentityProvider) -> None:
    """Nobody locks his company out: an administrator has to have come in through the provider first."""
    proven = links_of(provider).filter(user__status="active", user__deleted_at__isnull=True)
    by_whom = {"user__role__code": RoleCode.TENANT_ADMIN} if actor.is_super_admin else {"user": actor}
    if not provider.is_enabled or not proven.filter(**by_whom).exists():
        words = _("Sign in through the provider yourself first: this shows that it lets you in.")
        raise RuleViolation(words, "provider_unproven", fields={"is_only_way": [words]})


@transaction.atomic
def remove_identity_provider(*, actor: User, tenant: Tenant) -> None:
    """Disconnect the company's provider: people sign in by password again. Raises Denied and NotVisible."""
    policies.can_choose_who_comes_in(actor, tenant).require()
    provider = IdentityProvider.objects.select_for_update().filter(tenant=tenant).first()
    if provider is None:
        raise NotVisible
    audit.record("identity_provider.removed", actor=actor, target=provider, tenant=tenant)
    links_of(provider).delete()
    provider.delete()


def links_of(provider: IdentityProvider) -> Any:
    """The people who have come through the provider, as it knows them."""
    return SocialAccount.objects.filter(provider=str(provider.pk))


# -- signing in ------------------------------------------------------------------------------------------------------
def require_password_allowed(*, user: User) -> None:
    """Raise Denied for somebody whose company signs in through its identity provider alone."""
    if user.tenant_id is None:
        return
    provider = IdentityProvider.objects.closing_passwords_of(user).first()
    if provider is not None:
        raise Denied(
            _("Your company signs in with %(name)s alone. Choose “Continue with your company” on the sign-in page.")
            % {"name": provider.name},
            "identity_provider_only",
        )


@transaction.atomic
def arrive(*, provider: IdentityProvider, identity: Identity) -> User:
    """The person who signed in at the provider: known from before, found by his address, or added now.

    He is only ever one of the provider's company. Raises Denied with words for him, and RuleViolation when the
    company has no seat left.
    """
    Tenant.objects.select_for_update().get(pk=provider.tenant_id)
    link = links_of(provider).filter(uid=identity.subject).select_related("user__tenant", "user__role").first()
    if link is not None and link.user.deleted_at is not None and _living(identity) is not None:
        _forget(link, provider)  # he was added anew under the same address
        link = None
    person = link.user if link else _by_address(provider, identity)
    if person is None or person.tenant_id != provider.tenant_id or person.is_super_admin:
        raise Denied(
            _("%s is not one of the people of this portal. Ask an administrator of your company to add you.")
            % identity.email,
            "person_unknown",
        )
    if not person.may_sign_in:
        raise _account_closed()
    if link is None:
        _remember(provider, person, identity)
    return person


def _forget(link: SocialAccount, provider: IdentityProvider) -> None:
    link.delete()
    audit.record("user.unlinked", actor=None, target=link.user, tenant=provider.tenant, provider=str(provider))


def _by_address(provider: IdentityProvider, identity: Identity) -> User | None:
    """Somebody by the address that the provider vouches for, added where the company wants that."""
    if not identity.email or not identity.is_verified:
        raise Denied(
            _("%s does not say that your e-mail address is confirmed. Ask whoever runs it.") % provider.name,
            "address_unverified",
        )
    if not TenantDomain.objects.verified().filter(tenant=provider.tenant_id).of_address(identity.email).exists():
        raise Denied(
            _("Addresses like %s do not belong to your company here. Ask an administrator to add the mail domain.")
            % identity.email,
            "domain_unknown",
        )
    person = _living(identity)
    if person is None and provider.creates_users:
        closed = User.objects.deleted().filter(must_verify_email=False)  # a registration was never an account of his
        if closed.filter(tenant=provider.tenant_id, email__iexact=identity.email).exists():
            raise _account_closed()
        return _add(provider, identity)
    return person


def _living(identity: Identity) -> User | None:
    """Who has the address now."""
    return User.objects.living().select_related("tenant", "role").filter(email__iexact=identity.email).first()


def _account_closed() -> Denied:
    """The words for somebody who was suspended or deleted: arriving does not bring him back."""
    return Denied(_("Your account here is closed. Ask an administrator of your company."), "account_closed")


def _add(provider: IdentityProvider, identity: Identity) -> User:
    return create_user(
        actor=None,
        email=identity.email,
        password=None,
        tenant=provider.tenant,
        role=provider.default_role,
        first_name=identity.first_name[:100],
        last_name=identity.last_name[:100],
        is_email_verified=True,
        auth_provider="oidc",
    )


def _remember(provider: IdentityProvider, person: User, identity: Identity) -> None:
    """Know the person by the provider's own name for him from now on, whatever his address becomes.

    A password that was set before anybody showed that the address is his may be a stranger's: it is forgotten.
    """
    if not person.is_email_verified:
        person.set_unusable_password()
        person.is_email_verified, person.email_verified_at = True, timezone.now()
        person.must_verify_email = False
        person.save()
        EmailAddress.objects.filter(user=person, email__iexact=person.email).update(verified=True)
        end_all_sign_ins(actor=None, user=person, reason="identity_provider_linked")
    SocialAccount.objects.create(user=person, provider=str(provider.pk), uid=identity.subject)
    audit.record("user.linked", actor=person, target=person, tenant=person.tenant, provider=str(provider))


def record_refusal(*, provider: IdentityProvider, email: str, reason: str) -> None:
    """Write into the trail who signed in at the provider and was not let in here."""
    audit.record(
        "user.sign_in_refused",
        actor=None,
        tenant=provider.tenant,
        way="identity_provider",
        reason=reason,
        address=email[:254],
    )
