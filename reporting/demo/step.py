"""The preparation step that fills the demo project in, once, and says who can sign in."""

from collections.abc import Iterator

from django.db import transaction
from django.utils import timezone

from accounts.choices import RoleCode
from accounts.models import Project, Tenant, User
from catalog.models import DuplicateScan
from catalog.services.duplicates import scan_project

from .administration import PLATFORM_EMAIL, make_administration, make_platform_administrator
from .days import Days
from .exploring import plan_and_explore
from .history import History
from .imports import look_through_import
from .people import (
    COMPANY_SLUG,
    OTHER_SLUG,
    PASSWORD,
    email_of,
    make_other_company,
    make_payments_company,
    make_terminals_project,
)
from .reviews import make_reviews
from .scopes import Written
from .sharing import share_steps_of_cases
from .stories import describe_stories
from .texts import payment_cases, story
from .views import keep_views


@transaction.atomic
def make_demo(days: Days | None = None) -> bool:
    """Make both companies of the demo unless they stand already; answers whether something was made.

    All of it is one transaction: a demo that was interrupted leaves nothing.
    """
    days = days or Days.until()
    if Tenant.objects.filter(slug=COMPANY_SLUG).exists():
        return False
    project, people, cases = make_payments_company(story(), days)
    written = [Written(case, text) for case, text in zip(cases, payment_cases(), strict=True)]
    describe_stories(project, people, [(each.case, each.text) for each in written], days)
    share_steps_of_cases(project, people, [(each.case, each.text) for each in written], days)
    keep_views(project, people)
    look_through_import(project, people, days)
    History(project, people, written, story(), days).play()
    plan_and_explore(project, people, days)
    make_reviews(project, people, cases, days)
    make_terminals_project(people, days)
    make_administration(project, people, days)
    _look_for_duplicates(project)
    if not Tenant.objects.filter(slug=OTHER_SLUG).exists():
        make_other_company(days)
    if not User.objects.living().filter(email=PLATFORM_EMAIL).exists():
        make_platform_administrator()
    return True


def _look_for_duplicates(project: Project) -> None:
    """Let the cases be compared once: the page of duplicates shows those that are written alike."""
    DuplicateScan.objects.create(project=project, started_at=timezone.now())
    scan_project(project_id=project.pk)


def sign_ins() -> list[str]:
    """One line for each role, aligned: role, address, name."""
    people = story()["person"]
    rows = [(str(RoleCode(each["role"]).label), email_of(each["code"]), " ".join(each["name"])) for each in people]
    rows.append(("Another company", email_of("admin", OTHER_SLUG), "sees nothing of the others"))
    rows.append((str(RoleCode.SUPER_ADMIN.label), PLATFORM_EMAIL, "sees all companies"))
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    return [f"  {role:<{widths[0]}}  {email:<{widths[1]}}  {name}" for role, email, name in rows]


def prepare_demo(*, demo: bool) -> Iterator[str]:
    """Preparation step: the demo project, made at the first start with `--demo`."""
    if not demo:
        return
    made = make_demo()
    yield "Demo project: Payments platform (PAY)" + (" was made." if made else " stands already.")
    yield f"  Everybody's password: {PASSWORD}"
    yield from sign_ins()
