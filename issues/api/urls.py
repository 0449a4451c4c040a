"""Addresses of issues' API. Fixed words stand before ids."""

from django.urls import re_path

from qaportal.kit.api.viewsets import PortalRouter

from .views import CamelIssueViewSet, IssueViewSet

router = PortalRouter()
router.register("issues", IssueViewSet, basename="issue")

urlpatterns = [
    re_path(r"^issues/create/?$", CamelIssueViewSet.as_view({"post": "create"}), name="issue-create"),
    re_path(r"^issues/(?P<pk>[^/]+)/link/?$", CamelIssueViewSet.as_view({"post": "link"}), name="issue-link"),
    re_path(r"^issues/(?P<pk>[^/]+)/unlink/?$", CamelIssueViewSet.as_view({"post": "unlink"}), name="issue-unlink"),
    *router.urls,
]
