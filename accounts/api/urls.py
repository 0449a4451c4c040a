"""Addresses of accounts' API."""

from django.urls import include, path, re_path

from qaportal.kit.api.viewsets import PortalRouter

from . import audit_views, registration_views, role_views, tenant_views, token_views, user_views, views

router = PortalRouter()
router.register("v1/audit-logs", audit_views.AuditLogViewSet, basename="audit-log")
router.register("projects", views.ProjectViewSet, basename="project")
router.register("users", user_views.PersonViewSet, basename="user")
router.register("tokens", token_views.ApiTokenViewSet, basename="api-token")
router.register("v1/tenants", tenant_views.TenantViewSet, basename="v1-tenant")
router.register("v1/users", user_views.UserViewSet, basename="v1-user")
router.register("v1/roles", role_views.RoleViewSet, basename="v1-role")

urlpatterns = [
    re_path(r"^auth/login/?$", views.LoginView.as_view(), name="auth-login"),
    re_path(r"^auth/refresh/?$", views.RefreshView.as_view(), name="auth-refresh"),
    re_path(r"^auth/me/?$", views.ProfileView.as_view(), name="auth-me"),
    re_path(r"^auth/register/?$", registration_views.RegistrationView.as_view(), name="auth-register"),
    re_path(r"^auth/verify-email/?$", registration_views.VerificationView.as_view(), name="auth-verify-email"),
    re_path(
        r"^auth/resend-verification/?$",
        registration_views.ResendingView.as_view(),
        name="auth-resend-verification",
    ),
    re_path(
        r"^auth/forgot-password/?$",
        registration_views.ForgottenPasswordView.as_view(),
        name="auth-forgot-password",
    ),
    re_path(r"^auth/reset-password/?$", registration_views.NewPasswordView.as_view(), name="auth-reset-password"),
    re_path(r"^permissions/?$", token_views.PermissionsView.as_view(), name="permissions"),
    re_path(r"^v1/auth/login/?$", views.TenantLoginView.as_view(), name="tenant-auth-login"),
    re_path(r"^v1/auth/refresh/?$", views.TenantRefreshView.as_view(), name="tenant-auth-refresh"),
    re_path(r"^v1/auth/logout/?$", views.TenantLogoutView.as_view(), name="tenant-auth-logout"),
    path("", include(router.urls)),
]
