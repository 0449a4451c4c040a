"""The first three levels of the tree, and what the fields of a case offer, as the API tells them."""

from collections import defaultdict
from typing import Any

from accounts.models import Project, User

from .choices import AutomationStatus, Priority, TestTag, TestType
from .custom_values import shown_bound
from .models import CustomField, Folder, Template, TestCase
from .tree import counts_of
from .workflow import workflow_of

LEVELS = 3
BELOW = {1: "sub_modules", 2: "features"}
ABOVE = {2: "module_id", 3: "sub_module_id"}
"""What a level calls the one below it, and the key of the one above it."""


def structure_of(user: User, project: Project) -> list[dict[str, Any]]:
    """Modules with their sub-modules and features, each with its cases counted, in two queries.

    `case_count` holds everything below, `direct_case_count` the folder alone.
    """
    counts = counts_of(user, project)
    children: dict[int | None, list[dict[str, Any]]] = defaultdict(list)
    for pk, name, description, depth, parent_id in _folders(user, project):
        node = {
            "id": pk,
            "name": name,
            "description": description,
            "case_count": counts.below[pk],
            "direct_case_count": counts.own[pk],
        }
        if below := BELOW.get(depth):
            node[below] = children[pk]
        children[parent_id].append(node)
    return children[None]


def options_of(user: User, project: Project) -> dict[str, list[Any]]:
    """What the fields of a case offer, in a fixed number of queries."""
    levels: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for pk, name, _description, depth, parent_id in _folders(user, project):
        above = {ABOVE[depth]: parent_id} if depth in ABOVE else {}
        levels[depth].append({"id": pk, "name": name, **above})
    people = User.objects.who_reach(project).order_by("first_name", "last_name", "email")
    return {
        "modules": levels[1],
        "sub_modules": levels[2],
        "features": levels[3],
        "tags": TestCase.objects.visible_to(user).in_project(project).current().used_tags(),
        "test_tags": _choices(TestTag),
        "test_types": _choices(TestType),
        "automation_statuses": _choices(AutomationStatus),
        "priorities": [{"value": each.code, "label": str(each.label)} for each in reversed(Priority)],
        "states": [{"value": code, "label": name} for code, name in workflow_of(project).choices],
        "owners": [{"id": each.pk, "name": each.full_name} for each in people],
        **_own_fields(user, project),
    }


def _own_fields(user: User, project: Project) -> dict[str, list[dict[str, Any]]]:
    """The custom fields in use, of cases and of results, and the templates with the keys of their fields."""
    fields = list(
        CustomField.objects.visible_to(user).in_project(project).in_use().order_by("target", "position", "pk")
    )
    keys = {field.pk: field.key for field in fields}
    found = Template.objects.visible_to(user).in_project(project).filter(is_archived=False).with_field_ids()
    return {
        "custom_fields": [_told(field) for field in fields],
        "templates": [
            {
                "id": each.pk,
                "name": each.name,
                "is_default": each.is_default,
                "fields": [keys[pk] for pk in each.field_ids if pk in keys],
            }
            for each in found
        ],
    }


def _told(field: CustomField) -> dict[str, Any]:
    options = [each for each in field.options if not each.get("is_archived")]
    return {
        **{name: getattr(field, name) for name in ("id", "key", "name", "target", "kind", "help_text")},
        **{name: getattr(field, name) for name in ("is_required", "is_restricted", "default")},
        **{name: shown_bound(field.kind, getattr(field, name)) or None for name in ("minimum", "maximum")},
        "options": [{"value": each["code"], "label": each["name"]} for each in options],
    }


def _folders(user: User, project: Project) -> Any:
    found = Folder.objects.visible_to(user).in_project(project).filter(depth__lte=LEVELS)
    return found.order_by("position", "name", "pk").values_list("pk", "name", "description", "depth", "parent_id")


def _choices(choices: Any) -> list[dict[str, str]]:
    return [{"value": value, "label": str(label)} for value, label in choices.choices]
