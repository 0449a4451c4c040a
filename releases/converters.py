"""The part of an address that names a release."""

from django.urls import register_converter


class ReleaseTail:
    """`12-r-2-90`: the id counts, the readable tail is ignored, so that old links survive a new name."""

    regex = r"[1-9][0-9]{0,17}(?:-[^/]*)?"

    def to_python(self, value: str) -> int:
        """The id."""
        return int(value.partition("-")[0])

    def to_url(self, value: object) -> str:
        """The tail of a release, or its bare id."""
        return str(value)


register_converter(ReleaseTail, "release")
