"""Addresses of reporting's pages."""

from django.urls import path

from .views import OverviewView

app_name = "reporting"

urlpatterns = [
    path("p/<str:project_key>/", OverviewView.as_view(), name="overview"),
]
