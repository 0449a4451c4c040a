"""Addresses of runs' pages."""

from django.urls import path

from . import execution_urls
from .views import comparisons, failures, run_changes, test_links, uploads
from .views.run_detail import RunDetailView
from .views.run_list import RunListView

app_name = "runs"

known = "p/<str:project_key>/failures/"
run = "p/<str:project_key>/runs/<int:number>/"
urlpatterns = [
    path("p/<str:project_key>/runs/", RunListView.as_view(), name="list"),
    path("p/<str:project_key>/runs/upload/", uploads.upload_report, name="upload"),
    path("p/<str:project_key>/runs/imports/<uuid:import_id>/", uploads.import_detail, name="import_detail"),
    path(run, RunDetailView.as_view(), name="detail"),
    path(f"{run}edit/", run_changes.edit_run, name="edit"),
    path(f"{run}status/", run_changes.change_status, name="change_status"),
    path(f"{run}delete/", run_changes.remove_run, name="delete"),
    path(f"{run}tests/<int:test_id>/link/", test_links.link_test_page, name="link_test"),
    path(f"{run}cases/", test_links.create_cases, name="create_cases"),
    path(f"{run}scope/", test_links.add_to_release, name="add_to_release"),
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
    *execution_urls.urlpatterns,
]
