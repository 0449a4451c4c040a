"""Makes stored files for tests, with their bytes."""

import io

from accounts.models import Project, User
from accounts.tests.factories import UserFactory
from files.models import StoredFile
from files.services import store


def stored_file(project: Project, *, content: bytes = b"some text", name: str = "note.txt", actor: User | None = None):
    actor = actor or UserFactory(tenant=project.tenant)
    return store(actor=actor, project=project, stream=io.BytesIO(content), name=name)


def age(stored: StoredFile, moment) -> None:
    """Pretend that the row was made then."""
    StoredFile.objects.filter(pk=stored.pk).update(created_at=moment)
