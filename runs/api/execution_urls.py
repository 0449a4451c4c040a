"""Addresses of verdicts in a release."""

from django.urls import re_path

from .execution import ExecutionViewSet

row = ExecutionViewSet.as_view({"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"})

urlpatterns = [
    re_path(r"^releases/(?P<pk>[^/]+)/test-cases/(?P<tc_id>[^/]+)/?$", row, name="release-test-case"),
    re_path(
        r"^releases/(?P<pk>[^/]+)/test-case/(?P<tc_id>[^/]+)/execution-status/?$",
        ExecutionViewSet.as_view({"patch": "set_status"}),
        name="release-execution-status",
    ),
]
