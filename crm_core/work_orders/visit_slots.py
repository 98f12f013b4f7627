"""Half days on which a technician may come, as customers are offered them. Pure: no table, no clock.

A slot is the morning (9 to 13) or the afternoon (14 to 18) of a day where the company is: the hours that the recorded
prompts say. What is offered begins `LEAD_SECONDS` from now at the earliest, for somebody has to plan the way there,
and `HORIZON_DAYS` from now at the latest; there is none on public holidays.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

LEAD_SECONDS = 4 * 3600.0
HORIZON_DAYS = 28


class Half(StrEnum):
    """Half of a working day."""

    MORNING = "morning"
    AFTERNOON = "afternoon"


HOURS = {Half.MORNING: (9, 13), Half.AFTERNOON: (14, 18)}
"""From which hour to which, on the wall clock."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One half day."""

    day: date
    half: Half

    @property
    def key(self) -> str:
        """How flows and programs call it: "2026-11-24.morning"."""
        return f"{self.day.isoformat()}.{self.half}"

    def begins_at(self, zone: ZoneInfo) -> float:
        """UTC epoch seconds."""
        return _at(self.day, HOURS[self.half][0], zone)

    def ends_at(self, zone: ZoneInfo) -> float:
        """UTC epoch seconds."""
        return _at(self.day, HOURS[self.half][1], zone)


def slot_of_key(key: str) -> Slot | None:
    """The slot that is called so; None: none is."""
    day, _, half = key.partition(".")
    try:
        return Slot(date.fromisoformat(day), Half(half))
    except ValueError:
        return None


def slot_of(at: float, zone: ZoneInfo) -> Slot:
    """The half day in which a window that begins at this moment is worked off; what begins at night is the nearest."""
    local = datetime.fromtimestamp(at, zone)
    return Slot(local.date(), Half.MORNING if local.hour < HOURS[Half.MORNING][1] else Half.AFTERNOON)


def is_slot(from_at: float | None, until_at: float, zone: ZoneInfo) -> bool:
    """Whether a window is exactly a slot, so that its hours may be said as a slot's."""
    if from_at is None:
        return False
    slot = slot_of(from_at, zone)
    return (slot.begins_at(zone), slot.ends_at(zone)) == (from_at, until_at)


def upcoming(
    now: float, zone: ZoneInfo, holidays: Collection[date], first_day: date | None = None
) -> Iterator[Slot]:
    """The slots that may be offered, the nearest first; with `first_day` none before it."""
    today = datetime.fromtimestamp(now, zone).date()
    for ahead in range(HORIZON_DAYS + 1):
        day = today + timedelta(days=ahead)
        if day in holidays or (first_day is not None and day < first_day):
            continue
        for half in Half:
            slot = Slot(day, half)
            if slot.begins_at(zone) >= now + LEAD_SECONDS:
                yield slot


def _at(day: date, hour: int, zone: ZoneInfo) -> float:
    return datetime(day.year, day.month, day.day, hour, tzinfo=zone).timestamp()
