"""Addresses of accounts' API."""

from django.urls import include, path, re_path

from qaportal.kit.api.viewsets import PortalRouter

from . import audit_views, views

router = PortalRouter()
router.register("v1/audit-logs", audit_views.AuditLogViewSet, basename="audit-log")
router.register("projects", views.ProjectViewSet, basename="project")

urlpatterns = [
    re_path(r"^auth/login/?$", views.LoginView.as_view(), name="auth-login"),
    re_path(r"^auth/refresh/?$", views.RefreshView.as_view(), name="auth-refresh"),
    re_path(r"^auth/me/?$", views.ProfileView.as_view(), name="auth-me"),
    re_path(r"^v1/auth/login/?$", views.TenantLoginView.as_view(), name="tenant-auth-login"),
    re_path(r"^v1/auth/refresh/?$", views.TenantRefreshView.as_view(), name="tenant-auth-refresh"),
    re_path(r"^v1/auth/logout/?$", views.TenantLogoutView.as_view(), name="tenant-auth-logout"),
    path("", include(router.urls)),
]
