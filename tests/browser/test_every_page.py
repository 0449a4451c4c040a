"""Every page, light and dark, wide and narrow: axe finds nothing, nothing runs over the edge."""

from urllib.parse import urlsplit

import pytest

from accounts.models import AuditEntry, User
from accounts.services.api_tokens import create_api_token
from accounts.services.invitations import invitation_url, invite
from accounts.services.people import set_project_role
from accounts.services.roles import create_role
from accounts.tests.factories import UserFactory
from catalog.services.cases import update_case
from catalog.services.copies import start_copy
from catalog.services.coverage import link_cases
from catalog.services.custom_fields import create_field
from catalog.services.links import link_two_cases
from catalog.services.reviews import request_review
from catalog.services.shared_steps import share_steps
from catalog.services.stories import create_story
from catalog.services.templates import create_template
from issues import targets
from issues.services.issues import create_issue
from releases.models import ReleaseCase
from releases.services.milestones import create_milestone
from releases.services.releases import update_release
from runs.services.configurations import create_configuration
from runs.services.manual_runs import Chosen
from runs.services.runner import record_step
from runs.services.session_notes import add_finding, add_note
from runs.services.sessions import create_session, update_session
from runs.services.sibling_runs import create_sibling_runs
from runs.services.verdicts import set_verdict
from runs.tests.factories import make_run, manual_run, record, reported

from .looking import NARROW, WIDE, looked_at

pytestmark = pytest.mark.django_db(transaction=True)


def pages(portal) -> list[str]:
    case, release = portal.cases[0], portal.release.get_absolute_url()
    run = portal.run.get_absolute_url()
    return [
        "/projects/",
        "~/",
        "~/cases/",
        f"~/cases/?folder={case.folder_id}",
        f"~/cases/{case.test_id}/",
        f"~/cases/{case.test_id}/?full=1",
        "~/cases/?columns=state,tags,owner,folder,estimate,created&priority=high",
        "~/cases/filters/",
        "~/cases/columns/",
        "~/cases/new/",
        "~/cases/export/",
        "~/cases/imports/",
        "~/cases/imports/new/",
        f"~/cases/{case.test_id}/edit/",
        f"~/cases/{case.test_id}/?tab=versions",
        f"~/cases/{case.test_id}/versions/1/",
        f"~/folders/{case.folder_id}/delete/",
        f"~/folders/{case.folder_id}/move/",
        f"~/cases/copy/?ids={case.pk}",
        portal.copy_job.get_absolute_url(),
        "~/cases/duplicates/",
        f"~/cases/{case.test_id}/compare/{portal.cases[1].test_id}/",
        "~/search/?q=pay",
        "/search/?q=pay",
        f"~/cases/{portal.reviewed.test_id}/?tab=reviews",
        f"~/cases/{portal.reviewed.test_id}/?tab=reviews&full=1",
        "~/reviews/?view=all",
        "~/workflow/",
        "~/shared-steps/",
        "~/shared-steps/new/",
        f"~/shared-steps/{portal.shared.pk}/",
        f"~/shared-steps/{portal.shared.pk}/?version=1",
        f"~/shared-steps/{portal.shared.pk}/edit/",
        f"~/shared-steps/{portal.shared.pk}/delete/",
        f"~/cases/{case.test_id}/share/",
        "~/stories/",
        "~/stories/new/",
        "~/stories/epics/",
        "~/stories/matrix/",
        portal.story.get_absolute_url(),
        f"{portal.story.get_absolute_url()}?find=case",
        f"{portal.story.get_absolute_url()}edit/",
        "~/releases/",
        "~/releases/new/",
        release,
        f"{release}?case={case.test_id}",
        f"{release}scope/",
        f"{release}history/",
        "~/milestones/",
        "~/milestones/new/",
        portal.milestone.get_absolute_url(),
        "~/settings/configurations/",
        "~/settings/retention/",
        "~/settings/retention/?preview=1&results_days=30&artifacts_days=10",
        portal.configuration.get_absolute_url(),
        "~/sessions/",
        "~/sessions/new/",
        portal.session.get_absolute_url(),
        f"{portal.session.get_absolute_url()}notes/{portal.session.entries.first().pk}/edit/",
        f"{portal.session.get_absolute_url()}findings/{portal.session.findings.first().pk}/edit/",
        f"{portal.siblings[0].get_absolute_url()}?tab=siblings",
        "~/issues/",
        f"~/issues/new/?result={portal.test.last_result_id}",
        portal.issue.get_absolute_url(),
        "~/runs/",
        run,
        f"{run}?tab=all&test={portal.test.pk}",
        f"{run}tests/{portal.test.pk}/",
        f"{run}?tab=details",
        f"{run}edit/",
        "~/runs/upload/",
        f"{run}compare/",
        "~/failures/",
        "~/failures/rules/",
        "~/failures/rules/new/",
        "~/failures/flaky/",
        "~/failures/quarantine/",
        "~/runs/new/",
        f"{portal.planned.get_absolute_url()}?tab=all",
        f"{portal.planned.get_absolute_url()}execute/{portal.planned.tests.first().pk}/",
        "~/members/",
        "~/settings/fields/",
        "~/settings/fields/new/",
        portal.field.get_absolute_url(),
        "~/settings/templates/",
        "~/settings/templates/new/",
        portal.template.get_absolute_url(),
        "/administration/audit/",
        f"/administration/audit/?entry={portal.entry.pk}&action=release.updated",
        f"/administration/audit/{portal.entry.pk}/",
        "/style",
        "/palette/?q=4.18&project=PAY",
        "~/nothing-here/",
        "/account/",
        "/account/password/change/",
        "/account/second-factors/",
        "/account/second-factors/app/",
        "/account/second-factors/key/",
        "/account/sessions/",
        "/account/reauthenticate/",
        "/administration/sign-in/",
        "/account/tokens/",
        "/account/tokens/new/",
        *administration_pages(portal),
    ]


def administration_pages(portal) -> list[str]:
    people, roles = "/administration/people/", "/administration/roles/"
    tester = User.objects.get(role__code="tester")
    return [
        people,
        f"{people}?q=nobody",
        f"{people}{tester.pk}/",
        "/administration/invitations/",
        "/administration/invitations/?state=accepted",
        "/administration/invitations/new/",
        roles,
        f"{roles}permissions/",
        f"{roles}new/",
        f"{roles}{tester.role_id}/",
        f"{roles}{portal.role.pk}/",
        "/administration/tokens/",
        "/administration/company/",
    ]


def _add_own_fields(portal, tester, lead):
    """Fields of the project's own, two templates, and a case that says something in them."""
    about = {"name": "Risk", "kind": "dropdown", "options": [{"name": "Low"}, {"name": "High"}]}
    portal.field = create_field(actor=lead, project=portal.project, **about)
    steps = create_field(actor=lead, project=portal.project, name="Clean up", kind="steps", help_text="Afterwards")
    portal.template = create_template(actor=lead, project=portal.project, name="Checkout", fields=[portal.field, steps])
    create_template(actor=lead, project=portal.project, name="API", fields=[steps])
    values = {"risk": "high", "clean_up": ["Void the payment"]}
    update_case(actor=tester, case=portal.cases[0], custom_values=values)


def _add_plans(portal, tester, lead):
    """A milestone, a configuration, a session with its notes, and an issue."""
    portal.milestone = create_milestone(actor=lead, project=portal.project, name="Autumn", description="**All** shops")
    update_release(actor=lead, release=portal.release, milestone=portal.milestone)
    values = [{"name": "Browser", "value": "Firefox"}]
    portal.configuration = create_configuration(actor=lead, project=portal.project, name="Firefox", values=values)
    made = [create_configuration(actor=None, project=portal.project, name=name) for name in ("Chrome", "Safari")]
    chosen = Chosen(case_ids=[case.pk for case in portal.cases[:2]])
    portal.siblings = create_sibling_runs(
        actor=tester, project=portal.project, name="Both", chosen=chosen, configurations=made
    )
    portal.session = create_session(
        actor=tester, project=portal.project, name="Refunds", charter="Explore", estimate=60
    )
    portal.session = update_session(actor=tester, session=portal.session, status="active")
    add_note(actor=tester, session=portal.session, text="The page **blinks**")
    add_finding(actor=tester, session=portal.session, type="bug", title="Wrong sum", description="By a cent")
    seen = targets.of_case(portal.cases[0])
    portal.issue = create_issue(
        actor=tester, project=portal.project, title="White page", description="`500`", targets=[seen]
    )


@pytest.fixture
def filled(portal, tester, lead, admin):
    """The portal with a run, failures, verdicts and notes in it, and something on each page of the administration."""
    portal.run = make_run(portal.project, release=portal.release, branch="main", build="b1907f3")
    record(
        portal.run,
        reported("pays", explicit_ids=(portal.cases[0].test_id,), duration_ms=1200),
        reported("refunds", "failed", error_message="AssertionError: 2 != 3", stack_trace="at line 3\n  at line 4"),
        reported("voids", "failed", attempt=1, attempts=2, error_message="timeout"),
        reported("voids", "passed", attempt=2, attempts=2, is_flaky=True),
        reported("settles", "skipped"),
    )
    portal.test = portal.run.tests.get(name="refunds")
    portal.planned = manual_run(portal.project, lead, count=3, name="Card regression")
    record_step(
        actor=lead, test=portal.planned.tests.select_related("run__project").first(), step_number=1, status="failed"
    )
    rows = ReleaseCase.objects.filter(release=portal.release).order_by("pk")[1:4]
    for row, status in zip(rows, ("failed", "blocked", "in_progress"), strict=True):
        set_verdict(actor=tester, release_case=row, status=status, comments="The page stays white")
    portal.shared = share_steps(actor=tester, case=portal.cases[0], positions=[1], title="Pay by card")
    table = {"columns": ["Card", "Answer"], "rows": [["4111", "paid"]]}
    words = "# Words\n\n| a | b |\n|---|---|\n| 1 | `2` |"
    update_case(actor=tester, case=portal.cases[0], scenario_examples=table, description=words, labels=["web"])
    about = {"story_id": "PAY-312", "title": "Pay by card", "epic_id": "PAY-300", "description": "By card"}
    portal.story = create_story(actor=tester, project=portal.project, **about)
    link_cases(actor=tester, story=portal.story, case_ids=[portal.cases[0].pk, portal.cases[1].pk])
    create_story(actor=tester, project=portal.project, story_id="PAY-313", title="Refund")
    link_two_cases(actor=tester, case=portal.cases[0], other=portal.cases[1], type="DEPENDS_ON")
    _add_plans(portal, tester, lead)
    portal.reviewed = portal.cases[5]
    asked = {"project": portal.project, "case_ids": [portal.reviewed.pk], "note": "Is the limit right?"}
    request_review(actor=tester, reviewers=[admin, lead], **asked)
    copied = {"project": portal.project, "target_project": portal.project, "case_ids": [portal.cases[2].pk]}
    portal.copy_job = start_copy(actor=tester, **copied)
    _add_own_fields(portal, tester, lead)
    portal.entry = AuditEntry.objects.filter(action="release.updated").latest("pk")
    invite(actor=admin, tenant=admin.tenant, email="petra@tessarin.example", role=tester.role)
    create_api_token(actor=tester, name="Nightly build", scopes=["results:write"], project=portal.project)
    set_project_role(actor=admin, project=portal.project, user=tester, role=tester.role)
    portal.role = create_role(actor=admin, tenant=admin.tenant, name="Reader", code="viewer", scope="module")
    return portal


@pytest.mark.parametrize("part", range(4))
def test_axe_finds_nothing_on_any_page_and_nothing_runs_over_the_edge(filled, signed_in_page, admin, part):
    page, found = signed_in_page(admin, viewport=(WIDE, NARROW)[part % 2]), []
    for path in pages(filled)[part::4]:
        page.goto(filled.address(path))
        found += looked_at(page, path)
    assert not found, "\n".join(found)


def test_axe_finds_nothing_on_the_pages_of_the_platform(filled, signed_in_page, tenant):
    operator = UserFactory(tenant=None, role_code="super_admin")
    companies = "/administration/companies/"
    pages = [companies, f"{companies}new/", f"{companies}{tenant.pk}/", "/administration/people/"]
    pages += ["/administration/invitations/new/", "/administration/roles/", "/administration/tokens/"]
    page, found = signed_in_page(operator, viewport=NARROW), []
    for path in pages:
        page.goto(filled.address(path))
        found += looked_at(page, path)
    assert not found, "\n".join(found)


def test_axe_finds_nothing_before_sign_in(portal, browser, admin):
    found = []
    invitation = invite(actor=admin, tenant=admin.tenant, email="petra@tessarin.example", role=admin.role)
    link = urlsplit(invitation_url(invitation)).path
    pages = ["/account/login/", "/account/password/reset/", "/account/signup/", "/account/verify-email/"]
    pages += ["/account/company/"]
    pages += [link, "/invitation/over/", "/account/verify-email/over/"]
    page = browser.new_context(viewport=NARROW).new_page()
    for path in pages:
        page.goto(portal.url + path)
        found += looked_at(page, path)
    page.context.close()
    assert not found, "\n".join(found)
