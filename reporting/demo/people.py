"""The companies of the demo and their people."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import OuterRef, Subquery

from accounts import audit
from accounts.choices import RoleCode
from accounts.models import Project, Tenant, User
from accounts.services.people import create_user
from accounts.services.projects import create_project
from catalog.models import TestCase, TestCaseVersion
from catalog.services.cases import CaseDraft, create_cases

from .days import Days
from .own_fields import make_own_fields, own_values
from .texts import CaseText, logistics_cases, payment_cases, terminal_cases

PASSWORD = "autumn-checkout"  # noqa: S105  of invented people, printed at each start with --demo
COMPANY, COMPANY_SLUG = "Tessarin", "tessarin"
OTHER_COMPANY, OTHER_SLUG = "Nordlicht Logistics", "nordlicht"
_OLDEST_CASE, _NEWEST_CASE = 420, 58  # days ago


def email_of(code: str, slug: str = COMPANY_SLUG) -> str:
    """The address of a person: role and company."""
    return f"{code}@{slug}.example"


def make_people(tenant: Tenant, people: Sequence[dict[str, Any]]) -> dict[str, User]:
    """The people of a company by their code."""
    return {
        person["code"]: create_user(
            actor=None,
            email=email_of(person["code"], tenant.slug),
            password=PASSWORD,
            tenant=tenant,
            role=person["role"],
            first_name=person["name"][0],
            last_name=person["name"][1],
            is_email_verified=True,
        )
        for person in people
    }


def make_project(tenant: Tenant, people: dict[str, User], key: str, name: str, description: str) -> Project:
    """The company's project; it opens after sign-in."""
    project = create_project(actor=people["admin"], key=key, name=name, description=description)
    User.objects.filter(tenant=tenant).update(default_project=project)
    return project


def _draft(case: CaseText, people: dict[str, User], values: dict[str, Any]) -> CaseDraft:
    path = f"{case.class_name.replace('.', '/')}.py" if case.is_automated else ""
    return CaseDraft(
        title=case.title,
        folder_path=case.folder_path,
        test_id=case.test_id,
        steps=[{"action": action, "expected": expected} for action, expected in case.steps],
        test_type=case.test_type,
        tag=case.tag,
        automation_status="working" if case.is_automated else None,
        automation_key=case.automation_key,
        automated_script_path=path,
        priority=case.priority,
        estimate=case.estimate,
        preconditions=case.preconditions,
        tags=case.tags,
        owner=people.get(case.owner),
        state=case.state,
        story_id=case.story_id,
        custom_values=values,
    )


def write_cases(
    project: Project,
    people: dict[str, User],
    texts: Sequence[CaseText],
    days: Days,
    values_of: Callable[[CaseText], dict[str, Any]] = lambda text: {},
) -> list[TestCase]:
    """The cases in the order of their texts, written one after the other in the year before the results begin."""
    author = people.get("quality") or people["admin"]
    with audit.dated(days.at(_NEWEST_CASE, "17:00")):
        drafts = [_draft(text, people, values_of(text)) for text in texts]
        cases = create_cases(actor=author, project=project, drafts=drafts)
    pause = timedelta(days=_OLDEST_CASE - _NEWEST_CASE) / len(cases)
    for place, case in enumerate(cases):
        case.created_at = case.updated_at = days.at(_OLDEST_CASE, "09:00") + place * pause
    TestCase.objects.bulk_update(cases, ["created_at", "updated_at"], batch_size=500)
    written = TestCase.objects.filter(pk=OuterRef("case")).values("created_at")
    TestCaseVersion.objects.filter(case__in=cases).update(created_at=Subquery(written))
    return cases


def make_payments_company(story: dict[str, Any], days: Days) -> tuple[Project, dict[str, User], list[TestCase]]:
    """Tessarin with its people and the cases of its payments platform."""
    tenant = Tenant.objects.create(name=COMPANY, slug=COMPANY_SLUG)
    with audit.dated(days.at(_OLDEST_CASE, "08:30")):
        people = make_people(tenant, story["person"])
        words = "Cards, bank transfers, payouts and the ledger behind them."
        project = make_project(tenant, people, "PAY", "Payments platform", words)
        make_own_fields(project, people)
    return project, people, write_cases(project, people, payment_cases(), days, own_values)


def make_terminals_project(people: dict[str, User], days: Days) -> None:
    """A second, small project of the same company: cases can be copied and moved between the two."""
    with audit.dated(days.at(_OLDEST_CASE, "08:45")):
        words = "What happens at the till, on the terminals that shops rent."
        project = create_project(actor=people["admin"], key="POS", name="Card terminals", description=words)
    write_cases(project, people, terminal_cases(), days)


def make_other_company(days: Days) -> None:
    """A second company, to see that neither knows of the other."""
    tenant = Tenant.objects.create(name=OTHER_COMPANY, slug=OTHER_SLUG)
    people = make_people(tenant, [{"code": "admin", "role": RoleCode.TENANT_ADMIN, "name": ["Runa", "Thiel"]}])
    project = make_project(tenant, people, "LOG", "Parcel tours", "Labels, tours and hand-helds.")
    write_cases(project, people, logistics_cases(), days)
