"""An Allure report as a zip, as a browser suite uploads it: steps, and a picture of the page where a step failed."""

import io
import json
import struct
import zipfile
import zlib
from datetime import datetime, timedelta
from typing import Any

WIDTH, HEIGHT = 480, 300
Box = tuple[int, int, int, int, tuple[int, int, int]]
PAGE: tuple[Box, ...] = (
    (0, 0, WIDTH, 36, (31, 41, 55)),
    (16, 12, 120, 12, (203, 213, 225)),
    (24, 60, 200, 16, (71, 85, 105)),
    (24, 92, 432, 32, (241, 245, 249)),
    (24, 132, 432, 32, (241, 245, 249)),
    (24, 180, 432, 40, (254, 226, 226)),
    (24, 180, 4, 40, (220, 38, 38)),
    (40, 194, 260, 12, (153, 27, 27)),
    (24, 240, 120, 36, (37, 99, 235)),
)
"""Left, top, width, height and colour of what the drawn page holds."""


def picture() -> bytes:
    """The page of a payment that was refused, as a PNG."""
    rows = [bytearray(b"\xff" * 3 * WIDTH) for _ in range(HEIGHT)]
    for left, top, width, height, colour in PAGE:
        for row in rows[top : top + height]:
            row[3 * left : 3 * (left + width)] = bytes(colour) * width
    data = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _result(test: dict[str, Any], number: int, started: datetime) -> dict[str, Any]:
    """One file of the report."""
    fails = bool(test.get("error"))
    start = int(started.timestamp() * 1000)
    steps, at = [], start
    for place, words in enumerate(test["steps"], start=1):
        step = {"name": words, "status": "passed", "start": at, "stop": at + 400 + 90 * place}
        at = step["stop"]
        if fails and place == len(test["steps"]):
            shown = {"name": "The page", "source": f"{number}-page.png", "type": "image/png"}
            step |= {"status": "failed", "statusDetails": {"message": test["error"]}, "attachments": [shown]}
        steps.append(step)
    found = {
        "uuid": str(number),
        "historyId": str(number),
        "name": test["name"],
        "fullName": f"checkout.card.{test['name']}",
        "status": "failed" if fails else "passed",
        "start": start,
        "stop": at,
        "steps": steps,
        "labels": [{"name": "suite", "value": "Checkout in the browser"}, {"name": "framework", "value": "playwright"}],
    }
    if fails:
        found["statusDetails"] = {"message": test["error"], "trace": test["trace"]}
        found["attachments"] = [{"name": "Console", "source": f"{number}-console.txt", "type": "text/plain"}]
    return found


def allure_results(tests: list[dict[str, Any]], moment: datetime) -> bytes:
    """The folder of results of these tests, packed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, test in enumerate(tests, start=1):
            result = _result(test, number, moment + timedelta(seconds=4 * number))
            archive.writestr(f"allure-results/{number}-result.json", json.dumps(result))
            if test.get("error"):
                archive.writestr(f"allure-results/{number}-page.png", picture())
                archive.writestr(f"allure-results/{number}-console.txt", test["console"])
    return packed.getvalue()
