"""Which project an API call means, and sets of actions on what belongs to a project."""

from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework.request import Request

from qaportal.kit.api.viewsets import PortalViewSet
from qaportal.kit.errors import InvalidInput, NotVisible

from ..models import Project, User

NAMES = ("project_id", "projectId", "project")


def visible_project(user: User, given: object) -> Project:
    """The project with this id or key; raises NotVisible for any other and InvalidInput for an unusable value."""
    text = str(given).strip()
    if isinstance(given, bool | dict | list | float) or not text or len(text) > 18:
        raise InvalidInput(_("The project cannot be found."), fields={"project_id": [_("Give its id or its key.")]})
    lookup = Q(pk=int(text)) if text.isascii() and text.isdigit() else Q(key=text.upper())
    project = Project.objects.visible_to(user).select_related("tenant").filter(lookup).first()
    if project is None:
        raise NotVisible
    return project


def project_of(request: Request) -> Project:
    """The project a call means: the one it names, else the caller's default, else his only one.

    Raises NotVisible for a foreign one, InvalidInput naming `project_id` when it is not clear.
    """
    body = request.data if hasattr(request.data, "get") else {}
    for name in NAMES:
        for given in (body.get(name), request.query_params.get(name)):
            if given not in (None, ""):
                return visible_project(request.user, given)
    visible = Project.objects.visible_to(request.user).select_related("tenant").order_by("pk")
    default = visible.filter(pk=request.user.default_project_id).first() if request.user.default_project_id else None
    candidates = [default] if default else list(visible[:2])
    if len(candidates) != 1:
        raise InvalidInput(_("Which project?"), fields={"project_id": [_("Name the project: there are several.")]})
    return candidates[0]


class ProjectViewSet(PortalViewSet):
    """Actions on objects of a project; lists hold one project, single objects are found in any visible one."""

    @property
    def project(self) -> Project:
        """The project this call means."""
        if not hasattr(self, "_project"):
            self._project = project_of(self.request)
        return self._project

    def filtered(self, queryset: QuerySet) -> QuerySet:
        """The objects of the call's project, filtered; the filters find the project at the request."""
        self.request.project = self.project
        return super().filtered(queryset.in_project(self.project))

    def visible_related(self, queryset: QuerySet, given: Any, *, field: str, project: Project | None = None) -> Model:
        """The object a body names by id, in the call's project; raises NotVisible like a random id."""
        found = queryset.visible_to(self.request.user).in_project(project or self.project).filter(pk=given).first()
        if found is None:
            raise InvalidInput(_("Not found."), "not_found", fields={field: [_("There is no such object.")]})
        return found

    def optional_related(
        self, queryset: QuerySet, given: Any, *, field: str, project: Project | None = None
    ) -> Model | None:
        """The same where a body may name nothing by null."""
        return None if given is None else self.visible_related(queryset, given, field=field, project=project)

    def visible_person(self, given: int | None, *, field: str, project: Project | None = None) -> User | None:
        """The person a body names by id, None for nobody; raises InvalidInput for one the caller may not see.

        With `project` the person is one of its company.
        """
        if given is None:
            return None
        found = User.objects.visible_to(self.request.user).select_related("role", "tenant").filter(pk=given)
        person = (found.filter(tenant_id=project.tenant_id) if project else found).first()
        if person is None:
            raise InvalidInput(_("Not found."), "not_found", fields={field: [_("There is no such person.")]})
        return person

    @staticmethod
    def without_project(data: dict[str, Any], stored: Project | None, words: str = "") -> dict[str, Any]:
        """The fields of a body without the project it names.

        Raises InvalidInput, in `words`, where that is another one than the project in which the object is `stored`.
        """
        fields = dict(data)
        given = fields.pop("project_id", None)
        if stored is not None and given not in {None, str(stored.pk), stored.key}:
            words = words or _("What is stored stays in its project.")
            raise InvalidInput(words, fields={"project_id": [words]})
        return fields
