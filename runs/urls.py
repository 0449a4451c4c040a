"""Addresses of runs' pages."""

from django.urls import path

from . import execution_urls
from .views import (
    comparisons,
    configurations,
    failures,
    planning,
    results,
    retention,
    run_changes,
    runner,
    session_notes,
    sessions,
    test_links,
    uploads,
)
from .views.run_detail import RunDetailView, live
from .views.run_list import RunListView

app_name = "runs"

known = "p/<str:project_key>/failures/"
run = "p/<str:project_key>/runs/<int:number>/"
session = "p/<str:project_key>/sessions/<release:pk>/"
urlpatterns = [
    path("p/<str:project_key>/runs/", RunListView.as_view(), name="list"),
    path("p/<str:project_key>/runs/upload/", uploads.upload_report, name="upload"),
    path("p/<str:project_key>/runs/imports/<uuid:import_id>/", uploads.import_detail, name="import_detail"),
    path("p/<str:project_key>/runs/imports/<uuid:import_id>/undo/", uploads.undo_import, name="undo_import"),
    path("p/<str:project_key>/runs/imports/<uuid:import_id>/again/", uploads.repeat_import, name="repeat_import"),
    path(run, RunDetailView.as_view(), name="detail"),
    path(f"{run}live/", live, name="live"),
    path(f"{run}edit/", run_changes.edit_run, name="edit"),
    path(f"{run}status/", run_changes.change_status, name="change_status"),
    path(f"{run}delete/", run_changes.remove_run, name="delete"),
    path(f"{run}tests/<int:test_id>/", results.result, name="result"),
    path(f"{run}tests/<int:test_id>/link/", test_links.link_test_page, name="link_test"),
    path(f"{run}cases/", test_links.create_cases, name="create_cases"),
    path(f"{run}scope/", test_links.add_to_release, name="add_to_release"),
    path(f"{run}pin/", retention.pin_run, name="pin"),
    path("p/<str:project_key>/settings/retention/", retention.retention_terms, name="retention"),
    path("p/<str:project_key>/settings/retention/silence/", retention.silent_hours, name="retention_silence"),
    path(f"{run}compare/", comparisons.compare, name="compare"),
    path(f"{run}tests/<int:test_id>/quarantine/", comparisons.quarantine_test, name="quarantine_test"),
    path(known, failures.clusters, name="clusters"),
    path(f"{known}<int:cluster_id>/", failures.cluster, name="cluster"),
    path(f"{known}rules/", failures.rules, name="rules"),
    path(f"{known}rules/new/", failures.rule_form, name="rule_create"),
    path(f"{known}rules/<int:rule_id>/", failures.rule_form, name="rule_edit"),
    path(f"{known}rules/<int:rule_id>/state/", failures.rule_state, name="rule_state"),
    path(f"{known}rules/<int:rule_id>/delete/", failures.rule_delete, name="rule_delete"),
    path(f"{known}flaky/", failures.flaky, name="flaky"),
    path(f"{known}quarantine/", failures.quarantine, name="quarantine"),
    path(f"{known}quarantine/<int:quarantine_id>/lift/", failures.quarantine_lift, name="quarantine_lift"),
    path("p/<str:project_key>/settings/configurations/", configurations.configuration_list, name="configurations"),
    path(
        "p/<str:project_key>/settings/configurations/new/",
        configurations.create_configuration,
        name="configuration_create",
    ),
    path(
        "p/<str:project_key>/settings/configurations/<int:pk>/",
        configurations.update_configuration,
        name="configuration",
    ),
    path(
        "p/<str:project_key>/settings/configurations/<int:pk>/delete/",
        configurations.delete_configuration,
        name="configuration_delete",
    ),
    path("p/<str:project_key>/sessions/", sessions.SessionListView.as_view(), name="sessions"),
    path("p/<str:project_key>/sessions/new/", sessions.create_session, name="session_create"),
    path(session, sessions.session_detail, name="session"),
    path(f"{session}edit/", sessions.update_session, name="session_edit"),
    path(f"{session}status/", sessions.change_status, name="session_status"),
    path(f"{session}delete/", sessions.delete_session, name="session_delete"),
    path(f"{session}add/", session_notes.add, name="session_add"),
    path(f"{session}notes/<int:entry_id>/edit/", session_notes.edit_note, name="session_note_edit"),
    path(f"{session}notes/<int:entry_id>/remove/", session_notes.remove_note, name="session_note_remove"),
    path(f"{session}findings/<int:finding_id>/edit/", session_notes.edit_finding, name="session_finding_edit"),
    path(f"{session}findings/<int:finding_id>/remove/", session_notes.remove_finding, name="session_finding_remove"),
    path(f"{session}findings/<int:finding_id>/case/", session_notes.make_case, name="session_finding_case"),
    path("p/<str:project_key>/runs/new/", planning.plan_run, name="plan"),
    path(f"{run}assign/", planning.assign, name="assign"),
    path(f"{run}execute/", runner.start_runner, name="start"),
    path(f"{run}execute/<int:test_id>/", runner.runner, name="runner"),
    path(f"{run}execute/<int:test_id>/step/", runner.set_step, name="set_step"),
    path(f"{run}execute/<int:test_id>/verdict/", runner.set_test, name="set_test"),
    path(f"{run}execute/<int:test_id>/file/", runner.add_file, name="add_file"),
    path(f"{run}execute/<int:test_id>/text/", runner.take_text, name="take_text"),
    path(f"{run}execute/<int:test_id>/here/", runner.people_here, name="people_here"),
    path(f"{run}execute/<int:test_id>/present/", runner.note_me_here, name="note_present"),
    *execution_urls.urlpatterns,
]
