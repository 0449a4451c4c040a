"""The part of an address that names a story."""

from django.urls import register_converter


class StoryTail:
    """`12-pay-312`: the key counts, the readable tail is ignored."""

    regex = r"[1-9][0-9]{0,17}(?:-[^/]*)?"

    def to_python(self, value: str) -> int:
        """The key."""
        return int(value.partition("-")[0])

    def to_url(self, value: object) -> str:
        """The tail of a story, or its bare key."""
        return str(value)


register_converter(StoryTail, "story")
