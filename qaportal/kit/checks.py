"""System checks of the shared code."""

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register


@register(Tags.security)
def proxy_is_named(app_configs: object, **_options: object) -> list[CheckMessage]:
    """An https origin without a trusted proxy means that nobody ends TLS in front of the portal."""
    if settings.HTTPS and not settings.TRUSTED_PROXIES:
        return [
            Warning(
                "QAPORTAL_ORIGIN is https, but QAPORTAL_TRUSTED_PROXIES is 0.",
                hint="Set it to the number of proxies in front of the portal (usually 1).",
                id="qaportal.W001",
            )
        ]
    return []
