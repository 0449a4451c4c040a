"""Addresses of releases' API."""

from qaportal.kit.api.viewsets import PortalRouter

from . import views

router = PortalRouter()
router.register("releases", views.ReleaseViewSet, basename="release")

urlpatterns = router.urls
