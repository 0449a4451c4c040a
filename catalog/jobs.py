"""Jobs of the catalog."""

from procrastinate.contrib.django import app

from accounts.models import Project, User

from .services import workflow
from .workflow import workflow_of


@app.task(queue="heavy")
def remove_state_with_its_cases(project_id: int, code: str, move_to: str, actor_id: int) -> None:
    """Move many cases out of a state and remove it; a second time there is nothing left to do."""
    project = Project.objects.living().select_related("tenant").filter(pk=project_id).first()
    actor = User.objects.living().select_related("role", "tenant").filter(pk=actor_id).first()
    if project is not None and actor is not None and code in workflow_of(project).by_code:
        workflow.remove_state(actor=actor, project=project, code=code, move_to=move_to)
