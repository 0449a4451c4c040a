"""Addresses of catalog's pages."""

app_name = "catalog"

urlpatterns: list = []
