"""The API of runs by hand and of single executions."""

import pytest

from catalog.models import CaseActivity
from catalog.services.cases import update_case
from catalog.services.steps import steps_document
from catalog.tests.factories import TestCaseFactory
from releases.services.milestones import create_milestone
from releases.tests.factories import ReleaseCaseFactory, ReleaseFactory
from runs.models import Artifact, Result, TestRun
from runs.services.configurations import create_configuration
from runs.services.manual_runs import Assignment
from runs.services.runner import record_verdict
from runs.tests.factories import manual_run, reported
from runs.tests.factories import record as record_into


@pytest.mark.django_db
class TestRuns:
    def test_a_planned_run_is_told_with_its_cases_and_pages_through_them(self, api, tester, project):
        cases = TestCaseFactory.create_batch(3, project=project)
        told = {"projectId": project.key, "name": "Card regression"}
        told["testCases"] = [{"repositoryCaseId": case.pk, "assignedTo": tester.pk} for case in cases]
        client = api(tester)
        made = client.post("/api/test-runs", told).json()
        assert {each["assignedTo"] for each in made["testCases"]} == {str(tester.pk)}
        page = client.get(f"/api/test-runs/{made['id']}?limit=1&offset=1").json()
        assert [each["repositoryCaseId"] for each in page["testCases"]] == [str(cases[1].pk)]
        assert page["results"]["untested"] == 3

    def test_unknown_cases_and_people_are_refused_by_their_place(self, api, tester, project, stranger, other_project):
        case, foreign = TestCaseFactory(project=project), TestCaseFactory(project=other_project)
        for given, blamed in (
            ({"repositoryCaseId": foreign.pk}, "testCases[0].repositoryCaseId"),
            ({"repositoryCaseId": case.pk, "assignedTo": stranger.pk}, "testCases[0].assignedTo"),
        ):
            told = {"projectId": project.pk, "name": "No", "testCases": [given]}
            answer = api(tester).post("/api/test-runs", told)
            assert answer.status_code == 422
            assert answer.json()["error"]["details"]["field"] == blamed
        assert not TestRun.objects.exists()

    def test_a_run_is_completed_and_then_takes_nothing(self, api, tester, project):
        run = manual_run(project, tester)
        address, case = f"/api/test-runs/{run.pk}", run.tests.get().case_id
        client = api(tester)
        assert client.put(address, {"status": "COMPLETED"}).json()["status"] == "COMPLETED"
        refused = client.post(f"{address}/cases/{case}/execute", {"status": "PASSED"})
        assert refused.status_code == 409
        assert client.put(address, {"status": "ACTIVE"}).status_code == 200
        assert client.post(f"{address}/cases/{case}/execute", {"status": "passed"}).json()["attempt"] == 1

    def test_a_run_is_pinned_and_the_pin_is_taken_off(self, api, tester, viewer, project):
        run = manual_run(project, tester)
        address = f"/api/test-runs/{run.pk}"
        client = api(tester)
        assert client.get(address).json()["isPinned"] is False
        assert client.put(address, {"isPinned": True}).json()["isPinned"] is True
        assert TestRun.objects.get(pk=run.pk).pinned_by == tester
        assert api(viewer).put(address, {"isPinned": False}).status_code == 403
        assert client.put(address, {"is_pinned": False}).json()["isPinned"] is False
        assert client.put(address, {"isPinned": "maybe"}).status_code == 422

    def test_an_execution_keeps_steps_and_links(self, api, tester, project):
        run = manual_run(project, tester)
        test = run.tests.get()
        step = test.case.steps.get(position=2)
        told = {
            "status": "FAILED",
            "stepResults": [{"stepId": step.pk, "status": "FAILED", "notes": "White page", "duration": 3}],
            "attachments": [{"name": "shot.png", "url": "https://files.example.com/shot.png"}],
        }
        address = f"/api/test-runs/{run.pk}/cases/{test.case_id}/execute"
        answer = api(tester).post(address, told).json()
        assert answer["stepResults"][0] == {
            "stepNumber": 2, "iteration": 1, "status": "FAILED", "notes": "White page", "duration": 3,
        }  # fmt: skip
        assert Artifact.objects.get().file.external_url == "https://files.example.com/shot.png"
        again = api(tester).post(address, {"status": "passed"}).json()
        assert (again["attempt"], again["status"]) == (2, "PASSED")
        twice = api(tester).post(
            address, told | {"stepResults": [*told["stepResults"], {"stepNumber": 2, "status": "PASSED"}]}
        )
        assert (twice.status_code, twice.json()["error"]["details"]["field"]) == (422, "stepResults[1]")

    def test_the_id_of_a_step_means_the_step_of_the_version_that_is_executed(self, api, tester, project):
        run = manual_run(project, tester)
        test = run.tests.select_related("case__project__tenant").get()
        known = steps_document(test.case)
        update_case(actor=tester, case=test.case, steps=[{"action": "Sign in", "expected": "You are in"}, *known])
        first, *_between, last = test.case.steps.order_by("position")
        address = f"/api/test-runs/{run.pk}/cases/{test.case_id}/execute"

        def told(step):
            given = {"status": "FAILED", "stepResults": [{"stepId": step.pk, "status": "FAILED"}]}
            return api(tester).post(address, given)

        assert told(last).json()["stepResults"][0]["stepNumber"] == len(known)
        refused = told(first)
        assert (refused.status_code, refused.json()["error"]["details"]["field"]) == (422, "stepResults[0].stepId")

    @pytest.mark.parametrize(
        "given",
        [
            {"status": "PASSED", "stepResults": [{"stepId": 999999, "status": "PASSED"}]},
            {"status": "PASSED", "attachments": [{"name": "x", "url": "javascript:alert(1)"}]},
            {"status": "NOT_STARTED"},
            {"status": "PASSED", "duration": 10**9},
        ],
    )
    def test_what_cannot_be_used_is_refused(self, api, tester, project, given):
        run = manual_run(project, tester)
        address = f"/api/test-runs/{run.pk}/cases/{run.tests.get().case_id}/execute"
        assert api(tester).post(address, given).status_code == 422
        assert not Result.objects.exists()

    def test_a_case_that_is_not_planned_is_not_there(self, api, tester, stranger, project):
        run, other = manual_run(project, tester), TestCaseFactory(project=project)
        for case in (other.pk, "x", 10**17):
            told = api(tester).post(f"/api/test-runs/{run.pk}/cases/{case}/execute", {"status": "PASSED"})
            assert told.status_code == 404
        assert api(stranger).get(f"/api/test-runs/{run.pk}").status_code == 404

    def test_milestone_and_configuration_are_those_of_the_project(self, api, tester, project, other_project):
        milestone = create_milestone(actor=None, project=project, name="Spring")
        made = create_configuration(actor=None, project=project, name="Firefox")
        foreign = create_configuration(actor=None, project=other_project, name="Foreign")
        client, told = api(tester), {"projectId": project.pk, "name": "Card regression"}
        answer = client.post("/api/test-runs", {**told, "milestoneId": milestone.pk, "configurationId": str(made.pk)})
        run = TestRun.objects.get()
        assert (run.milestone, run.configuration) == (milestone, made)
        assert answer.json()["configurationId"] == str(made.pk)
        changed = client.put(f"/api/test-runs/{run.pk}", {"milestoneId": None}).json()
        assert (changed["milestoneId"], changed["configurationId"]) == (None, str(made.pk))
        for field, given in (("configurationId", foreign.pk), ("milestoneId", 999_999), ("milestoneId", "x")):
            refused = client.put(f"/api/test-runs/{run.pk}", {field: given})
            assert (refused.status_code, refused.json()["error"]["details"]["field"]) == (422, field)
        refused = client.post("/api/test-runs", {**told, "configurationIds": [made.pk, foreign.pk]})
        assert refused.json()["error"]["details"]["field"] == "configurationIds[1]"

    def test_several_configurations_make_sibling_runs(self, api, tester, project):
        made = [create_configuration(actor=None, project=project, name=name) for name in ("Firefox", "Chrome")]
        case = TestCaseFactory(project=project)
        told = {"projectId": project.pk, "name": "Both", "configurationIds": [each.pk for each in made]}
        answer = api(tester).post("/api/test-runs", {**told, "testCases": [{"repositoryCaseId": case.pk}]}).json()
        assert answer["configurationId"] == str(made[0].pk)
        (sibling,) = answer["siblings"]
        assert sibling["configurationId"] == str(made[1].pk)
        other = api(tester).get(f"/api/test-runs/{sibling['id']}").json()
        assert [each["repositoryCaseId"] for each in other["testCases"]] == [str(case.pk)]

    def test_changing_the_cases_keeps_what_was_executed(self, api, tester, lead, project):
        run = manual_run(project, lead, count=3)
        done, _gone, kept = run.tests.select_related("run__project", "case").order_by("position")
        record_verdict(actor=lead, test=done, status="passed")
        added = TestCaseFactory(project=project)
        cases = [{"repositoryCaseId": kept.case_id}, {"repositoryCaseId": added.pk, "assignedTo": lead.pk}]
        client, address = api(tester), f"/api/test-runs/{run.pk}"
        answer = client.put(address, {"testCases": cases, "status": "COMPLETED"}).json()
        assert [each["repositoryCaseId"] for each in answer["testCases"]] == [
            str(pk) for pk in (done.case_id, kept.case_id, added.pk)
        ]
        assert [each["assignedTo"] for each in answer["testCases"]] == [None, None, str(lead.pk)]
        assert (answer["results"]["total"], answer["results"]["untested"], answer["status"]) == (3, 2, "COMPLETED")
        refused = client.put(address, {"testCases": []})
        assert refused.status_code == 409
        assert client.put(address, {"testCases": [], "status": "ACTIVE"}).json()["results"]["total"] == 1

    def test_whoever_is_told_as_null_executes_the_case_no_more(self, api, tester, project):
        run = manual_run(project, tester, count=2, assignment=Assignment(people=[tester]))
        one, two = run.tests.order_by("position")
        cases = [{"repositoryCaseId": one.case_id, "assignedTo": None}, {"repositoryCaseId": two.case_id}]
        answer = api(tester).put(f"/api/test-runs/{run.pk}", {"testCases": cases}).json()
        assert [each["assignedTo"] for each in answer["testCases"]] == [None, str(tester.pk)]

    def test_cases_that_are_not_there_change_nothing(self, api, tester, viewer, project, other_project):
        run = manual_run(project, tester)
        foreign = TestCaseFactory(project=other_project)
        told = {"name": "Never", "testCases": [{"repositoryCaseId": foreign.pk}]}
        refused = api(tester).put(f"/api/test-runs/{run.pk}", told)
        assert refused.json()["error"]["details"]["field"] == "testCases[0].repositoryCaseId"
        run.refresh_from_db()
        assert (run.total, run.name) == (1, "By hand")
        assert api(viewer).put(f"/api/test-runs/{run.pk}", {"testCases": []}).status_code == 403

    def test_lists_take_the_same_number_of_queries(self, api, tester, project, same_queries):
        client, run = api(tester), manual_run(project, tester)
        same_queries(
            lambda: client.get(f"/api/test-runs?projectId={project.pk}"), lambda: manual_run(project, tester, count=2)
        )
        same_queries(
            lambda: client.get(f"/api/test-runs/{run.pk}"), lambda: record_into(run, reported("a"), reported("b"))
        )


@pytest.mark.django_db
class TestExecutions:
    def test_one_without_a_release_goes_to_the_run_of_the_month(self, api, tester, project):
        case = TestCaseFactory(project=project)
        for status in ("fail", "pass"):
            told = api(tester).post(f"/api/executions/execute/{case.pk}", {"status": status, "execution_time": 5})
            assert (told.status_code, told.json()["status"]) == (201, status)
        run = TestRun.objects.get()
        assert (run.is_implicit, run.tests.get().attempts, run.release) == (True, 2, None)
        assert CaseActivity.objects.get(case=case).last_status == "passed"

    def test_one_in_a_release_is_its_verdict(self, api, tester, project):
        row = ReleaseCaseFactory(release=ReleaseFactory(project=project), case=TestCaseFactory(project=project))
        body = {"test_case_id": row.case_id, "release_id": row.release_id, "status": "fail", "error_message": "Timeout"}
        told = api(tester).post("/api/executions", body).json()
        row.refresh_from_db()
        assert (row.execution_status, str(row.last_result_id)) == ("failed", told["id"])
        assert told["error_message"] == "Timeout"
        found = api(tester).get(f"/api/executions?project_id={project.pk}&release_id={row.release_id}&status=fail")
        assert [each["id"] for each in found.json()] == [told["id"]]

    def test_a_case_outside_the_release_and_a_time_to_come_are_refused(self, api, tester, project):
        case, release = TestCaseFactory(project=project), ReleaseFactory(project=project)
        client = api(tester)
        body = {"test_case_id": case.pk, "status": "pass"}
        assert client.post("/api/executions", {**body, "release_id": release.pk}).status_code == 409
        assert client.post("/api/executions", {**body, "executed_at": "2999-01-01T00:00:00Z"}).status_code == 400
        assert not Result.objects.exists()

    def test_those_who_only_read_and_strangers_record_nothing(self, api, viewer, stranger, project):
        case = TestCaseFactory(project=project)
        assert api(viewer).post(f"/api/executions/execute/{case.pk}", {"status": "pass"}).status_code == 403
        assert api(stranger).post(f"/api/executions/execute/{case.pk}", {"status": "pass"}).status_code == 404
