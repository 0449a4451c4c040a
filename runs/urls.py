"""Addresses of runs' pages."""

from django.urls import path

from . import execution_urls
from .views import planning, run_changes, runner, test_links, uploads
from .views.run_detail import RunDetailView
from .views.run_list import RunListView

app_name = "runs"

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
