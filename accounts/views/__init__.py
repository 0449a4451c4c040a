"""Pages of accounts."""

from .portal import account, home, palette, theme

__all__ = ["account", "home", "palette", "theme"]
