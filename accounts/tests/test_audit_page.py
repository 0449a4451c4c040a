from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import audit
from accounts.choices import RoleCode
from accounts.models import AuditEntry
from accounts.tests.factories import ProjectFactory, UserFactory
from accounts.tests.trail import sealed_trail
from qaportal.kit import paging

LIST = "/administration/audit/"


@pytest.fixture
def platform(db):
    return UserFactory(tenant=None, role_code=RoleCode.SUPER_ADMIN, first_name="Paula", last_name="Platform")


@pytest.fixture
def log(signed_in, admin):
    """`log(**filters)`: the page as the administrator sees it."""
    client = signed_in(admin)

    def get(**query):
        response = client.get(LIST, query)
        assert response.status_code == 200
        return response.content.decode()

    return get


def entry_of(target, actor=None, action="project.updated", **facts):
    return audit.record(action, actor=actor, target=target, **facts)


def shown_in(page):
    """The keys of the entries of a page, as they stand."""
    return [int(part.split('"')[0]) for part in page.split('id="entry-')[1:]]


def test_the_newest_come_first_in_words(log, admin, tester, project):
    with audit.dated(timezone.now() - timedelta(days=2)):
        old = entry_of(project, tester)
    new = entry_of(tester, admin, "user.suspended")
    page = log()
    assert shown_in(page) == [new.pk, old.pk]
    assert "Changed a project" in page
    assert "Suspended a person" in page
    assert "PAY Payments platform" in page
    assert "Tomas Reyl" in page


def test_an_action_without_words_is_called_by_its_code(log, project):
    entry_of(project, action="rocket.launched")
    assert ">rocket.launched<" in log()


def test_whoever_is_not_known_is_told_as_such(log, tester, project):
    entry_of(tester, action="user.sign_in_failed")
    assert "Not signed in" in log(action="user.sign_in_failed")
    entry_of(project)
    assert "The portal" in log(action="project.updated")


@pytest.mark.parametrize("who", ["lead", "tester", "developer", "viewer"])
def test_others_are_told_why_they_may_not_read_it(signed_in, request, project, who):
    person = request.getfixturevalue(who)
    entry = entry_of(project, person)
    client = signed_in(person)
    for path in (LIST, f"{LIST}{entry.pk}/", f"{LIST}export/"):
        response = client.get(path)
        assert response.status_code == 403
        assert f"Your role, {person.role.label}, may not read the audit log." in response.content.decode()
    assert not AuditEntry.objects.filter(action="audit.exported").exists()
    assert 'href="/administration/audit/"' not in client.get(reverse("accounts:account")).content.decode()


def test_administrators_find_it_in_the_sidebar(signed_in, admin):
    assert 'href="/administration/audit/"' in signed_in(admin).get(reverse("accounts:account")).content.decode()


def test_filters_narrow_it(log, admin, tester, project, tenant):
    other = ProjectFactory(tenant=tenant, key="POS", name="Point of sale")
    with audit.dated(timezone.now() - timedelta(days=9)):
        old = entry_of(project, tester)
    moved = audit.record("case.moved", actor=admin, target=tester, project=other)
    AuditEntry.objects.create(
        tenant=tenant, action="user.signed_in", target_label="Ünder_score 100%", correlation_id="c-1"
    )
    signed = AuditEntry.objects.latest("pk")
    then, today = old.created_at.date().isoformat(), timezone.now().date().isoformat()
    for filters, expected in (
        ({"q": "payments"}, [old]),
        ({"q": "ünder_s"}, [signed]),
        ({"q": "100%"}, [signed]),
        ({"person": "reyl"}, [old]),
        ({"person": "Tomas Rey"}, [old]),
        ({"person": tester.email.partition("@")[0] + "@"}, [old]),
        ({"person": str(tester.pk)}, [old]),
        ({"person": "nobody"}, []),
        ({"action": "case.moved"}, [moved]),
        ({"action": "user,session"}, [signed]),
        ({"kind": "accounts.project"}, [old]),
        ({"kind": "accounts.user", "object": str(tester.pk)}, [moved]),
        ({"project": other.pk}, [moved]),
        ({"until": then}, [old]),
        ({"since": today}, [signed, moved]),
        ({"since": then, "until": then}, [old]),
        ({"correlation": "c-1"}, [signed]),
        ({"before": str(moved.pk)}, [old]),
        ({"before": "987654321"}, []),
    ):  # fmt: skip
        assert shown_in(log(**filters)) == [entry.pk for entry in expected], filters


@pytest.mark.parametrize(
    "filters",
    [
        {"q": "\x00"}, {"q": "%"}, {"person": "9" * 40}, {"person": "\x00"}, {"action": "x'"}, {"kind": "auth.user"},
        {"project": "abc"}, {"project": 2**70}, {"since": "2026-02-30"}, {"until": "0000-00-00"},
        {"since": "9999-12-31"}, {"until": "9999-12-31"}, {"since": "0001-01-01"}, {"correlation": "\x00"},
        {"before": "x"}, {"before": 2**70},
        {"page": 2**70}, {"page": "x"}, {"per_page": "9" * 30}, {"entry": 2**70}, {"entry": "\x00"}, {"company": "1"},
    ],
)  # fmt: skip
def test_filters_that_cannot_be_used_break_nothing(log, project, filters):
    entry_of(project)
    log(**filters)


def test_active_filters_are_named_and_can_be_removed(log, admin, tester, project):
    entry_of(project, tester)
    page = log(action="project.updated", person=str(tester.pk), project=project.pk, since="2026-01-01")
    for words in ("changed a project", "Tomas Reyl", "PAY Payments platform", "2026-01-01"):
        assert words in page
    assert page.count('class="q-chip-x"') == 4


def test_an_entry_opens_in_a_drawer_and_on_a_page(signed_in, admin, api, project):
    api(admin).put(
        f"/api/projects/{project.pk}", {"name": "Renamed", "settings": {"membersOnly": True}}, HTTP_USER_AGENT="ci"
    )
    entry = AuditEntry.objects.get(action="project.updated")
    client = signed_in(admin)
    for path in (f"{LIST}?entry={entry.pk}", f"{LIST}{entry.pk}/"):
        page = client.get(path).content.decode()
        for words in (
            "Payments platform", "Renamed", "membersOnly: yes", "/api/projects/", "PUT", "200", "127.0.0.1", "ci",
            "Not sealed yet", entry.correlation_id, project.get_absolute_url(),
        ):  # fmt: skip
            assert words in page, words


def test_the_drawer_is_a_fragment_of_the_page(signed_in, admin, project):
    entry = entry_of(project, admin)
    headers = {"HTTP_HX_REQUEST": "true", "HTTP_HX_REQUEST_TYPE": "partial"}
    fragment = signed_in(admin).get(f"{LIST}?entry={entry.pk}", **headers).content.decode()
    assert fragment.lstrip().startswith('<div class="q-panes q-panes-run" id="panes"')
    assert "<html" not in fragment


def test_entries_of_the_same_request_stand_beside_each_other(signed_in, admin, project, tester):
    first, second, foreign = (AuditEntry(tenant=project.tenant, action="project.updated") for _ in range(3))
    foreign.tenant = None
    for each, label in ((first, "First"), (second, "Second"), (foreign, "Foreign")):
        each.correlation_id, each.target_label = "same", label
        each.save()
    page = signed_in(admin).get(f"{LIST}{first.pk}/").content.decode()
    assert f"{LIST}{second.pk}/" in page
    assert "Foreign" not in page


def test_what_is_sealed_says_its_number(signed_in, admin, project):
    entries = sealed_trail(project, admin, 3)
    assert "Sealed as number 2" in signed_in(admin).get(f"{LIST}{entries[1].pk}/").content.decode()


def test_what_is_gone_has_no_link(signed_in, admin, project):
    entry = entry_of(project, admin)
    project.deleted_at = timezone.now()
    project.save()
    page = signed_in(admin).get(f"{LIST}{entry.pk}/").content.decode()
    assert project.name in page
    assert project.get_absolute_url() not in page


def test_an_entry_of_another_company_is_like_one_that_does_not_exist(signed_in, admin, stranger, other_project):
    entry = entry_of(other_project, stranger)
    client = signed_in(admin)
    assert {client.get(f"{LIST}{key}/").status_code for key in (entry.pk, 987654321)} == {404}
    page = client.get(
        f"{LIST}?entry={entry.pk}&q=Rival&person={stranger.pk}&project={other_project.pk}"
    ).content.decode()
    assert "Rival product" not in page
    assert "Stan" not in page


def test_administrators_of_the_platform_tell_companies_apart(signed_in, platform, admin, project, other_project):
    mine, theirs = entry_of(project, admin), entry_of(other_project, admin)
    client = signed_in(platform)
    page = client.get(LIST).content.decode()
    assert shown_in(page)[:2] == [theirs.pk, mine.pk]
    assert "Tessarin" in page
    page = client.get(LIST, {"company": other_project.tenant_id}).content.decode()
    assert shown_in(page) == [theirs.pk]
    page = client.get(f"{LIST}{mine.pk}/").content.decode()
    assert f"{project.get_absolute_url()}?tenant={project.tenant_id}" in page


def test_a_long_log_is_counted_up_to_a_bound_and_goes_on_below_it(log, project, monkeypatch):
    monkeypatch.setattr(paging, "MOST_COUNTED", 30)
    entries = [entry_of(project) for _ in range(40)]
    keys = [entry.pk for entry in reversed(entries)]
    first = log(per_page=25)
    assert "1–25 of 30" in first
    assert "and more" in first
    assert "Older entries" not in first
    last = log(per_page=25, page=2)
    assert shown_in(last) == keys[25:30]
    assert f"before={keys[29]}" in last
    below = log(per_page=25, before=keys[29])
    assert shown_in(below) == keys[30:]
    assert "Back to the newest" in below
    assert "and more" not in below


def test_the_number_of_queries_does_not_grow(signed_in, admin, tester, project, tenant, same_queries):
    client = signed_in(admin)
    opened = entry_of(project, tester)

    def grow():
        for place in range(10):
            other = ProjectFactory(tenant=tenant, key=f"P{place}")
            entry_of(other, UserFactory(tenant=tenant))

    assert same_queries(lambda: client.get(f"{LIST}?entry={opened.pk}"), grow) <= 16


def test_text_of_people_stays_text(log, signed_in, admin, project):
    entry = audit.record(
        "project.updated",
        actor=admin,
        target=project,
        changes={"<b>name</b>": ["<script>1</script>", "<i>x</i>"]},
        **{"<u>fact</u>": "<script>2</script>"},
    )
    page = signed_in(admin).get(f"{LIST}{entry.pk}/").content.decode()
    assert not [words for words in ("<script>1", "<script>2", "<b>name", "<u>fact") if words in page]
    assert "&lt;script&gt;1" in page
