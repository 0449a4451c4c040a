"""Addresses of operations' API."""

from django.urls import path

from .. import views

urlpatterns = [
    path("openapi.json", views.OpenApiView.as_view(), name="openapi"),
    path("docs", views.ApiDocumentationView.as_view(), name="api-docs"),
]
