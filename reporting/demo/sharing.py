"""Shared steps, a table of examples and a picture in the demo: what a written case can hold beside its texts."""

import io
import struct
import zlib
from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from accounts import audit
from accounts.models import Project, User
from catalog.models import SharedSteps, SharedStepsVersion, TestCase, TestCaseVersion
from catalog.services.cases import update_case
from catalog.services.shared_steps import create_shared_steps
from catalog.services.steps import steps_document
from files.models import StoredFile
from files.services import store

from .days import Days
from .texts import CaseText

_SHARED = 41  # days ago
_USERS = 6
_TITLE = "Sign in to the demo shop as a buyer"
_STEPS = (
    {"action": "Open `https://shop.example` in a private window", "expected": "The start page offers **Sign in**"},
    {
        "action": "Sign in as the buyer",
        "expected": "The name of the buyer stands in the top bar",
        "data": "buyer@shop.example",
    },
)
_EXAMPLES = {
    "columns": ["Items", "Delivery", "Country", "Total"],
    "rows": [
        ["2 coffee filters, 1 mug", "post", "Germany", "10.98 EUR"],
        ["1 mug", "post", "Finland", "8.49 EUR"],
        ["1 mug", "pick up", "Germany", "0.99 EUR"],
        ["nothing", "post", "Germany", "no payment is offered"],
    ],
}


def share_steps_of_cases(
    project: Project, people: dict[str, User], written: Sequence[tuple[TestCase, CaseText]], days: Days
) -> None:
    """Let the first cases of the checkout that people execute begin with the same steps; one gets table and picture."""
    author = people["quality"]
    by_hand = [(case, text) for case, text in written if not text.is_automated]
    cases = [case for case, text in by_hand if text.folder_path[1:2] == ("Checkout",)][:_USERS]
    with audit.dated(days.at(_SHARED, "11:05")):
        shared = create_shared_steps(actor=author, project=project, title=_TITLE, steps=_STEPS)
        picture = store(actor=author, project=project, stream=io.BytesIO(_drawn()), name="payment-form.png")
        for case in cases:
            steps = [{"shared_steps_id": shared.pk}, *_with_picture(steps_document(case), picture)]
            update_case(actor=author, case=case, steps=steps, reason="They all begin with the same sign-in")
        if cases:
            address = reverse("files:download", args=[project.key, picture.pk])
            words = f"The amount stands **above** the button, as drawn here:\n\n![The payment form]({address})"
            update_case(actor=author, case=cases[0], description=words, scenario_examples=_EXAMPLES)
    day = days.at(_SHARED, "11:05")
    TestCase.objects.filter(pk__in=[case.pk for case in cases]).update(updated_at=day)
    TestCaseVersion.objects.filter(case__in=cases, number__gt=1).update(created_at=day)
    SharedSteps.objects.filter(pk=shared.pk).update(created_at=day, updated_at=day)
    SharedStepsVersion.objects.filter(shared_steps=shared).update(created_at=day)


def _with_picture(steps: list[dict[str, Any]], picture: StoredFile) -> list[dict[str, Any]]:
    """The steps; those that fill the payment form in show it."""
    return [{**step, "attachments": [str(picture.pk)]} if "card number" in step["action"] else step for step in steps]


def _drawn() -> bytes:
    """A drawing of the payment form as PNG: a sheet with the amount, two fields and a button."""
    width, height = 480, 240
    sheet, ink, field, button = b"\xee\xf0\xf4", b"\x2b\x32\x3f", b"\xff\xff\xff", b"\x3f\x51\xb5"
    boxes = [
        (32, 28, 150, 42, ink),
        (32, 70, 448, 104, field),
        (32, 120, 232, 154, field),
        (248, 120, 448, 154, field),
        (32, 178, 200, 212, button),
    ]
    rows = []
    for y in range(height):
        row = bytearray(sheet * width)
        for left, top, right, bottom, colour in boxes:
            if top <= y < bottom:
                row[left * 3 : right * 3] = colour * (right - left)
        rows.append(b"\x00" + bytes(row))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
