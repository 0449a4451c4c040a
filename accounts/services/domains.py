"""Mail domains of a company. An administrator claims one; the platform confirms to whom it belongs."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qaportal.kit.errors import InvalidInput, NotVisible, RuleViolation

from .. import audit, policies
from ..models import Tenant, TenantDomain, User

MOST_DOMAINS = 50


@transaction.atomic
def add_domain(*, actor: User, tenant: Tenant, domain: str) -> TenantDomain:
    """Claim a mail domain; it does nothing before the platform confirms it.

    Others may claim the same one: a claim tells nothing about them. Raises Denied, InvalidInput and RuleViolation.
    """
    policies.can_choose_who_comes_in(actor, tenant).require()
    Tenant.objects.select_for_update().get(pk=tenant.pk)
    claim = TenantDomain(tenant=tenant, domain=domain.strip().lower().removeprefix("@"))
    try:
        claim.clean_fields()
    except ValidationError as error:
        words = _("Give a domain such as example.com.")
        raise InvalidInput(_("The domain cannot be used."), fields={"domain": [words]}) from error
    if tenant.domains.filter(domain=claim.domain).exists():
        words = _("This domain is listed already.")
        raise RuleViolation(words, "domain_listed", fields={"domain": [words]})
    if tenant.domains.count() >= MOST_DOMAINS:
        raise RuleViolation(_("A company can have %s domains.") % MOST_DOMAINS, "too_many_domains")
    claim.save()
    audit.record("domain.added", actor=actor, target=claim, tenant=tenant)
    return claim


@transaction.atomic
def remove_domain(*, actor: User, domain: TenantDomain) -> None:
    """Give the domain up: nobody new comes in by it. Raises Denied."""
    policies.can_choose_who_comes_in(actor, domain.tenant).require()
    audit.record("domain.removed", actor=actor, target=domain, tenant=domain.tenant)
    domain.delete()


@transaction.atomic
def verify_domain(*, actor: User, domain: TenantDomain) -> TenantDomain:
    """Confirm that the domain belongs to the company; raises Denied, and RuleViolation when it is another's."""
    policies.can_verify_domain(actor).require()
    claims = TenantDomain.objects.select_for_update().filter(domain=domain.domain).order_by("pk")
    by_key = {claim.pk: claim for claim in claims}
    domain = by_key.get(domain.pk)
    if domain is None:
        raise NotVisible
    if any(claim.verified_at and claim.pk != domain.pk for claim in by_key.values()):
        raise RuleViolation(_("This domain is confirmed for another company."), "domain_taken")
    if domain.verified_at is None:
        domain.verified_at = timezone.now()
        domain.save(update_fields=["verified_at", "updated_at"])
        audit.record("domain.verified", actor=actor, target=domain, tenant=domain.tenant)
    return domain
