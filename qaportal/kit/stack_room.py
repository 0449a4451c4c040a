"""Room on the interpreter's stack, so that drawing a page does not ask the operating system for memory all the time.

CPython 3.11 and later keep the frames of Python functions in pieces of 16 kB (`Python/pystate.c`, `push_chunk`): the
call that does not fit takes a new piece from the operating system, and its return gives that back. Where such a border
falls into a loop, a template that calls thousands of filters takes and gives back memory thousands of times: the same
page cost between 43 and 84 ms, depending on nothing but how deep the caller's own stack was. A piece is at least as
large as the frame that asks for it, doubled until it fits. So one frame that is larger than half of a large piece
leaves room behind it for every call below.
"""

from collections.abc import Callable
from typing import Any

SLOTS = 40_000
"""8 bytes each: the frame takes 320 kB of a piece of 512 kB, of which only what is used ever becomes memory."""


def with_room(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call the function with room for some thousand calls below it; answers what it answers."""
    return function(*args, **kwargs)


with_room.__code__ = with_room.__code__.replace(co_stacksize=SLOTS)
