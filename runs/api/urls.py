"""Addresses of runs' API."""

from django.urls import path, re_path

from qaportal.kit.api.viewsets import PortalRouter

from . import execution_urls, reports, sessions, views
from .sync import urls as sync_urls

router = PortalRouter()
router.register("sessions", sessions.SessionViewSet, basename="exploratory-session")

urlpatterns = [
    re_path(r"^junit/import/?$", views.JUnitImportView.as_view(), name="junit-import"),
    re_path(r"^v1/reports/import/?$", reports.ReportsImportView.as_view(), name="reports-import"),
    path("v1/reports/imports/<uuid:import_id>", reports.ReportImportView.as_view(), name="report-import"),
    path(
        "v1/reports/imports/<uuid:import_id>/records",
        reports.ReportImportRecordsView.as_view(),
        name="report-import-records",
    ),
    path("v1/reports/imports/<uuid:import_id>/undo", reports.ReportImportUndoView.as_view(), name="report-import-undo"),
    *execution_urls.urlpatterns,
    *sync_urls.urlpatterns,
    *router.urls,
]
