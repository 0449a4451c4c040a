"""Addresses of runs' pages."""

from django.urls import path

from . import execution_urls
from .views import run_changes, test_links, uploads
from .views.run_detail import RunDetailView
from .views.run_list import RunListView

app_name = "runs"

run = "p/<str:project_key>/runs/<int:number>/"
urlpatterns = [
    path("p/<str:project_key>/runs/", RunListView.as_view(), name="list"),
    path("p/<str:project_key>/runs/upload/", uploads.upload_report, name="upload"),
    path("p/<str:project_key>/runs/imports/<uuid:import_id>/", uploads.import_detail, name="import_detail"),
    path("p/<str:project_key>/runs/imports/<uuid:import_id>/undo/", uploads.undo_import, name="undo_import"),
    path(run, RunDetailView.as_view(), name="detail"),
    path(f"{run}edit/", run_changes.edit_run, name="edit"),
    path(f"{run}status/", run_changes.change_status, name="change_status"),
    path(f"{run}delete/", run_changes.remove_run, name="delete"),
    path(f"{run}tests/<int:test_id>/link/", test_links.link_test_page, name="link_test"),
    path(f"{run}cases/", test_links.create_cases, name="create_cases"),
    path(f"{run}scope/", test_links.add_to_release, name="add_to_release"),
    *execution_urls.urlpatterns,
]
