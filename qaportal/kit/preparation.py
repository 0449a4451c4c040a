"""What has to stand before the portal is served: roles, the first administrator, the demo project.

Apps register steps from `AppConfig.ready()`; `manage.py prepare_portal` runs them in order after the migrations.
"""

from collections.abc import Callable, Iterable

_steps: dict[str, tuple[int, Callable[..., Iterable[str]]]] = {}


def register(name: str, step: Callable[..., Iterable[str]], *, order: int = 100) -> None:
    """Add a step. It is called with `demo=bool`, must be safe to run at each start, and answers lines to print."""
    _steps[name] = (order, step)


def run(*, demo: bool) -> list[str]:
    """Run every step in order and collect what they have to say."""
    lines: list[str] = []
    for _order, _name, step in sorted((order, name, step) for name, (order, step) in _steps.items()):
        lines.extend(step(demo=demo))
    return lines
