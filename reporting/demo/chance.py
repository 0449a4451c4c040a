"""Chance that always falls the same way: the demo is the same on every machine."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

Choice = TypeVar("Choice")


def chance(*words: object) -> float:
    """A number from 0 up to 1 that depends on the words alone."""
    digest = blake2b("\0".join(str(word) for word in words).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def pick(choices: Sequence[Choice], *words: object) -> Choice:
    """One of the choices, always the same for the same words."""
    return choices[int(chance("pick", *words) * len(choices))]
