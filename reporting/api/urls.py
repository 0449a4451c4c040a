"""Addresses of reporting's API."""

from django.urls import re_path

from .views import SearchView

urlpatterns = [
    re_path(r"^search/?$", SearchView.as_view(), name="search-api"),
]
