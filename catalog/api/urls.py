"""Addresses of catalog' API."""

urlpatterns: list = []
