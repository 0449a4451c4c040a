"""The table of roles and permissions as a document, made of the code so that it is never wrong."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from .choices import ROLE_RANK, ROLE_SCOPE, RoleCode, RoleScope, TokenScope
from .permissions import PERMISSIONS, Permission

ADDRESS = Path("docs") / "roles.md"

HEAD = """# Roles and permissions

<!-- Made by `manage.py document_roles` from accounts/permissions.py; a test compares them. -->

A person has one role in the company. A membership replaces it inside one project, upwards or downwards; administrators
keep theirs everywhere. A project that is for members only is closed to everybody else but administrators.

"""
RULES = """
## Rules

- Nobody gives a role above his own: neither one of a higher rank nor one with a permission that his own lacks.
- A **custom role** belongs to one company. Its base, one of the built-in codes, decides the rank and is the ceiling:
  the role has all that the base has, or the part that was chosen. A change counts at once for everybody who has it.
- A company keeps at least one active administrator.
- Administrators of the platform belong to no company and see all of them. They are made by
  `manage.py create_platform_administrator`, never through a page or the API of a company.
- A denial says why, in the same words on the button, on the page and in the API. `GET /api/permissions` tells a client
  all of them.

## API tokens

A token acts as its owner: it may what he may, and of that only what its scopes cover. The owner's role counts at the
time of the call. A token of one project sees that project alone. Every scope lets a token read.

"""


def _mark(is_there: bool) -> str:
    return "yes" if is_there else ""


def _table(head: list[str], rows: list[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |\n"
    yield f"|{'---|' * len(head)}\n"
    for row in rows:
        yield f"| {' | '.join(row)} |\n"


def _nouns() -> dict[str, list[Permission]]:
    """The permissions by the object they are about, in the order of the table."""
    groups: dict[str, list[Permission]] = {}
    for permission in PERMISSIONS.values():
        groups.setdefault(permission.code.partition(".")[0], []).append(permission)
    return groups


def _permission_rows() -> list[list[str]]:
    return [
        [f"`{each.code}`", str(each.act), *(_mark(code.value in each.roles) for code in RoleCode)]
        for group in _nouns().values()
        for each in group
    ]


def _scope_rows() -> list[list[str]]:
    return [
        [f"`{each.code}`", *(_mark(scope.value in each.scopes) for scope in TokenScope)]
        for group in _nouns().values()
        for each in group
    ]


def render() -> str:
    """The whole document."""
    parts = [HEAD, "## The built-in roles\n\n"]
    roles = [
        [f"`{code.value}`", str(code.label), str(RoleScope(ROLE_SCOPE[code]).label), str(ROLE_RANK[code])]
        for code in RoleCode
    ]
    parts += _table(["code", "name", "given for", "rank"], roles)
    parts.append("\n## What each may do\n\n")
    parts += _table(["permission", "lets a person", *(f"`{code.value}`" for code in RoleCode)], _permission_rows())
    parts.append(RULES)
    parts += _table(["permission", *(f"`{scope.value}`" for scope in TokenScope)], _scope_rows())
    return "".join(parts)


def path() -> Path:
    """Where the document stands."""
    return settings.BASE_DIR / ADDRESS
