"""Reading files of cases: what kind they are, what their columns mean, and what would become of each row."""

from .options import Options
from .source import Source, open_source

__all__ = ["Options", "Source", "open_source"]
