"""The page of a project's workflow."""

import pytest
from django.urls import reverse

from catalog.jobs import remove_state_with_its_cases
from catalog.models import WorkflowState
from catalog.services import workflow as services
from catalog.services.cases import create_case
from catalog.workflow import forget_workflow, workflow_of

from .pages import HTMX, text, url


@pytest.fixture
def ready(project, lead):
    return services.add_state(actor=lead, project=project, name="Ready", color="amber", phase="in_review")


def codes(project):
    forget_workflow(project)
    return list(workflow_of(project).by_code)


def test_the_page_shows_the_default_set_with_its_cases(project, tester, lead, signed_in):
    create_case(actor=tester, project=project, title="A case", state="draft")
    shown = text(signed_in(lead).get(url("workflow", project)))
    for words in ("Draft", "In review", "Active", "Deprecated", "1 case", "Means: Active", "is-progress"):
        assert words in shown


def test_the_sidebar_leads_there_those_who_may_change_it(project, lead, tester, signed_in):
    address = url("workflow", project)
    page = reverse("catalog:case_list", args=[project.key])
    assert address in text(signed_in(lead).get(page))
    assert address not in text(signed_in(tester).get(page))


def test_readers_see_no_controls_and_are_refused(project, tester, signed_in):
    client = signed_in(tester)
    assert "Add the state" not in text(client.get(url("workflow", project)))
    for name, args in (("workflow", []), ("workflow_update", ["draft"]), ("workflow_move", ["draft"])):
        response = client.post(url(name, project, *args), {"new-name": "Mine", "new-phase": "draft"})
        assert response.status_code == 403
    assert not WorkflowState.objects.exists()


def test_a_state_is_added_and_told(project, lead, signed_in):
    values = {"new-name": "Ready", "new-phase": "in_review", "new-color": "amber"}
    response = signed_in(lead).post(url("workflow", project), values, follow=True)
    assert "State added" in text(response)
    assert "Ready" in text(response)
    assert codes(project)[-1] == "ready"


def test_the_fragment_comes_alone(project, lead, signed_in):
    values = {"new-name": "Ready", "new-phase": "in_review", "new-color": "amber"}
    response = signed_in(lead).post(url("workflow", project), values, headers=HTMX)
    assert response.status_code == 200
    assert text(response).startswith('<div class="q-sections" id="states"')
    assert "State added" in response["HX-Trigger"]


def test_what_is_refused_stands_at_its_field(project, ready, lead, signed_in):
    client = signed_in(lead)
    values = {"new-name": "ready", "new-phase": "draft", "new-color": "plain"}
    response = client.post(url("workflow", project), values)
    assert response.status_code == 422
    assert "Another state has this name." in text(response)
    values = {"state-ready-name": "Draft", "state-ready-phase": "draft", "state-ready-color": "plain"}
    response = client.post(url("workflow_update", project, "ready"), values)
    assert response.status_code == 422
    assert "data-menu open" in text(response)


def test_a_state_is_renamed_and_recoloured(project, ready, lead, signed_in):
    values = {"state-ready-name": "<b>Ready</b>", "state-ready-phase": "in_review", "state-ready-color": "red"}
    response = signed_in(lead).post(url("workflow_update", project, "ready"), values, follow=True)
    assert "&lt;b&gt;Ready&lt;/b&gt;" in text(response)
    ready.refresh_from_db()
    assert (ready.name, ready.color) == ("<b>Ready</b>", "red")


def test_states_are_ordered_by_buttons(project, ready, lead, signed_in):
    client = signed_in(lead)
    client.post(url("workflow_move", project, "ready"), {"by": "up"})
    client.post(url("workflow_move", project, "draft"), {"by": "down"})
    assert codes(project) == ["in_review", "draft", "active", "ready", "deprecated"]


def test_a_state_is_removed_once_its_cases_have_a_place(project, ready, tester, lead, signed_in):
    case = create_case(actor=tester, project=project, title="A case", state="ready")
    client = signed_in(lead)
    response = client.post(url("workflow_remove", project, "ready"), {"remove-ready-move_to": ""})
    assert response.status_code == 422
    assert "Choose the state that its cases move to." in text(response)
    client.post(url("workflow_remove", project, "ready"), {"remove-ready-move_to": "draft"})
    case.refresh_from_db()
    assert case.state == "draft"
    assert "ready" not in codes(project)


def test_the_last_state_of_a_phase_stays_and_says_why(project, lead, signed_in):
    response = signed_in(lead).post(url("workflow_remove", project, "active"), {"remove-active-move_to": "draft"})
    assert response.status_code == 422
    assert "at least one state that means “Active”" in text(response)


def test_many_cases_move_in_a_job(project, ready, tester, lead, signed_in, monkeypatch):
    case = create_case(actor=tester, project=project, title="A case", state="ready")
    monkeypatch.setattr(services, "MOST_MOVED", 0)
    deferred = []
    monkeypatch.setattr(remove_state_with_its_cases, "defer", lambda **arguments: deferred.append(arguments))
    response = signed_in(lead).post(
        url("workflow_remove", project, "ready"), {"remove-ready-move_to": "draft"}, follow=True
    )
    assert "the state goes when that is done" in text(response)
    assert "ready" in codes(project)
    for _again in range(2):
        remove_state_with_its_cases(**deferred[0])
    case.refresh_from_db()
    assert (case.state, case.version) == ("draft", 2)
    assert "ready" not in codes(project)


def test_the_project_asks_for_approval_by_a_box(project, lead, tester, signed_in):
    client = signed_in(lead)
    client.post(url("workflow_approval", project), {"require_approval": "on"})
    project.refresh_from_db()
    assert project.settings["requireApproval"] is True
    assert "entered by an approval alone" in text(client.get(url("workflow", project)))
    client.post(url("workflow_approval", project))
    project.refresh_from_db()
    assert project.settings["requireApproval"] is False
    assert signed_in(tester).post(url("workflow_approval", project)).status_code == 403


def test_an_unknown_state_and_a_foreign_project_are_the_same_404(project, lead, stranger, signed_in):
    assert signed_in(lead).post(url("workflow_move", project, "gone"), {"by": "up"}).status_code == 404
    assert signed_in(stranger).get(url("workflow", project)).status_code == 404
    assert signed_in(stranger).post(url("workflow_move", project, "draft"), {"by": "up"}).status_code == 404


def test_the_page_asks_the_same_whatever_the_number_of_states(project, ready, tester, lead, signed_in, same_queries):
    client = signed_in(lead)

    def grow():
        for number in range(10):
            services.add_state(actor=lead, project=project, name=f"State {number}")
            create_case(actor=tester, project=project, title=f"Case {number}", state=f"state_{number}")

    same_queries(lambda: client.get(url("workflow", project)), grow)


def test_forms_and_cases_speak_of_the_states_of_the_project(project, tester, lead, signed_in):
    services.update_state(actor=lead, project=project, code="draft", name="Idea", color="amber")
    case = create_case(actor=tester, project=project, title="A case", state="draft")
    client = signed_in(tester)
    assert '<option value="draft" selected>Idea</option>' in text(client.get(url("case_update", project, case.test_id)))
    shown = text(client.get(case.get_absolute_url()))
    assert "is-blocked" in shown
    assert "Idea" in shown
    assert "Idea" in text(client.get(url("case_list", project) + "?state=draft"))


def test_a_form_names_the_state_that_needs_an_approval(project, tester, signed_in):
    project.settings = {"requireApproval": True}
    project.save()
    case = create_case(actor=tester, project=project, title="A case")
    client = signed_in(tester)
    page = client.get(url("case_update", project, case.test_id))
    values = {name: value for name, value in page.context["form"].initial.items() if value is not None}
    values |= {"state": "active", "etag": page.context["etag"]}
    response = client.post(url("case_update", project, case.test_id), values)
    assert response.status_code == 422
    assert "needs an approval by somebody else" in text(response)


def test_the_api_names_an_unknown_state_and_one_that_needs_an_approval(project, tester, api):
    project.settings = {"requireApproval": True}
    project.save()
    case = create_case(actor=tester, project=project, title="A case")
    client = api(tester)
    for state in ("gone", "active"):
        response = client.put(f"/api/test-cases/{case.pk}", {"state": state}, format="json")
        assert response.status_code == 400
        assert "state" in str(response.json())
    assert client.get(f"/api/test-cases?project_id={project.pk}&state=in_review").json()
    assert client.get(f"/api/test-cases?project_id={project.pk}&state=gone").status_code == 400


def test_the_list_shows_the_states_in_one_question(project, tester, lead, signed_in, same_queries):
    services.update_state(actor=lead, project=project, code="draft", name="Idea", color="amber")
    create_case(actor=tester, project=project, title="A case", state="draft")
    client, address = signed_in(tester), url("case_list", project) + "?columns=state"

    def grow():
        for number in range(5):
            create_case(actor=tester, project=project, title=f"Case {number}", state="draft")

    assert "Idea" in text(client.get(address))
    same_queries(lambda: client.get(address), grow)
