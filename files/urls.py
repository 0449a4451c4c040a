"""Addresses of files' pages."""

from django.urls import path

from . import views

app_name = "files"

urlpatterns = [
    path("p/<str:project_key>/files/", views.upload, name="upload"),
    path("p/<str:project_key>/files/<uuid:file_id>/", views.download, name="download"),
    path("p/<str:project_key>/files/<uuid:file_id>/thumbnail/", views.thumbnail, name="thumbnail"),
]
