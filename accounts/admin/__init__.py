"""The tables of accounts in the data administration."""

from . import access, people, tenancy, trail

__all__ = ["access", "people", "tenancy", "trail"]
