"""Addresses of runs' API."""

from django.urls import path, re_path

from qaportal.kit.api.viewsets import PortalRouter

from . import execution_urls, sessions, views
from .sync import urls as sync_urls

router = PortalRouter()
router.register("sessions", sessions.SessionViewSet, basename="exploratory-session")

urlpatterns = [
    re_path(r"^junit/import/?$", views.JUnitImportView.as_view(), name="junit-import"),
    path("v1/reports/imports/<uuid:import_id>", views.ReportImportView.as_view(), name="report-import"),
    *execution_urls.urlpatterns,
    *sync_urls.urlpatterns,
    *router.urls,
]
