"""Addresses of the API of files."""

from django.urls import re_path

from . import views

urlpatterns = [
    re_path(r"^get-attachment-url/?$", views.AttachmentPlaceView.as_view(), name="attachment-place"),
    re_path(r"^uploads/(?P<token>[^/]+)/?$", views.FileArrivalView.as_view(), name="upload-file"),
]
