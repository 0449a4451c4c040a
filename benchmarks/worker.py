"""A process of its own that imports one report into a scratch database, as a worker does; it tells seconds and memory.

`python -m benchmarks.worker DATABASE PROJECT USER FILE`
"""

import json
import sys
import time

from qaportal.embedded import prepare_environment


def peak() -> float:
    """The most memory that this program had, in MB; `getrusage` would count that of the process it was started from."""
    with open("/proc/self/status") as status:
        line = next(line for line in status if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def main() -> None:
    """Import the report and tell how it went."""
    prepare_environment()
    import django

    django.setup()
    from django.db import connection

    database, project_id, user_id, path = sys.argv[1:]
    connection.settings_dict["NAME"] = database
    from accounts.models import Project, User
    from runs.services.imports import start_import
    from runs.services.taking_in import run_import

    project, user = Project.objects.get(pk=project_id), User.objects.get(pk=user_id)
    start = time.perf_counter()
    with open(path, "rb") as stream:
        report_import, _known = start_import(
            actor=user, project=project, stream=stream, file_name="report.xml", run_name="While others work"
        )
    done = run_import(import_id=report_import.pk)
    told = {
        "tests": done.counts["tests"],
        "seconds": time.perf_counter() - start,
        "peak_mb": peak(),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
