"""When things happened in the demo: counted back from the day it is made, so that it never looks old."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

WEEKS = 8
SATURDAY, THURSDAY = 5, 3


@dataclass(frozen=True, slots=True)
class Days:
    """The calendar of the demo."""

    today: datetime
    """Midnight of the day the demo is made."""

    @classmethod
    def until(cls, now: datetime | None = None) -> "Days":
        """The calendar that ends at the start of this day."""
        return cls(timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0))

    def at(self, days_ago: int, clock: str) -> datetime:
        """So many days ago at this time, such as "22:30"; always past for one day and more."""
        hour, minute = clock.split(":")
        return self.today - timedelta(days=days_ago) + timedelta(hours=int(hour), minutes=int(minute))

    def working_day(self, days_ago: int) -> int:
        """The same day, or the Friday before it when it is a weekend's."""
        weekday = (self.today - timedelta(days=days_ago)).weekday()
        return days_ago + max(0, weekday - SATURDAY + 1)

    def working_days(self) -> list[int]:
        """How many days ago the working days of the eight weeks were, the last one first."""
        ago = range(1, WEEKS * 7 + 1)
        return [each for each in ago if (self.today - timedelta(days=each)).weekday() < SATURDAY]

    def night(self, number: int) -> int:
        """How many days ago the evening of this night was; 1 is the last one."""
        return self.working_days()[number - 1]

    def next_thursday(self) -> datetime:
        """Thursday afternoon, at least two days ahead."""
        ahead = (THURSDAY - self.today.weekday()) % 7
        return self.at(-(ahead if ahead > 1 else ahead + 7), "16:00")
