"""What the payments project of the demo knows of its cases beside what every project has."""

from typing import Any

from django.utils.text import slugify

from accounts.models import Project, User
from catalog.choices import FieldKind, FieldTarget, TestTag
from catalog.services.custom_fields import create_field
from catalog.services.templates import create_template

from .texts import CaseText

_RISKS = {"critical": "High", "high": "High", "medium": "Medium", "low": "Low"}
_BROWSERS = ("Firefox", "Chrome", "Safari")
_FIELDS: tuple[dict[str, Any], ...] = (
    {
        "name": "Risk",
        "kind": FieldKind.DROPDOWN,
        "options": [{"name": name} for name in ("Low", "Medium", "High")],
        "default": "Medium",
        "help_text": "What it costs when this breaks in production.",
    },
    {"name": "Browsers", "kind": FieldKind.MULTI_SELECT, "options": [{"name": name} for name in _BROWSERS]},
    {"name": "Design", "kind": FieldKind.LINK},
    {"name": "Reviewed", "kind": FieldKind.DATE, "is_restricted": True},
    {"name": "Clean up", "kind": FieldKind.STEPS, "help_text": "What to undo afterwards."},
    {
        "name": "Device",
        "kind": FieldKind.STRING,
        "target": FieldTarget.RESULT,
        "help_text": "Where it was executed, such as a phone and its browser.",
    },
)


def make_own_fields(project: Project, people: dict[str, User]) -> None:
    """The fields, and a template for pages and one for services."""
    lead = people["quality"]
    made = {each["name"]: create_field(actor=lead, project=project, **each) for each in _FIELDS}
    about = {"name": "Page", "description": "Whatever a shopper sees"}
    create_template(actor=lead, project=project, fields=made.values(), **about)
    service = [made[name] for name in ("Risk", "Reviewed", "Clean up")]
    create_template(actor=lead, project=project, name="Service", description="What only programs call", fields=service)


def own_values(text: CaseText) -> dict[str, Any]:
    """What a case of the demo says in them."""
    values: dict[str, Any] = {"risk": _RISKS[text.priority]}
    if text.tag == TestTag.UI:
        values["browsers"] = list(_BROWSERS if "smoke" in text.tags else _BROWSERS[:2])
    if text.module == "Card payments" and text.tag != TestTag.API:
        values["design"] = f"https://design.tessarin.example/{slugify(text.feature)}"
    return values
