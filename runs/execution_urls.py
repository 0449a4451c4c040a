"""Addresses of the execution page of a release."""

from django.urls import path

from releases import converters  # noqa: F401  registers the kind of part that names a release

from .views import execution

urlpatterns = [
    path("p/<str:project_key>/releases/<release:pk>/", execution.ExecutionView.as_view(), name="execution"),
    path(
        "p/<str:project_key>/releases/<release:pk>/cases/<int:row_id>/verdict/",
        execution.set_verdict_here,
        name="set_verdict",
    ),
    path(
        "p/<str:project_key>/releases/<release:pk>/cases/<int:row_id>/assignee/",
        execution.assign_here,
        name="assign_case",
    ),
]
