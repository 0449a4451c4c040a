"""What is written to the log, and how."""

from typing import Any


def logging_at(level: str) -> dict[str, Any]:
    """The configuration of logging for this level ("INFO", ...): all to the error output, secrets taken out."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "request_id": {"()": "qaportal.kit.requests.RequestIdFilter"},
            "secret_links": {"()": "accounts.audit.masking.SecretLinksFilter"},
        },
        "formatters": {"line": {"format": "{asctime} {levelname} {name} [{request_id}] {message}", "style": "{"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django.server": {"handlers": ["stderr"], "level": level, "propagate": False},
            "django.request": {"filters": ["secret_links"]},
            "django.security.csrf": {"filters": ["secret_links"]},
            "procrastinate": {"level": "WARNING"},
            "axes": {"level": "WARNING"},
            "urllib3": {"level": "ERROR"},  # below that it writes whole addresses, with the secrets in them
        },
    }
