"""Test cases and results in numbers, for measuring."""

from .generating import generate_load, holds_other_data

__all__ = ["generate_load", "holds_other_data"]
