"""Every address of the portal."""

from allauth.account import views as account_views
from django.urls import include, path, re_path

from accounts import views as accounts_views

urlpatterns = [
    path("", accounts_views.home, name="home"),
    path("theme/", accounts_views.theme, name="theme"),
    path("palette/", accounts_views.palette, name="palette"),
    path("account/login/", account_views.login, name="account_login"),
    path("account/logout/", account_views.logout, name="account_logout"),
    path("account/signup/", accounts_views.register, name="account_signup"),
    path("account/password/change/", account_views.password_change, name="account_change_password"),
    path("account/password/set/", account_views.password_set, name="account_set_password"),
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
    path("api/", include("qaportal.api_urls")),
    path("", include("accounts.urls")),
    path("", include("files.urls")),
    path("", include("catalog.urls")),
    path("", include("releases.urls")),
    path("", include("runs.urls")),
    path("", include("reporting.urls")),
    path("", include("operations.urls")),
]
