"""The pages of releases."""

import pytest
from django.urls import reverse

from accounts import audit
from releases.choices import OverallStatus
from releases.models import Release, ReleaseCase
from releases.tests.factories import ReleaseFactory, cover, make_case, make_folder


@pytest.fixture
def release(project) -> Release:
    return ReleaseFactory(project=project, version="4.18.0", name="Autumn checkout")


def test_the_list_shows_each_release_with_progress_and_verdict(signed_in, tester, release):
    cover(release, "passed", "failed", "not_started")
    answer = signed_in(tester).get("/p/PAY/releases/")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Autumn checkout" in page
    assert "Not ready" in page
    assert "1 passed, 1 failed, 1 not started" in page


def test_the_list_takes_the_same_number_of_queries_for_more_releases(signed_in, tester, release, project, same_queries):
    client = signed_in(tester)
    cover(release, "passed")

    def grow():
        for _number in range(10):
            cover(ReleaseFactory(project=project), "passed", "failed")

    same_queries(lambda: client.get("/p/PAY/releases/"), grow)


def test_htmx_gets_the_rows_of_the_list_alone(signed_in, tester, release):
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    page = signed_in(tester).get("/p/PAY/releases/", headers=headers).content.decode()
    assert "<html" not in page
    assert "Autumn checkout" in page


def test_the_list_is_filtered_by_words_and_status_and_sorted(signed_in, tester, project, release):
    ReleaseFactory(project=project, version="4.19.0", name="Winter", overall_status=OverallStatus.RELEASED)
    client = signed_in(tester)
    assert "Autumn" not in client.get("/p/PAY/releases/?q=winter").content.decode()
    assert "Winter" not in client.get("/p/PAY/releases/?overall_status=not_started").content.decode()
    page = client.get("/p/PAY/releases/?sort=-version").content.decode()
    assert page.index("Winter") < page.index("Autumn checkout")


def test_a_release_is_created_and_its_scope_is_chosen_next(signed_in, lead, project):
    answer = signed_in(lead).post(
        "/p/PAY/releases/new/", {"version": "5.0", "name": "Five", "overall_status": "not_started"}
    )
    release = Release.objects.get()
    assert answer.url == reverse("releases:scope", args=["PAY", release.tail])
    assert release.created_by == lead


def test_a_taken_version_is_refused_beside_the_field(signed_in, lead, release):
    answer = signed_in(lead).post("/p/PAY/releases/new/", {"version": "4.18.0", "overall_status": "not_started"})
    assert answer.status_code == 422
    assert "Another release has this version." in answer.content.decode()


def test_a_tester_reads_why_he_may_not_create_a_release(signed_in, tester, project):
    client = signed_in(tester)
    assert "may not create and change releases" in client.get("/p/PAY/releases/new/").content.decode()
    answer = client.post("/p/PAY/releases/new/", {"version": "5.0", "overall_status": "not_started"})
    assert answer.status_code == 403
    assert not Release.objects.exists()


def test_an_edit_on_top_of_a_newer_state_is_refused(signed_in, lead, release):
    client = signed_in(lead)
    form = client.get(f"/p/PAY/releases/{release.pk}/edit/").context["form"]
    release.save()
    answer = client.post(
        f"/p/PAY/releases/{release.pk}/edit/",
        {"version": "4.18.1", "overall_status": "ready", "if_match": form["if_match"].value()},
    )
    assert answer.status_code == 422
    assert "Somebody changed this in the meantime" in answer.content.decode()


def test_a_release_is_edited_and_deleted(signed_in, lead, release):
    client = signed_in(lead)
    answer = client.post(f"/p/PAY/releases/{release.pk}/edit/", {"version": "4.18.1", "overall_status": "ready"})
    release.refresh_from_db()
    assert answer.url == release.get_absolute_url()
    assert release.version == "4.18.1"
    assert client.post(f"/p/PAY/releases/{release.pk}-anything/delete/").url == "/p/PAY/releases/"
    assert client.get(f"/p/PAY/releases/{release.pk}/scope/").status_code == 404


def test_all_that_the_filters_show_is_added(signed_in, tester, release, project):
    wallets = make_folder(project, "Wallets")
    make_case(project, "In the folder", folder=make_folder(project, "Top up", wallets), tags=["smoke"])
    make_case(project, "In the folder, other tag", folder=wallets)
    make_case(project, "Elsewhere", tags=["smoke"])
    client = signed_in(tester)
    address = reverse("releases:scope_add", args=["PAY", release.tail])
    query = f"?show=out&folder={wallets.pk}&tag=smoke"
    page = client.get(reverse("releases:scope", args=["PAY", release.tail]) + query).content.decode()
    assert "Add this case" in page
    assert client.post(address + query, {"all_shown": "on"}).status_code == 302
    assert [row.case.title for row in ReleaseCase.objects.all()] == ["In the folder"]


def test_picked_cases_are_added_assigned_and_removed(signed_in, tester, release, project):
    first, second = make_case(project), make_case(project)
    client = signed_in(tester)
    place = ["PAY", release.tail]
    client.post(reverse("releases:scope_add", args=place), {"ids": [first.pk, second.pk]})
    assert release.scope.count() == 2
    client.post(reverse("releases:scope_assign", args=place), {"ids": [first.pk], "assigned_to": tester.pk})
    assert release.scope.get(case=first).assigned_to == tester
    client.post(reverse("releases:scope_remove", args=place), {"ids": [first.pk]})
    assert release.scope.get().case == second


def test_the_scope_of_a_closed_release_is_refused_in_words(signed_in, tester, release, project):
    Release.objects.update(overall_status=OverallStatus.RELEASED)
    case = make_case(project)
    client = signed_in(tester)
    address = reverse("releases:scope_add", args=["PAY", release.tail])
    answer = client.post(address, {"ids": [case.pk]}, follow=True)
    assert "This release is closed" in answer.content.decode()
    assert not release.scope.exists()


def test_a_viewer_reads_the_scope_without_buttons(signed_in, viewer, release):
    cover(release, "passed")
    page = signed_in(viewer).get(reverse("releases:scope", args=["PAY", release.tail])).content.decode()
    assert "may not change which cases a release covers" in page
    assert 'name="ids"' not in page


@pytest.mark.parametrize("side", ["in", "out"])
def test_the_scope_page_takes_the_same_number_of_queries_for_more_cases(
    signed_in, tester, release, project, same_queries, side
):
    client = signed_in(tester)
    address = f"{reverse('releases:scope', args=['PAY', release.tail])}?show={side}"
    folder = make_folder(project, "First")
    cover(release, "passed", folder=folder)
    make_case(project, folder=folder)

    def grow():
        other = make_folder(project, "Second")
        cover(release, *["failed"] * 10, folder=other)
        for _number in range(10):
            make_case(project, folder=other)

    same_queries(lambda: client.get(address), grow)


def test_unusable_values_in_the_address_are_left_out(signed_in, tester, release):
    cover(release, "passed")
    address = reverse("releases:scope", args=["PAY", release.tail])
    query = "?folder=99999999999999999999&tag=%00&q=%00&open=x.7&page=minus&show=neither"
    assert signed_in(tester).get(address + query).status_code == 200


def test_the_history_tells_who_did_what(signed_in, lead, release):
    audit.record("release.scope_changed", actor=lead, target=release, added=12)
    audit.record("release.updated", actor=lead, target=release, changes={"qa_lead": [None, lead.pk]})
    page = signed_in(lead).get(reverse("releases:history", args=["PAY", release.tail])).content.decode()
    assert "added 12 cases to the scope" in page
    assert "Led by: nothing" in page


@pytest.mark.parametrize("name", ["scope", "history", "edit"])
def test_a_release_of_another_tenant_is_not_there(signed_in, stranger, tester, release, other_project, name):
    foreign = ReleaseFactory(project=other_project)
    assert signed_in(stranger).get(reverse(f"releases:{name}", args=["PAY", release.tail])).status_code == 404
    assert signed_in(tester).get(reverse(f"releases:{name}", args=["PAY", foreign.tail])).status_code == 404


@pytest.mark.parametrize("name", ["delete", "scope_add", "scope_remove", "scope_assign"])
def test_a_release_of_another_tenant_cannot_be_changed(signed_in, tester, other_project, name, project):
    foreign = ReleaseFactory(project=other_project)
    assert signed_in(tester).post(reverse(f"releases:{name}", args=["PAY", foreign.tail])).status_code == 404
    assert Release.objects.living().filter(pk=foreign.pk).exists()
