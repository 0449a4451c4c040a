"""Many cases and results through the services that people use, so that ids, versions, counts and trail are right."""

from collections.abc import Callable, Iterator, Sequence

from django.utils import timezone

from accounts.models import Project, Tenant, User
from accounts.services.bootstrap import ensure_roles
from accounts.services.people import create_user
from accounts.services.projects import create_project
from catalog.models import TestCase
from catalog.services.cases import CaseDraft, create_cases
from runs.choices import ResultSource, RunKind
from runs.services.recording import record_results
from runs.services.runs import create_run
from runs.services.staging import NewResult

from .texts import Writer

COMPANY_SLUG = "load"
BATCH = 5_000
RESULTS_OF_RUN = 10_000
PEOPLE = (("Ada", "Okafor"), ("Bruno", "Lindqvist"), ("Chiara", "Nowak"), ("Dario", "Haddad"), ("Elif", "Moreau"))


def holds_other_data() -> bool:
    """Whether somebody else's cases or projects are here."""
    return Project.objects.exclude(tenant__slug=COMPANY_SLUG).exists()


def generate_load(
    *, key: str, cases: int, results: int = 0, seed: int = 7, told: Callable[[str], None] = lambda words: None
) -> Project:
    """Add so many cases and results to the project, which is made in a company of its own when it is not there."""
    project = Project.objects.living().filter(key=key).first() or _make_project(key)
    actor = User.objects.filter(tenant=project.tenant, role__code="tenant_admin", status="active").first()
    people = list(User.objects.filter(tenant=project.tenant, status="active").order_by("pk"))
    writer = Writer(seed)
    number = TestCase.objects.filter(project=project).count()
    last = number + cases
    while number < last:
        size = min(BATCH, last - number)
        drafts = [
            CaseDraft(**writer.case(each), owner=people[each % len(people)] if each % 4 else None)
            for each in range(number, number + size)
        ]
        create_cases(actor=actor, project=project, drafts=drafts)
        number += size
        told(f"{number:,} cases")
    _record(project, actor, results, writer, told)
    return project


def _make_project(key: str) -> Project:
    ensure_roles()
    tenant, is_new = Tenant.objects.get_or_create(slug=COMPANY_SLUG, defaults={"name": "Load"})
    if is_new:
        for place, (first, last) in enumerate(PEOPLE):
            create_user(
                actor=None,
                email=f"{first.lower()}@load.example",
                password=None,
                tenant=tenant,
                role="tester" if place else "tenant_admin",
                first_name=first,
                last_name=last,
            )
    admin = User.objects.get(tenant=tenant, role__code="tenant_admin")
    return create_project(actor=admin, key=key, name=f"Load {key}", description="")


def _record(project: Project, actor: User, results: int, writer: Writer, told: Callable[[str], None]) -> None:
    known = list(TestCase.objects.living().in_project(project).order_by("pk").values_list("test_id", "title"))
    done = 0 if known else results
    while done < results:
        size = min(RESULTS_OF_RUN, results - done)
        name = f"Nightly {done // RESULTS_OF_RUN + 1}"
        run = create_run(actor=actor, project=project, name=name, kind=RunKind.AUTOMATED)
        given = _results(known, size, done, writer)
        record_results(run=run, results=given, actor=actor, source=ResultSource.REPORT)
        done += size
        told(f"{done:,} results")


def _results(known: Sequence[tuple[str, str]], size: int, skipped: int, writer: Writer) -> Iterator[NewResult]:
    """Results of one case after the other, from the first again after the last; asks the database nothing."""
    now = timezone.now()
    for place in range(size):
        test_id, title = known[(skipped + place) % len(known)]
        status = writer.random.choices(("passed", "failed", "skipped", "blocked"), (90, 6, 3, 1))[0]
        yield NewResult(
            name=title,
            class_name="load",
            status=status,
            automation_key=f"load.{test_id}",
            explicit_ids=(test_id,),
            duration_ms=writer.random.randint(50, 9_000),
            executed_at=now,
        )
