"""The pages of the versions of a case."""

import pytest
from django.urls import reverse

from catalog.models import TestCase
from catalog.services.cases import create_case, update_case
from qaportal.kit.concurrency import etag


@pytest.fixture
def case(project, tester, lead):
    case = create_case(
        actor=tester,
        project=project,
        title="Pay by card",
        priority="high",
        steps=[{"action": "Open the basket"}, {"action": "Pay", "expected": "It is paid"}],
    )
    return update_case(
        actor=lead,
        case=case,
        title="Pay by debit card",
        reason="The scheme changed",
        steps=[{"action": "Open the basket"}, {"action": "Wait"}, {"action": "Pay", "expected": "It is paid twice"}],
    )


def address(case, number, tail=""):
    return f"{case.get_absolute_url()}versions/{number}/{tail}"


def test_the_tab_lists_versions_with_who_when_and_why(signed_in, viewer, case):
    page = signed_in(viewer).get(f"{case.get_absolute_url()}?tab=versions").content.decode()
    assert page.index("Version 2") < page.index("Version 1")
    for words in ("The scheme changed", "Steps, Title", "Tomas Reyl"):
        assert words in page


def test_whoever_saves_can_say_why(signed_in, tester, case):
    client, address = signed_in(tester), reverse("catalog:case_update", args=[case.project.key, case.test_id])
    seen = client.get(address).context["etag"]
    data = {"title": "Pay by card", "priority": "high", "test_type": "manual", "tag": "ui", "state": "active"}
    assert client.post(address, {**data, "etag": seen, "reason": "The button moved"}).status_code == 302
    assert case.versions.order_by("-number").first().reason == "The button moved"
    seen = client.get(address).context["etag"]
    refused = client.post(address, {**data, "etag": seen, "reason": "x" * 501})
    assert refused.status_code == 422
    assert "reason" in refused.context["form"].errors


def test_the_reason_outlives_a_merge(signed_in, tester, lead, case):
    client, address = signed_in(tester), reverse("catalog:case_update", args=[case.project.key, case.test_id])
    seen = client.get(address).context["etag"]
    update_case(actor=lead, case=case, description="Theirs")
    data = {"title": "Mine", "priority": "high", "test_type": "manual", "tag": "ui", "state": "active"}
    merged = client.post(address, {**data, "etag": seen, "reason": "The button moved"})
    assert merged.status_code == 422
    assert "The button moved" in merged.content.decode()


def test_a_version_is_shown_beside_the_one_before_it(signed_in, viewer, case):
    page = signed_in(viewer).get(address(case, 2)).content.decode()
    assert "Pay by <ins>debit </ins>card" in page.replace("</ins><ins>", "")
    assert "2. <ins>Wait</ins>" in page
    assert "It is paid<ins> twice</ins>" in page
    assert "1. Open the basket" not in page
    assert "From version 1 to 2" in page


def test_the_first_version_tells_all_that_it_says(signed_in, viewer, case):
    page = signed_in(viewer).get(address(case, 1) + "?with=1").content.decode()
    assert "<ins>High</ins>" in page
    assert "<ins>Pay by card</ins>" in page
    assert "Archived" not in page


def test_any_two_versions_stand_side_by_side(signed_in, viewer, case, lead):
    update_case(actor=lead, case=case, priority="low")
    page = signed_in(viewer).get(address(case, 3) + "?with=1").content.decode()
    assert "From version 1 to 3" in page
    assert "<del>High</del>" in page
    assert "<ins>Low</ins>" in page


def test_a_version_is_brought_back_from_its_page(signed_in, tester, case):
    client = signed_in(tester)
    assert "Bring it back" not in client.get(address(case, 2)).content.decode()
    assert "Bring it back" in client.get(address(case, 1)).content.decode()
    response = client.post(address(case, 1, "restore/"), {"etag": etag(case)}, follow=True)
    assert "says again what version 1 said" in response.content.decode()
    assert TestCase.objects.get(pk=case.pk).title == "Pay by card"


def test_what_somebody_saved_meanwhile_is_not_overwritten(signed_in, tester, lead, case):
    seen = etag(case)
    update_case(actor=lead, case=case, title="Newest")
    response = signed_in(tester).post(address(case, 1, "restore/"), {"etag": seen})
    assert response.status_code == 422
    assert "Somebody changed this in the meantime" in response.content.decode()
    assert TestCase.objects.get(pk=case.pk).title == "Newest"


def test_readers_are_offered_nothing_and_told_why_they_may_not(signed_in, viewer, case):
    client = signed_in(viewer)
    assert "Bring it back" not in client.get(address(case, 1)).content.decode()
    response = client.post(address(case, 1, "restore/"), {"etag": etag(case)})
    assert response.status_code in {403, 422}
    assert TestCase.objects.get(pk=case.pk).title == "Pay by debit card"


def test_versions_that_are_not_there_and_those_of_others_are_the_same_404(signed_in, tester, stranger, case):
    assert signed_in(tester).get(address(case, 3)).status_code == 404
    assert signed_in(tester).post(address(case, 3, "restore/")).status_code == 404
    assert signed_in(stranger).get(address(case, 1)).status_code == 404


def test_the_page_costs_the_same_for_more_versions(signed_in, tester, lead, case, same_queries):
    client = signed_in(tester)

    def more():
        for number in range(5):
            update_case(actor=lead, case=case, title=f"Title {number}", tags=f"tag{number}")

    same_queries(lambda: client.get(address(case, 2)), more)
