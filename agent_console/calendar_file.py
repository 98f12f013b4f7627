"""Activities as an iCalendar file (RFC 5545), for calendar programs.

A task without an end lasts half an hour there: programs show nothing shorter. Lines end with CR LF and are folded at
75 bytes, never inside of a letter.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Protocol

_SHOWN_SECONDS = 1800.0
_LINE_BYTES = 75


class _Entry(Protocol):
    id: int
    version: int
    subject: str
    notes: str
    place: str
    due_at: float
    ends_at: float | None
    remind_at: float | None


def calendar_file(entries: Iterable[_Entry], *, installation: str, now: float) -> str:
    """The whole file. `installation` makes the ids unique in the world."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//ctiserver//{_text(installation)}//ES"]
    for entry in entries:
        lines += _event(entry, installation, now)
    lines.append("END:VCALENDAR")
    return "".join(folded + "\r\n" for line in lines for folded in _fold(line))


def _event(entry: _Entry, installation: str, now: float) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:activity-{entry.id}@{_text(installation)}"
    yield f"SEQUENCE:{entry.version}"
    yield f"DTSTAMP:{_utc(now)}"
    yield f"DTSTART:{_utc(entry.due_at)}"
    yield f"DTEND:{_utc(entry.ends_at or entry.due_at + _SHOWN_SECONDS)}"
    yield f"SUMMARY:{_text(entry.subject)}"
    if entry.place:
        yield f"LOCATION:{_text(entry.place)}"
    if entry.notes:
        yield f"DESCRIPTION:{_text(entry.notes)}"
    if entry.remind_at is not None:
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{_text(entry.subject)}")
        yield from (f"TRIGGER;VALUE=DATE-TIME:{_utc(entry.remind_at)}", "END:VALARM")
    yield "END:VEVENT"


def _utc(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return "".join(letter for letter in text if letter >= " ")


def _fold(line: str) -> Iterator[str]:
    folded = ""
    for letter in line:
        if len((folded + letter).encode()) > _LINE_BYTES:
            yield folded
            folded = " "
        folded += letter
    yield folded
