"""Addresses of runs' API."""

from django.urls import path, re_path

from . import execution_urls, views
from .sync import urls as sync_urls

urlpatterns = [
    re_path(r"^junit/import/?$", views.JUnitImportView.as_view(), name="junit-import"),
    path("v1/reports/imports/<uuid:import_id>", views.ReportImportView.as_view(), name="report-import"),
    *execution_urls.urlpatterns,
    *sync_urls.urlpatterns,
]
