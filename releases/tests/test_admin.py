"""Releases in the data administration."""

import pytest

from accounts.models import AuditEntry
from accounts.tests.admin_forms import address, errors_of, saved, told
from releases.models import Release
from releases.services.releases import update_release
from releases.tests.factories import ReleaseFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(signed_in, admin):
    return signed_in(admin)


@pytest.fixture
def release(project):
    return ReleaseFactory(project=project, version="4.18.0", name="Autumn")


def test_the_facts_of_a_release_are_changed_through_its_service(reader, release, admin):
    ReleaseFactory(project=release.project, version="4.19.0")
    assert "Another release has this version." in errors_of(saved(reader, address(release, "change"), version="4.19.0"))
    changed = {"name": "Autumn checkout", "release_date_0": "2026-12-01", "release_date_1": "09:00:00"}
    assert saved(reader, address(release, "change"), **changed).status_code == 302
    stored = Release.objects.get(pk=release.pk)
    assert (stored.name, stored.release_date.date().isoformat()) == ("Autumn checkout", "2026-12-01")
    assert AuditEntry.objects.filter(action="release.updated", actor=admin).exists()


def test_an_old_state_of_a_release_is_refused(reader, release, admin):
    old = reader.get(address(release, "change")).context["adminform"].form["if_match"].value()
    update_release(actor=admin, release=release, name="Quicker")
    assert "in the meantime" in errors_of(saved(reader, address(release, "change"), name="Slower", if_match=old))


def test_a_release_is_deleted_and_gone(reader, release):
    state = reader.get(address(release, "delete")).context["if_match"]
    assert told(reader, reader.post(address(release, "delete"), {"post": "yes", "if_match": state})).endswith(
        "deleted."
    )
    assert reader.get(address(release, "change")).status_code == 404


def test_releases_are_listed_by_the_day_they_ship(reader, release, admin):
    update_release(actor=admin, release=release, release_date="2026-12-01T09:00:00Z")
    december = {"release_date__year": "2026", "release_date__month": "12"}
    assert "4.18.0" in reader.get(address(Release, "changelist"), december).content.decode()
    november = december | {"release_date__month": "11"}
    assert "Autumn" not in reader.get(address(Release, "changelist"), november).content.decode()
