"""Addresses of releases' API."""

from qaportal.kit.api.viewsets import PortalRouter

from . import milestones, views

router = PortalRouter()
router.register("releases", views.ReleaseViewSet, basename="release")
router.register("milestones", milestones.MilestoneViewSet, basename="milestone")

urlpatterns = router.urls
