"""Every address of the REST API, below `/api/`. Fixed words stand before ids."""

from django.urls import include, path, re_path

from qaportal.kit.api.views import NoSuchAddress, NoSuchTenantAddress

urlpatterns = [
    path("", include("accounts.api.urls")),
    path("", include("files.api.urls")),
    path("", include("runs.api.urls")),
    path("", include("catalog.api.urls")),
    path("", include("releases.api.urls")),
    path("", include("reporting.api.urls")),
    path("", include("operations.api.urls")),
    re_path(r"^v1/", NoSuchTenantAddress.as_view()),
    re_path(r"^", NoSuchAddress.as_view()),
]
