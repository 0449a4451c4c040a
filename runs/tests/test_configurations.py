"""Configurations: what runs are executed in."""

import pytest

from accounts.models import AuditEntry
from qaportal.kit.concurrency import etag
from qaportal.kit.errors import Denied, InvalidInput, RuleViolation
from releases.tests.factories import MilestoneFactory
from runs.models import Configuration
from runs.services.configurations import create_configuration, delete_configuration, update_configuration
from runs.services.runs import update_run
from runs.tests.factories import make_run

FIREFOX = [{"name": "Browser", "value": "Firefox"}, {"name": "System", "value": "Windows 11"}]


@pytest.fixture
def configuration(project) -> Configuration:
    return create_configuration(actor=None, project=project, name="Firefox on Windows", values=FIREFOX)


def test_a_configuration_keeps_its_values_in_their_order(lead, project):
    rows = [{"name": " Zone", "value": "EU "}, {"name": "", "value": ""}, {"name": "Browser", "value": "Firefox"}]
    made = create_configuration(actor=lead, project=project, name="Firefox", values=rows)
    made.refresh_from_db()
    assert made.in_words == "Zone: EU, Browser: Firefox"
    assert AuditEntry.objects.get(action="configuration.created").actor == lead


@pytest.mark.parametrize(
    "rows",
    [
        [{"name": "Browser", "value": ""}],
        [{"name": "Browser", "value": "Firefox"}, {"name": "browser", "value": "Chrome"}],
        [{"name": "x" * 61, "value": "y"}],
        [{"name": f"n{number}", "value": "y"} for number in range(21)],
    ],
)
def test_rows_that_cannot_be_used_are_refused(lead, project, rows):
    with pytest.raises(InvalidInput) as refused:
        create_configuration(actor=lead, project=project, name="Firefox", values=rows)
    assert "values" in refused.value.fields


def test_two_configurations_never_share_a_name_while_both_are_there(lead, project, configuration):
    with pytest.raises(RuleViolation, match="this name"):
        create_configuration(actor=lead, project=project, name="firefox ON windows")
    delete_configuration(actor=lead, configuration=configuration)
    create_configuration(actor=lead, project=project, name="Firefox on Windows")


def test_testers_may_not_change_them(tester, configuration):
    with pytest.raises(Denied, match="configurations"):
        update_configuration(actor=tester, configuration=configuration, name="Chrome")


def test_a_run_keeps_its_deleted_configuration(signed_in, lead, project, configuration):
    run = make_run(project)
    update_run(actor=lead, run=run, configuration=configuration, milestone=MilestoneFactory(project=project))
    delete_configuration(actor=lead, configuration=configuration)
    client = signed_in(lead)
    assert "Firefox on Windows" in client.get(f"{run.get_absolute_url()}?tab=details").content.decode()
    form = client.get(f"{run.get_absolute_url()}edit/").content.decode()
    assert f'<option value="{configuration.pk}" selected>' in form
    assert configuration.get_absolute_url() not in client.get("/p/PAY/settings/configurations/").content.decode()


def test_the_form_of_a_run_says_milestone_and_configuration(signed_in, tester, project, configuration):
    run, milestone = make_run(project), MilestoneFactory(project=project, name="Autumn")
    facts = {"name": run.name, "status": "active", "version": etag(run)}
    facts |= {"configuration": configuration.pk, "milestone": milestone.pk}
    assert signed_in(tester).post(f"{run.get_absolute_url()}edit/", facts).status_code == 302
    run.refresh_from_db()
    assert (run.configuration, run.milestone) == (configuration, milestone)
    assert run.name in signed_in(tester).get(milestone.get_absolute_url()).content.decode()


def test_those_of_another_project_cannot_be_chosen(signed_in, tester, project, other_project):
    run = make_run(project)
    foreign = create_configuration(actor=None, project=other_project, name="Foreign")
    facts = {"name": run.name, "status": "active", "version": etag(run), "configuration": foreign.pk}
    assert signed_in(tester).post(f"{run.get_absolute_url()}edit/", facts).status_code == 422


def test_the_pages_add_change_and_delete_one(signed_in, lead, project):
    client = signed_in(lead)
    rows = {"value_name": ["Browser", ""], "value": ["Firefox", ""]}
    assert client.post("/p/PAY/settings/configurations/new/", {"name": "Firefox", **rows}).status_code == 302
    stored = Configuration.objects.get()
    page = client.get("/p/PAY/settings/configurations/").content.decode()
    assert "Browser: Firefox" in page
    address = stored.get_absolute_url()
    assert 'value="Firefox"' in client.get(address).content.decode()
    wrong = client.post(address, {"name": "Firefox", "value_name": ["Browser"], "value": [""], "if_match": ""})
    assert wrong.status_code == 422
    beside = wrong.content.decode().partition("<fieldset")[2].partition("</fieldset>")[0]
    assert "Each row says" in beside
    changed = {"name": "Chrome", "value_name": ["Browser"], "value": ["Chrome"], "if_match": etag(stored)}
    assert client.post(address, changed).status_code == 302
    assert client.post(address, changed | {"name": "Late"}).status_code == 422
    client.post(f"{address}delete/")
    assert not Configuration.objects.living().exists()


def test_a_tester_reads_the_list_and_may_not_write(signed_in, tester, stranger, configuration):
    client = signed_in(tester)
    assert "Windows 11" in client.get("/p/PAY/settings/configurations/").content.decode()
    assert client.get(configuration.get_absolute_url()).status_code == 403
    client.post(f"{configuration.get_absolute_url()}delete/")
    assert Configuration.objects.living().exists()
    assert signed_in(stranger).get(configuration.get_absolute_url()).status_code == 404


def test_the_list_takes_the_same_number_of_queries_for_more(signed_in, tester, project, configuration, same_queries):
    client = signed_in(tester)

    def grow():
        for number in range(10):
            create_configuration(actor=None, project=project, name=f"Device {number}")

    same_queries(lambda: client.get("/p/PAY/settings/configurations/"), grow)


def test_the_milestone_shows_its_runs_in_the_same_number_of_queries(signed_in, tester, project, same_queries):
    milestone, client = MilestoneFactory(project=project), signed_in(tester)
    make_run(project, milestone=milestone)

    def grow():
        for _number in range(5):
            make_run(project, milestone=milestone)

    same_queries(lambda: client.get(milestone.get_absolute_url()), grow)
