"""Named events: an explicit registry. Handlers run in the publisher's transaction, in order of subscription.

A handler may defer jobs and update rows of its own app, nothing else.
"""

from collections.abc import Callable

_handlers: dict[str, list[Callable[..., None]]] = {}


def declare(*names: str) -> None:
    """Name events that will be published; called by the owning app when it gets ready."""
    for name in names:
        _handlers.setdefault(name, [])


def subscribe(name: str, handler: Callable[..., None]) -> None:
    """Call the handler with the payload each time the event is published.

    Raises LookupError for an event nobody declared: a typo must not go silent.
    """
    if name not in _handlers:
        raise LookupError(f"No app declares the event {name!r}.")
    if handler not in _handlers[name]:
        _handlers[name].append(handler)


def publish(name: str, **payload: object) -> None:
    """Tell every subscriber; an exception of a handler rolls the publisher's transaction back."""
    if name not in _handlers:
        raise LookupError(f"No app declares the event {name!r}.")
    for handler in tuple(_handlers[name]):
        handler(**payload)


def declared() -> dict[str, int]:
    """The declared events with how many handlers each has (for documentation and tests)."""
    return {name: len(handlers) for name, handlers in sorted(_handlers.items())}
