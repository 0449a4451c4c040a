"""What an issue can be linked to, found by its kind and id through what somebody may see."""

from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Project, User
from catalog.models import TestCase
from qaportal.kit.errors import InvalidInput
from runs.models import Finding, Result, RunCase, Session, TestRun

from .choices import LinkKind
from .models import IssueLink


@dataclass(frozen=True, slots=True)
class Target:
    """One object that an issue is linked to."""

    kind: LinkKind
    case: TestCase | None = None
    run: TestRun | None = None
    run_case: RunCase | None = None
    result_id: UUID | None = None
    session: Session | None = None
    finding: Finding | None = None

    def lookup(self) -> dict[str, object]:
        """What tells its link from the other links of an issue."""
        field = "result_id" if self.kind == LinkKind.RESULT else str(self.kind)
        return {"kind": self.kind, field: getattr(self, field)}

    def columns(self) -> dict[str, object]:
        """What its link stores."""
        names = ("kind", "case", "run", "run_case", "result_id", "session", "finding")
        return {name: getattr(self, name) for name in names}


def of_case(case: TestCase) -> Target:
    """The case."""
    return Target(LinkKind.CASE, case=case)


def of_run(run: TestRun) -> Target:
    """The run."""
    return Target(LinkKind.RUN, run=run)


def of_result(result: Result) -> Target:
    """One attempt of a test, with its test and run."""
    return Target(LinkKind.RESULT, run=result.run, run_case=result.run_case, result_id=result.pk)


def of_session(session: Session, finding: Finding | None = None) -> Target:
    """The session, because of a finding or as a whole."""
    return Target(LinkKind.SESSION, session=session, finding=finding)


def of_link(link: IssueLink) -> Target:
    """What the link leads to."""
    names = ("case", "run", "run_case", "result_id", "session", "finding")
    return Target(LinkKind(link.kind), **{name: getattr(link, name) for name in names})


def _found(queryset: QuerySet, given: object, user: User, project: Project) -> object:
    try:
        pk = queryset.model._meta.pk.to_python(given)
    except ValidationError:
        pk = None
    if isinstance(pk, int) and not 0 < pk < 2**63:
        pk = None
    found = queryset.visible_to(user).in_project(project).filter(pk=pk).first() if pk is not None else None
    if found is None:
        words = _("There is no such object.")
        raise InvalidInput(_("Not found."), "not_found", fields={"entity_id": [words]})
    return found


def target_of(*, user: User, project: Project, kind: str, given: object) -> Target:
    """The object of this kind and id in the project; raises InvalidInput naming `entity_id` for any other."""
    if kind == LinkKind.CASE:
        return of_case(_found(TestCase.objects.select_related("project"), given, user, project))
    if kind == LinkKind.RUN:
        return of_run(_found(TestRun.objects.select_related("project"), given, user, project))
    if kind == LinkKind.RESULT:
        return of_result(_found(Result.objects.select_related("run__project", "run_case"), given, user, project))
    return of_session(_found(Session.objects.select_related("project"), given, user, project))
