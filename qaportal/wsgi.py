"""The WSGI entry point that gunicorn serves."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

from qaportal.kit.bodies import whole
from qaportal.kit.stack_room import with_room

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qaportal.settings")

_portal = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer a request whose body is whole, with room on the stack for what draws its page."""
    return with_room(_portal, whole(environ), start_response)
