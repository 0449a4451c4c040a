"""What the style page shows: made-up data for every component in all its states."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.utils import timezone

from .charts import Column, Line, Point, StackedColumns
from .forms import PortalForm
from .statuses import STATUS_ORDER


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who does not exist."""

    full_name: str

    @property
    def initials(self) -> str:
        """Two letters for the avatar."""
        return "".join(word[0] for word in self.full_name.split())


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the sample list."""

    test_id: str
    title: str
    priority: str
    status: str
    milliseconds: int
    person: Person | None
    outcomes: tuple[str, ...]


class SampleForm(PortalForm):
    """One field of each kind; two are wrong on purpose."""

    title = forms.CharField(label="Title", max_length=20, help_text="What the case proves, in one line.")
    steps = forms.CharField(label="Before you start", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    priority = forms.ChoiceField(label="Priority", choices=[("high", "High"), ("low", "Low")])
    due = forms.DateField(label="Due", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    kind = forms.ChoiceField(
        label="Type",
        widget=forms.RadioSelect,
        choices=[("manual", "Manual"), ("automated", "Automated")],
        initial="manual",
    )
    tags = forms.MultipleChoiceField(
        label="Tags", required=False, widget=forms.CheckboxSelectMultiple, choices=[("sca", "sca"), ("smoke", "smoke")]
    )
    archived = forms.BooleanField(label="Archived", required=False)
    report = forms.FileField(label="Report", required=False)


MARKDOWN = """
# Before the payment
1. Open `https://shop.example/basket` with **two** items.
2. Pay with the card below; ~~cash~~ is not offered.

| Card | Answer | Amount |
|------|--------|-------:|
| 4111 | paid   |  12.00 |
| 4000 | refused |  0.00 |

> The bank's page may take ten seconds.
"""
INES, TOMAS = Person("Ines Valko"), Person("Tomas Reyl")
FLAKY = (
    "passed",
    "flaky",
    "passed",
    "failed",
    "passed",
    "flaky",
    "blocked",
    "passed",
    "skipped",
    "passed",
    "failed",
    "passed",
)
ROWS = [
    Row("TC_UI_114", "Challenge completes on first attempt", "critical", "failed", 96_000, INES, FLAKY),
    Row("TC_UI_115", "Challenge can be cancelled without a charge", "high", "passed", 46_200, TOMAS, FLAKY[:5]),
    Row("TC_UI_117", "Out-of-band approval in the bank’s app", "medium", "in_progress", 340, None, ()),
    Row("TC_API_301", "Exempt low-value payment skips the challenge", "low", "not_started", 1_122_000, INES, FLAKY[2:]),
    Row("TC_API_302", "Fifth exempt payment in a row asks for a challenge", "high", "blocked", 31_900, None, FLAKY[4:]),
    Row("TC_HYBRID_021", "Mandate PDF matches the mandate record", "medium", "skipped", 0, TOMAS, FLAKY[::-1]),
]
NIGHTS = [(9, 1, 12), (7, 1, 12), (7, 1, 12), (11, 2, 12), (22, 2, 13), (12, 1, 13), (17, 1, 13)]
NIGHTS += [(15, 1, 13), (14, 0, 13), (14, 0, 13), (16, 4, 14), (21, 6, 14), (17, 3, 14), (31, 3, 14)]


def columns_chart() -> StackedColumns:
    """Fourteen nights."""
    return StackedColumns(
        title="Nightly runs, tests that did not pass",
        columns=[
            Column(
                label=f"{day} Nov" if day == 7 else str(day),
                title=f"Run {2361 + day}, {day} November",
                href="#charts",
                parts={"failed": failed, "blocked": blocked, "skipped": skipped},
            )
            for day, (failed, blocked, skipped) in enumerate(NIGHTS, start=7)
        ],
    )


def line_chart() -> Line:
    """The same nights as a share."""
    points = [Point(label=str(day), value=100 - sum(night) / 2) for day, night in enumerate(NIGHTS, start=7)]
    return Line(title="Pass rate", points=points, unit="%", ceiling=100, digits=1)


def qr_code() -> str:
    """The source of a picture that looks like a QR code and says nothing."""
    cells = [(x, y) for x in range(21) for y in range(21) if (x * x * 7 + x * y * 5 + y * y * 3 + 11 * x) % 17 < 8]
    squares = "".join(f'<path d="M{x} {y}h1v1h-1z"/>' for x, y in cells)
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 21 21">{squares}</svg>'
    return "data:image/svg+xml;base64," + b64encode(drawing.encode()).decode()


def samples() -> dict[str, Any]:
    """The context of `kit/style.html`."""
    now = timezone.now()
    return {
        "counts": dict(zip(STATUS_ORDER, (412, 11, 6, 4, 9, 44), strict=True)),
        "no_counts": {},
        "statuses": STATUS_ORDER,
        "other_statuses": ("error", "active", "completed", "cancelled", "interrupted", "planned", "ready", "not_ready"),
        "rows": ROWS,
        "people": (INES, TOMAS, None),
        "priorities": ("critical", "high", "medium", "low"),
        "times": [
            now - timedelta(seconds=20),
            now - timedelta(minutes=4),
            now - timedelta(hours=5),
            now - timedelta(days=1),
        ],
        "days": [now.date() + timedelta(days=7), now.date() - timedelta(days=90), None],
        "durations": (340, 52_400, 1_122_000, 11_100_000, 260_000_000),
        "page_obj": Paginator(range(1394), 18).page(3),
        "tabs": [
            {"label": "Execution", "url": "#", "is_current": True},
            {"label": "Runs", "url": "#", "is_current": False, "count": 12},
            {"label": "History", "url": "#", "is_current": False, "icon": "history"},
        ],
        "crumbs": [("Kit", "#"), ("Style", "")],
        "markdown_text": MARKDOWN,
        "form": SampleForm(),
        "filter_form": SampleForm(auto_id="filter_%s"),
        "row_form": SampleForm(auto_id="row_%s"),
        "wrong_form": SampleForm(
            {"title": "A title that is much too long for its field", "priority": "middle"}, auto_id="wrong_%s"
        ),
        "columns_chart": columns_chart(),
        "line_chart": line_chart(),
        "qr": qr_code(),
        "codes": ("4c1e 9a07", "b52f 03d8", "77ae c914", "e0d6 5b2c", "19f3 84ea", "a8c0 6d71"),
    }
