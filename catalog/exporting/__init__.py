"""Cases as files: tables that come back without a change, and documents for other tools and for readers."""

from .formats import FORMATS, Export, Format

__all__ = ["FORMATS", "Export", "Format"]
