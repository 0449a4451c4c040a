"""Addresses of report sync."""

from django.urls import re_path

from . import views

suites, suite = "v1/reports/suite-runs", "v1/reports/suite-runs/(?P<suite_id>[^/]+)"
result, artifact = "v1/reports/test-case-results/(?P<test_case_id>[^/]+)", "v1/reports/artifacts/(?P<artifact_id>[^/]+)"


def _address(path: str, name: str, view: type, **actions: str):
    return re_path(rf"^{path}/?$", view.as_view(actions), name=name)


urlpatterns = [
    _address(suites, "suite-run-list", views.SuiteRunViewSet, get="list", post="create"),
    _address(suite, "suite-run-detail", views.SuiteRunViewSet, get="retrieve", patch="partial_update"),
    _address(f"{suite}/test-cases", "suite-run-results", views.SuiteRunViewSet, get="test_cases", post="add_test_case"),
    _address(result, "test-result-detail", views.TestCaseResultViewSet, get="retrieve", patch="partial_update"),
    _address(f"{result}/steps", "test-result-steps", views.TestCaseResultViewSet, get="steps"),
    _address(f"{result}/steps/bulk", "test-result-steps-bulk", views.TestCaseResultViewSet, post="save_steps"),
    _address(f"{result}/checkpoints", "test-result-checkpoints", views.TestCaseResultViewSet, get="checkpoints"),
    _address(
        f"{result}/checkpoints/bulk",
        "test-result-checkpoints-bulk",
        views.TestCaseResultViewSet,
        post="save_checkpoints",
    ),
    _address(f"{result}/logs", "test-result-logs", views.TestCaseResultViewSet, get="logs"),
    _address(f"{result}/logs/bulk", "test-result-logs-bulk", views.TestCaseResultViewSet, post="save_logs"),
    _address(f"{result}/artifacts", "test-result-artifacts", views.ResultArtifactViewSet, get="list", post="create"),
    _address(f"{artifact}/download", "report-artifact-download", views.ArtifactViewSet, get="download"),
]
