"""`manage.py document_roles`: writes docs/roles.md from the table of permissions."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts import roles_document


class Command(BaseCommand):
    help = "Writes docs/roles.md from the table of permissions."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        roles_document.path().write_text(roles_document.render(), encoding="utf-8")
        self.stdout.write(f"Written: {roles_document.ADDRESS}")
