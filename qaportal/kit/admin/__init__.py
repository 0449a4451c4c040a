"""Bases of the data administration: Django's admin, read through `visible_to` and written through services."""

from .forms import ServiceForm
from .lists import DeletedFilter, NarrowedFilter
from .model_admin import PortalModelAdmin

__all__ = ["DeletedFilter", "NarrowedFilter", "PortalModelAdmin", "ServiceForm"]
