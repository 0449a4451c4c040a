"""Addresses of reporting's pages."""

from django.urls import path

from .views import OverviewView, search_everywhere, search_project

app_name = "reporting"

urlpatterns = [
    path("search/", search_everywhere, name="search"),
    path("p/<str:project_key>/", OverviewView.as_view(), name="overview"),
    path("p/<str:project_key>/search/", search_project, name="project_search"),
]
