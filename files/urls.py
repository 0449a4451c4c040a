"""Addresses of files's pages."""

app_name = "files"

urlpatterns: list = []
