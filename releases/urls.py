"""Addresses of releases's pages."""

from django.urls import path

from . import converters  # noqa: F401  registers the kind of part that names a release
from .views import history, milestones, releases, scope

app_name = "releases"

urlpatterns = [
    path("p/<str:project_key>/releases/", releases.ReleaseListView.as_view(), name="list"),
    path("p/<str:project_key>/releases/new/", releases.create_release, name="create"),
    path("p/<str:project_key>/releases/<release:pk>/edit/", releases.update_release, name="edit"),
    path("p/<str:project_key>/releases/<release:pk>/delete/", releases.delete_release, name="delete"),
    path("p/<str:project_key>/releases/<release:pk>/scope/", scope.ScopeView.as_view(), name="scope"),
    path("p/<str:project_key>/releases/<release:pk>/scope/add/", scope.add_cases, name="scope_add"),
    path("p/<str:project_key>/releases/<release:pk>/scope/remove/", scope.remove_cases, name="scope_remove"),
    path("p/<str:project_key>/releases/<release:pk>/scope/assign/", scope.assign_cases, name="scope_assign"),
    path("p/<str:project_key>/releases/<release:pk>/history/", history.HistoryView.as_view(), name="history"),
    path("p/<str:project_key>/milestones/", milestones.MilestoneListView.as_view(), name="milestones"),
    path("p/<str:project_key>/milestones/new/", milestones.create_milestone, name="milestone_create"),
    path("p/<str:project_key>/milestones/<release:pk>/", milestones.milestone_detail, name="milestone"),
    path("p/<str:project_key>/milestones/<release:pk>/edit/", milestones.update_milestone, name="milestone_edit"),
    path("p/<str:project_key>/milestones/<release:pk>/delete/", milestones.delete_milestone, name="milestone_delete"),
]
