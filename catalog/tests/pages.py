"""What the tests of the catalog's pages share."""

from django.urls import reverse

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def url(name, project, *args):
    return reverse(f"catalog:{name}", args=[project.key, *args])


def text(response):
    return " ".join(response.content.decode().split())
