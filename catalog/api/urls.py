"""Addresses of catalog's API."""

from qaportal.kit.api.viewsets import PortalRouter

from . import views

router = PortalRouter()
router.register("modules", views.ModuleViewSet, basename="module")
router.register("sub-modules", views.SubModuleViewSet, basename="sub-module")
router.register("features", views.FeatureViewSet, basename="feature")
router.register("test-cases", views.TestCaseViewSet, basename="test-case")

urlpatterns = router.urls
