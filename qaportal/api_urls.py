"""Every address of the REST API, below `/api/`. Fixed words stand before ids."""

from django.urls import include, path

urlpatterns = [
    path("", include("accounts.api.urls")),
    path("", include("runs.api.urls")),
    path("", include("catalog.api.urls")),
    path("", include("releases.api.urls")),
    path("", include("operations.api.urls")),
]
