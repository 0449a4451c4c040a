"""Addresses of operations' pages."""

from django.urls import path, re_path

from . import views

app_name = "operations"

urlpatterns = [
    re_path(r"^livez/?$", views.livez, name="livez"),
    re_path(r"^readyz/?$", views.readyz, name="readyz"),
    path("robots.txt", views.robots, name="robots"),
    path("docs", views.ApiDocumentationView.as_view(), name="docs"),
    path("style", views.style, name="style"),
    path("p/<str:project_key>/progress/<uuid:progress_id>/", views.progress, name="progress"),
]
