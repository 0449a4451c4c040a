"""Addresses of catalog's API."""

from django.urls import path, re_path

from qaportal.kit.api.viewsets import PortalRouter

from . import export_views, hierarchy_views, import_views, link_views, repository_views, story_views, views

router = PortalRouter()
router.register("modules", views.ModuleViewSet, basename="module")
router.register("sub-modules", views.SubModuleViewSet, basename="sub-module")
router.register("features", views.FeatureViewSet, basename="feature")
router.register("test-cases", views.TestCaseViewSet, basename="test-case")
router.register("jira-stories", story_views.StoryViewSet, basename="jira-story")

urlpatterns = [
    re_path(
        r"^test-cases/hierarchy/structure/?$",
        hierarchy_views.HierarchyViewSet.as_view({"get": "structure"}),
        name="test-case-structure",
    ),
    re_path(
        r"^test-cases/hierarchy/options/?$",
        hierarchy_views.HierarchyViewSet.as_view({"get": "options"}),
        name="test-case-options",
    ),
    re_path(
        r"^test-cases/by-jira-story/?$",
        story_views.CasesByStoryViewSet.as_view({"get": "list"}),
        name="test-cases-by-story",
    ),
    re_path(
        r"^model/RepositoryCaseLink/findMany/?$",
        link_views.CaseLinkViewSet.as_view({"get": "find_many"}),
        name="case-link-find",
    ),
    re_path(
        r"^model/RepositoryCaseLink/create/?$",
        link_views.CaseLinkViewSet.as_view({"post": "create"}),
        name="case-link-create",
    ),
    re_path(
        r"^model/RepositoryCaseLink/update/?$",
        link_views.CaseLinkViewSet.as_view({"put": "remove"}),
        name="case-link-update",
    ),
    re_path(
        r"^repository-cases/?$",
        repository_views.RepositoryCaseViewSet.as_view({"get": "list", "post": "create"}),
        name="repository-case-list",
    ),
    re_path(
        r"^repository-cases/(?P<pk>[^/]+)/?$",
        repository_views.RepositoryCaseViewSet.as_view({"get": "retrieve", "put": "update", "delete": "destroy"}),
        name="repository-case-detail",
    ),
    re_path(r"^test-cases/bulk-upload/?$", import_views.BulkUploadView.as_view(), name="test-cases-bulk-upload"),
    re_path(r"^repository/import/?$", import_views.RepositoryImportView.as_view(), name="repository-import"),
    path("repository/imports/<uuid:import_id>", import_views.CaseImportView.as_view(), name="repository-import-detail"),
    re_path(r"^repository/export/?$", export_views.ExportView.as_view(), name="repository-export"),
    *router.urls,
]
