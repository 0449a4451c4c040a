"""Every address of the portal."""

from allauth.account import views as account_views
from allauth.mfa.base import views as second_factor_views
from allauth.mfa.webauthn import views as key_views
from django.contrib import admin
from django.urls import include, path, re_path

from accounts import views as accounts_views
from accounts.sign_in.reauthentication import freshly_authenticated
from accounts.views import sign_in

handler400 = "qaportal.kit.requests.bad_request"
handler500 = "qaportal.kit.requests.server_error"
urlpatterns = [
    path("", accounts_views.home, name="home"),
    path("theme/", accounts_views.theme, name="theme"),
    path("palette/", accounts_views.palette, name="palette"),
    path("account/login/", account_views.login, name="account_login"),
    path("account/logout/", account_views.logout, name="account_logout"),
    path("account/signup/", accounts_views.register, name="account_signup"),
    path("account/password/change/", account_views.password_change, name="account_change_password"),
    path("account/password/set/", freshly_authenticated(account_views.password_set), name="account_set_password"),
    path("account/password/reset/", account_views.password_reset, name="account_reset_password"),
    path("account/password/reset/done/", account_views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^account/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account_views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "account/password/reset/key/done/",
        account_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("account/inactive/", account_views.account_inactive, name="account_inactive"),
    path("account/reauthenticate/", account_views.reauthenticate, name="account_reauthenticate"),
    path("account/reauthenticate/code/", second_factor_views.reauthenticate, name="mfa_reauthenticate"),
    path("account/reauthenticate/key/", key_views.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("account/second-factor/", second_factor_views.authenticate, name="mfa_authenticate"),
    path("account/company/<uuid:provider_id>/", sign_in.company_login, name="openid_connect_login"),
    path("account/company/<uuid:provider_id>/back/", sign_in.company_callback, name="openid_connect_callback"),
    path("admin/", admin.site.urls),
    path("api/", include("qaportal.api_urls")),
    path("", include("accounts.urls")),
    path("", include("files.urls")),
    path("", include("catalog.urls")),
    path("", include("releases.urls")),
    path("", include("runs.urls")),
    path("", include("issues.urls")),
    path("", include("reporting.urls")),
    path("", include("operations.urls")),
]
