"""What the dialplan writes down of a fax: one line when it begins, one when it has ended.

    begun|<UTC epoch seconds>|<our number>|<the other number>
    ended|<UTC epoch seconds>|<status>|<Q.850 cause>|<pages>|<audio or T38>|<the other end's station id>|<error>

A fax is over with the second line, or, if Asterisk died meanwhile, when it has lasted longer than any may. A line
without its end is still being written. The status is that of the fax, SUCCESS or FAILED, or that of the dial that was
not answered: BUSY, NOANSWER, CONGESTION, CHANUNAVAIL, CANCEL.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

LONGEST_SECONDS = 1800
"""The dialplan ends a fax that lasts longer."""
_GRACE_SECONDS = 120

Outcome = Literal[
    "under_way", "received", "failed", "busy", "no_answer", "congestion", "unreachable", "unknown"
]
_OF_DIAL: dict[str, Outcome] = {
    "BUSY": "busy",
    "NOANSWER": "no_answer",
    "CANCEL": "no_answer",
    "CONGESTION": "congestion",
    "CHANUNAVAIL": "unreachable",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FaxNotes:
    """One fax as far as its notes tell; `ended_at` None: no end was written down. Times in UTC epoch seconds."""

    begun_at: float
    our_number: str
    other_number: str
    ended_at: float | None = None
    status: str = ""
    q850: int = 0
    pages: int = 0
    t38: bool = False
    station: str = ""
    error: str = ""

    def outcome(self, now: float) -> Outcome:
        """How it went: `received` is the whole document; `unknown`, nobody lived to say."""
        if self.ended_at is None:
            late = now - self.begun_at > LONGEST_SECONDS + _GRACE_SECONDS
            return "unknown" if late else "under_way"
        if self.status == "SUCCESS":
            return "received"
        return _OF_DIAL.get(self.status, "failed")


def read(file: Path) -> FaxNotes | None:
    """The notes in the file; None: there are none (yet)."""
    try:
        whole = file.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
    lines = [line.split("|") for line in whole.split("\n")[:-1]]
    begun = next((words for words in lines if words[0] == "begun" and len(words) == 4), None)
    if begun is None:
        return None
    ended = next((words for words in lines if words[0] == "ended" and len(words) == 8), None)
    known = FaxNotes(begun_at=_number(begun[1]), our_number=begun[2], other_number=begun[3])
    if ended is None:
        return known
    _, ended_at, status, q850, pages, mode, station, error = ended
    return FaxNotes(
        begun_at=known.begun_at,
        our_number=known.our_number,
        other_number=known.other_number,
        ended_at=_number(ended_at),
        status=status,
        q850=int(_number(q850)),
        pages=int(_number(pages)),
        t38=mode.upper() == "T38",
        station=station.strip(),
        error=error.strip(),
    )


def _number(written: str) -> float:
    """0 for what is none."""
    try:
        return float(written)
    except ValueError:
        return 0.0
