"""Pages of accounts."""

from .joining import register
from .portal import account, home, palette, theme

__all__ = ["account", "home", "palette", "register", "theme"]
