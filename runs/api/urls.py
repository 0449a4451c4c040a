"""Addresses of runs' API."""

from django.urls import path, re_path

from qaportal.kit.api.viewsets import PortalRouter

from . import configurations, execution_urls, failures, reports, sessions, views
from .executions import TestExecutionViewSet
from .manual_runs import TestRunViewSet
from .session_entries import FindingViewSet, NoteViewSet
from .sync import urls as sync_urls

router = PortalRouter()
router.register("v1/failure-clusters", failures.FailureClusterViewSet, basename="failure-cluster")
router.register("v1/failure-rules", failures.FailureRuleViewSet, basename="failure-rule")
router.register("v1/quarantine", failures.QuarantineViewSet, basename="quarantine")
router.register("configurations", configurations.ConfigurationViewSet, basename="configuration")
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
    path(
        "v1/reports/imports/<uuid:import_id>/replay",
        reports.ReportImportReplayView.as_view(),
        name="report-import-replay",
    ),
    re_path(r"^test-runs/?$", TestRunViewSet.as_view({"get": "list", "post": "create"}), name="test-run-list"),
    re_path(
        r"^test-runs/(?P<run_id>[^/]+)/?$",
        TestRunViewSet.as_view({"get": "retrieve", "put": "update", "patch": "update", "delete": "destroy"}),
        name="test-run-detail",
    ),
    re_path(
        r"^test-runs/(?P<run_id>[^/]+)/cases/(?P<case_id>[^/]+)/execute/?$",
        TestRunViewSet.as_view({"post": "execute"}),
        name="test-run-execute",
    ),
    re_path(r"^executions/?$", TestExecutionViewSet.as_view({"get": "list", "post": "create"}), name="execution-list"),
    re_path(
        r"^executions/execute/(?P<tc_id>[^/]+)/?$",
        TestExecutionViewSet.as_view({"post": "execute"}),
        name="execution-execute",
    ),
    re_path(
        r"^executions/(?P<pk>[^/]+)/?$", TestExecutionViewSet.as_view({"get": "retrieve"}), name="execution-detail"
    ),
    re_path(
        r"^sessions/(?P<session_id>[0-9]{1,18})/findings/(?P<finding_id>[^/]+)/?$",
        FindingViewSet.as_view({"get": "retrieve", "put": "update", "patch": "update", "delete": "destroy"}),
        name="exploratory-session-finding",
    ),
    re_path(
        r"^sessions/(?P<session_id>[0-9]{1,18})/notes/(?P<note_id>[^/]+)/?$",
        NoteViewSet.as_view({"get": "retrieve", "put": "update", "patch": "update", "delete": "destroy"}),
        name="exploratory-session-note",
    ),
    *execution_urls.urlpatterns,
    *sync_urls.urlpatterns,
    *router.urls,
]
