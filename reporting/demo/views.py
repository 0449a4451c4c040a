"""The saved views of the demo's list of cases."""

from accounts.models import Project, User
from catalog.services.saved_views import create_view

_VIEWS = (
    ("Failing now", "last_status=failed&sort=-priority&columns=priority,status,tags,owner,updated"),
    ("Smoke", "tags=smoke&columns=priority,status,folder,estimate"),
)


def keep_views(project: Project, people: dict[str, User]) -> None:
    """Keep the looks at the list that the team shares."""
    for name, query in _VIEWS:
        create_view(actor=people["quality"], project=project, name=name, query=query, is_shared=True)
