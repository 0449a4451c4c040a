"""Report sync through its API: `.venv/bin/python -m benchmarks.sync` measures it alone.

The calls go through the whole portal but the web server: token, limits, checks, storing, the record of the request.
A run's 10,000 steps come in as few, as usual and as many calls; each is measured three times.
"""

import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

STEPS = 10_000
ROUNDS = 3
BASE = "/api/v1/reports"


def _steps(number: int) -> list[dict[str, Any]]:
    return [
        {
            "step_number": place,
            "action": "click",
            "description": f"Click on the button number {place}",
            "status": "Failed" if place == number else "Passed",
            "duration_ms": 120 + place % 400,
            "error_message": "Element not found: #pay" if place == number else None,
            "screenshot_path": f"step_{place:03d}.png",
        }
        for place in range(1, number + 1)
    ]


def _client(user: Any) -> Any:
    from rest_framework.test import APIClient

    from accounts.services.api_tokens import create_api_token

    _token, secret = create_api_token(actor=user, name="Benchmark", scopes=["read", "results:write"])
    client = APIClient(HTTP_AUTHORIZATION=f"Bearer {secret}", SERVER_NAME="localhost")
    client.default_format = "json"
    return client


def _post(client: Any, address: str, body: dict[str, Any], **options: Any) -> dict[str, Any]:
    answer = client.post(f"{BASE}/{address}", body, **{"format": "json", **options})
    assert answer.status_code == 201, answer.content
    return answer.json()


def _results(client: Any, project: Any, number: int) -> list[str]:
    """The addresses of new results of a new run."""
    suite = _post(client, "suite-runs", {"project_id": project.pk, "name": f"Nightly of {number}"})
    return [
        "test-case-results/"
        + _post(client, f"suite-runs/{suite['id']}/test-cases", {"name": f"Test {each}", "status": "Failed"})["id"]
        for each in range(number)
    ]


def _timed(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measure_sync(show: Callable[[str, str, str], None], project: Any, user: Any) -> None:
    """Results, steps in calls of several sizes, the same steps again, reading them, and files."""
    client = _client(user)
    show("report sync: one after the other, by one client", "", "")
    seconds = _timed(lambda: _results(client, project, 200))
    show("results, one a call", f"{200 / seconds:.0f} / s", "")
    for calls, goal in ((1, "3,000 / s"), (100, "3,000 / s"), (1_000, "")):
        body = {"steps": _steps(STEPS // calls)}
        fresh, again = [], []
        for _ in range(ROUNDS):
            addresses = _results(client, project, calls)
            for times in (fresh, again):
                times.append(_timed(lambda: [_post(client, f"{each}/steps/bulk", body) for each in addresses]))  # noqa: B023
        show(f"{STEPS:,} steps in {calls:,} calls", f"{STEPS / median(fresh):,.0f} / s", goal)
        show("  the same once more", f"{STEPS / median(again):,.0f} / s", "")
    (address,) = _results(client, project, 1)
    _post(client, f"{address}/steps/bulk", {"steps": _steps(1_000)})
    seconds = median(_timed(lambda: client.get(f"{BASE}/{address}/steps?include_artifacts=true")) for _ in range(7))
    show("reading 1,000 steps", f"{seconds * 1000:.0f} ms", "")
    _measure_files(show, client, address)


def _measure_files(show: Callable[[str, str, str], None], client: Any, address: str) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    def send(number: int) -> None:
        content = b"\x89PNG\r\n\x1a\n" + number.to_bytes(4) * 30_000
        form = {"file": SimpleUploadedFile(f"{number}.png", content), "artifact_type": "screenshot"}
        _post(client, f"{address}/artifacts", form | {"step_number": number}, format="multipart")

    seconds = _timed(lambda: [send(number) for number in range(1, 101)])
    show("pictures of 120 kB, one a call", f"{100 / seconds:.0f} / s", "")


def main() -> None:
    """Measure in a scratch database."""
    from benchmarks.measure import ready, show

    with ready():
        from benchmarks.ground import make_people

        measure_sync(show, *make_people())


if __name__ == "__main__":
    sys.exit(main())
