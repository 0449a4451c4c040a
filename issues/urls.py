"""Addresses of issues' pages."""

from django.urls import path

from releases import converters  # noqa: F401  registers the kind of part that names an object by its id

from .views import issues

app_name = "issues"

issue = "p/<str:project_key>/issues/<release:pk>/"
urlpatterns = [
    path("p/<str:project_key>/issues/", issues.IssueListView.as_view(), name="list"),
    path("p/<str:project_key>/issues/new/", issues.create_issue, name="create"),
    path(issue, issues.issue_detail, name="detail"),
    path(f"{issue}edit/", issues.update_issue, name="edit"),
    path(f"{issue}status/", issues.change_status, name="change_status"),
    path(f"{issue}delete/", issues.delete_issue, name="delete"),
    path(f"{issue}link/", issues.link_case, name="link"),
    path(f"{issue}links/<int:link_id>/remove/", issues.unlink, name="unlink"),
]
