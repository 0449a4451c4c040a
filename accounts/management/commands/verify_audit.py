"""Prove that nobody changed the audit trail."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.audit import verification
from accounts.audit.verification import Anchor, Chain, UnusableAnchors
from accounts.models import Tenant


class Command(BaseCommand):
    """Walk every chain of the audit trail and say what is wrong."""

    help = (
        "Proves the hash chains of the audit trail and prints the head of each. Ends with 1 when anything is wrong, "
        "with 2 when the anchors cannot be used. Anchors kept outside of the database tell a chain whose end was cut "
        "off, or that was computed anew."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--anchors", metavar="FILE", type=Path, help="compare with the heads noted earlier")
        parser.add_argument(
            "--write-anchors", metavar="FILE", type=Path, help="note the heads, unless something is wrong"
        )

    def handle(self, *args: Any, anchors: Path | None, write_anchors: Path | None, **options: Any) -> None:
        try:
            known = verification.read_anchors(anchors) if anchors else {}
            heads, wrong = self._walk(known)
            if write_anchors and not wrong:
                verification.write_anchors(write_anchors, heads)
        except UnusableAnchors as error:
            raise CommandError(str(error), returncode=2) from error
        if wrong:
            kept = " No anchor was written." if write_anchors else ""
            raise CommandError(f"The audit trail is not as it was written: {wrong} found.{kept}", returncode=1)
        self.stdout.write(f"Nothing is wrong. {verification.waiting()} wait for their seal.")

    def _walk(self, known: dict[int | None, Anchor]) -> tuple[list[Anchor], int]:
        """Print what is found as it is found; answers the heads and how much is wrong."""
        heads, wrong = [], 0
        for found in verification.walk(known):
            if isinstance(found, Chain):
                head = f"head {found.sequence} {found.digest}"
                self.stdout.write(f"{self._name(found.tenant_id)}: {found.seals} sealed, {head}")
                heads.append(Anchor(found.tenant_id, found.sequence, found.digest))
            else:
                wrong += 1
                self.stdout.write(f"WRONG {self._name(found.tenant_id)}: {found.words} ({found.kind})")
        return heads, wrong

    def _name(self, tenant_id: int | None) -> str:
        """What a chain is called."""
        if tenant_id is None:
            return "without a company"
        slug = Tenant.objects.filter(pk=tenant_id).values_list("slug", flat=True).first()
        return f"{slug or 'unknown company'} ({tenant_id})"
