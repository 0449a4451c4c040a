"""The columns of cases in files: one table that the import wizard, bulk uploads and every export read."""

from .table import Column, columns_by_name, columns_of, named

__all__ = ["Column", "columns_by_name", "columns_of", "named"]
