"""Addresses of issues' API. Fixed words stand before ids."""

from django.urls import re_path

from qaportal.kit.api.viewsets import PortalRouter

from .media import IssueMediaViewSet
from .views import CamelIssueViewSet, IssueViewSet

router = PortalRouter()
router.register("issues", IssueViewSet, basename="issue")

urlpatterns = [
    re_path(r"^issues/create/?$", CamelIssueViewSet.as_view({"post": "create"}), name="issue-create"),
    re_path(r"^issues/(?P<pk>[^/]+)/link/?$", CamelIssueViewSet.as_view({"post": "link"}), name="issue-link"),
    re_path(r"^issues/(?P<pk>[^/]+)/unlink/?$", CamelIssueViewSet.as_view({"post": "unlink"}), name="issue-unlink"),
    re_path(r"^issues/(?P<pk>[^/]+)/upload/?$", IssueMediaViewSet.as_view({"post": "upload"}), name="issue-upload"),
    re_path(
        r"^issues/(?P<pk>[^/]+)/media-proxy/?$", IssueMediaViewSet.as_view({"get": "media_proxy"}), name="issue-media"
    ),
    *router.urls,
]
