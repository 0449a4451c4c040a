"""Looks at the list that people keep: their own, those of the project, and the one it opens with."""

import pytest

from accounts.models import AuditEntry
from catalog.models import SavedView
from catalog.services.saved_views import MOST_VIEWS, create_view, delete_view, update_view, usable_query
from qaportal.kit.errors import Denied, InvalidInput, NotVisible, RuleViolation

from .factories import TestCaseFactory
from .pages import text, url

STATE = "priority=high&columns=state&columns=tags&sort=-updated"


def test_a_state_of_the_list_is_kept_without_what_belongs_to_one_look():
    assert usable_query(f"?view=4&{STATE}&page=3&open=1,2&tab=x&full=1&search=") == STATE


def test_anybody_who_reads_keeps_views_of_his_own(project, viewer, tester):
    view = create_view(actor=viewer, project=project, name="  Mine  ", query=STATE)
    assert (view.name, view.owner, view.query) == ("Mine", viewer, STATE)
    assert not SavedView.objects.visible_to(tester).exists()
    assert AuditEntry.objects.filter(action="view.created", target_id=view.pk).exists()


def test_views_of_everybody_are_kept_by_those_who_may(project, tester, lead, viewer):
    with pytest.raises(Denied):
        create_view(actor=tester, project=project, name="Ours", is_shared=True)
    view = create_view(actor=lead, project=project, name="Ours", query=STATE, is_shared=True)
    assert SavedView.objects.visible_to(viewer).get() == view
    for change in (
        lambda: update_view(actor=tester, view=view, name="Theirs"),
        lambda: delete_view(actor=tester, view=view),
    ):
        with pytest.raises(Denied):
            change()
    delete_view(actor=lead, view=view)
    with pytest.raises(NotVisible):
        update_view(actor=lead, view=view, name="Gone")


def test_nobody_changes_the_views_of_another(project, tester, lead):
    view = create_view(actor=tester, project=project, name="Mine")
    with pytest.raises(NotVisible):
        update_view(actor=lead, view=view, name="Yours")


@pytest.mark.parametrize("name", ["", "   ", "x" * 101])
def test_a_name_that_is_none_is_refused(project, tester, name):
    with pytest.raises(InvalidInput) as caught:
        create_view(actor=tester, project=project, name=name)
    assert set(caught.value.fields) == {"name"}


def test_names_are_taken_once_for_each_owner(project, tester, lead):
    create_view(actor=tester, project=project, name="Smoke")
    create_view(actor=lead, project=project, name="Smoke")
    with pytest.raises(RuleViolation, match="There is a view smoke already"):
        create_view(actor=tester, project=project, name="smoke")


def test_views_are_bounded_in_size_and_number(project, tester):
    with pytest.raises(InvalidInput):
        create_view(actor=tester, project=project, name="Long", query="search=" + "x" * 5_000)
    SavedView.objects.bulk_create(SavedView(project=project, owner=tester, name=f"View {n}") for n in range(MOST_VIEWS))
    with pytest.raises(RuleViolation, match="Delete one first"):
        create_view(actor=tester, project=project, name="One more")


def test_one_view_of_an_owner_is_the_default(project, tester, lead):
    first = create_view(actor=tester, project=project, name="First", is_default=True)
    second = create_view(actor=tester, project=project, name="Second", is_default=True)
    shared = create_view(actor=lead, project=project, name="Shared", is_shared=True, is_default=True)
    defaults = set(SavedView.objects.filter(is_default=True))
    assert defaults == {second, shared}
    update_view(actor=tester, view=first, is_default=True)
    assert not SavedView.objects.get(pk=second.pk).is_default


# -- the page
def test_the_list_opens_with_the_default_view_and_ones_own_comes_first(project, signed_in, tester, lead):
    shared = create_view(
        actor=lead, project=project, name="Ours", query="priority=high", is_shared=True, is_default=True
    )
    client = signed_in(tester)
    assert client.get(url("case_list", project)).url == shared.get_absolute_url()
    own = create_view(actor=tester, project=project, name="Mine", query="state=draft", is_default=True)
    assert client.get(url("case_list", project)).url == own.get_absolute_url()
    assert client.get(url("case_list", project), {"view": "0"}).status_code == 200
    assert client.get(url("case_list", project), {"folder": "none"}).status_code == 200


def test_a_view_is_saved_opened_changed_and_deleted_on_the_page(project, signed_in, tester):
    TestCaseFactory(project=project, priority=4, title="Pay by card")
    TestCaseFactory(project=project, priority=1, title="Pay by wallet")
    client = signed_in(tester)
    made = client.post(url("view_create", project), {"name": "Critical", "query": "priority=critical&columns=state"})
    view = SavedView.objects.get()
    assert made.url == view.get_absolute_url()
    page = client.get(made.url)
    assert "Pay by card" in text(page)
    assert "Pay by wallet" not in text(page)
    assert [column.code for column in page.context["page"].columns] == ["state"]
    assert not page.context["page"].views.is_changed
    assert [(tab["label"], tab["is_current"]) for tab in page.context["page"].views.tabs] == [
        ("All", False),
        ("Critical", True),
    ]
    changed = client.get(made.url + "&sort=-title")
    assert "Save to “Critical”" in text(changed)
    client.post(url("view_update", project, view.pk), {"query": changed.context["page"].views.state})
    client.post(url("view_update", project, view.pk), {"name": "Hot"})
    client.post(url("view_update", project, view.pk), {"is_default": "1"})
    view.refresh_from_db()
    assert (view.name, view.query, view.is_default) == ("Hot", "priority=critical&columns=state&sort=-title", True)
    client.post(url("view_delete", project, view.pk))
    assert not SavedView.objects.exists()


def test_what_is_refused_says_why(project, signed_in, tester):
    client = signed_in(tester)
    refused = client.post(url("view_create", project), {"name": "Ours", "is_shared": "1", "query": STATE})
    assert "may not share views" in text(client.get(refused.url))
    refused = client.post(url("view_create", project), {"name": "", "query": "search=" + "x" * 9_000})
    assert refused.status_code == 302


def test_views_of_others_are_not_found(project, other_project, signed_in, tester, lead, stranger):
    view = create_view(actor=lead, project=project, name="Mine")
    shared = create_view(actor=lead, project=project, name="Ours", is_shared=True)
    for client, pk in ((signed_in(tester), view.pk), (signed_in(stranger), shared.pk)):
        for name in ("view_update", "view_delete"):
            assert client.post(url(name, project, pk), {"name": "x"}).status_code == 404
    assert signed_in(stranger).post(url("view_create", project), {"name": "x"}).status_code == 404


def test_views_cost_a_constant_number_of_queries(project, signed_in, tester, same_queries):
    client, numbers = signed_in(tester), iter(range(100))

    def more():
        for _ in range(5):
            create_view(actor=tester, project=project, name=f"View {next(numbers)}", query=STATE)

    more()
    same_queries(lambda: client.get(url("case_list", project), {"view": "0"}), more)
