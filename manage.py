#!/usr/bin/env python
"""The portal's command line. Commands that need a database start the portal's own one unless DATABASE_URL is set."""

import sys

from qaportal.embedded import CannotStart, prepare_environment

CONFIGURATION_ERROR = 78  # EX_CONFIG of <sysexits.h>
WITHOUT_DATABASE = {
    "check",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "spectacular",
    "version",
}


def needs_database(arguments: list[str]) -> bool:
    """Whether the command, named first, works with stored data."""
    command, options = (arguments[0], arguments[1:]) if arguments else ("help", [])
    if command in WITHOUT_DATABASE or command.startswith("-") or {"-h", "--help"} & set(options):
        return False
    if command != "import_results" or "--dry-run" not in options:
        return True
    named = {option.partition("=")[0] for option in options}
    return "--project" in named and bool({"--release", "--configuration"} & named)  # what is looked up


def main() -> None:
    """Run one command; a portal that is configured wrongly says so in one line."""
    from django.core.exceptions import ImproperlyConfigured

    try:
        prepare_environment(start=needs_database(sys.argv[1:]))

        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)
    except (CannotStart, ImproperlyConfigured) as error:
        sys.stderr.write(f"QA Portal cannot start: {' '.join(str(error).split())}\n")
        sys.exit(CONFIGURATION_ERROR)


if __name__ == "__main__":
    main()
