"""What a rehearsal is asked and what it answers: the console, the jobs process and the command line speak of it so.

`ctiserver.app.rehearsal` says what the figures mean, and what a rehearsal cannot know.
"""

from typing import Literal

import msgspec


class ProfileChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What is changed of a queue; None stays as it was. Seconds, slopes and levels of skill by their names.

    `ceiling_seconds` None: there is none; left out: it stays as it was.
    """

    head_start_seconds: dict[str, float] | None = None
    slope: dict[str, float] | None = None
    ceiling_seconds: float | msgspec.UnsetType | None = msgspec.UNSET
    requires: dict[str, int] | None = None


class FlowChange(msgspec.Struct, kw_only=True):
    """A flow's text in the place of the one that was in force; `version`: which it is, 0: none that is kept."""

    name: str
    text: str
    version: int = 0


class RehearsalQuestion(msgspec.Struct, kw_only=True):
    """Which local day, like 2026-11-23, and what is changed; `flow` None: no flow is."""

    account_id: int
    day: str
    queues: dict[str, ProfileChange] = {}
    flow: FlowChange | None = None


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of one run, or of the record. Shares of the calls that are over; None: there is none."""

    calls: int
    answered: int
    abandoned: int
    service_level: float | None
    asa_seconds: float | None
    longest_wait_seconds: float | None


class Went(msgspec.Struct, frozen=True, kw_only=True):
    """How a call went in a queue. `agent` None: he gave up, or waits at the end still (`waits`)."""

    queue: str
    wait_seconds: float
    agent: str | None
    waits: bool = False


WayEnd = Literal["queue", "left", "hung_up", "other"]
"""How a way through the flow ends: in a queue, by the flow's own end, by the caller's hand, in some other manner."""


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """A caller's way through a flow. `queue` "": it ended in none; `asked_anew`: at a question that he never heard."""

    nodes: tuple[str, ...]
    end: WayEnd
    queue: str = ""
    asked_anew: bool = False


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One contact that would have gone otherwise. None: he was in no queue, or no flow was changed."""

    contact: str
    value_class: str
    before: Went | None
    after: Went | None
    way_before: Way | None = None
    way_after: Way | None = None


class WaysEnd(msgspec.Struct, frozen=True, kw_only=True):
    """How many ways ended so, before and after the change."""

    end: WayEnd
    queue: str
    before: int
    after: int


class FlowsRehearsed(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a changed flow.

    `calls` were walked again; `unlike` others could not be, because they went another way than the record says
    even with nothing changed: they are left as they were. `asked_anew`: calls that came to a question that they were
    never asked, and kept silent there.
    """

    calls: int
    unlike: int
    asked_anew: int
    ends: tuple[WaysEnd, ...]


class Rehearsal(msgspec.Struct, frozen=True, kw_only=True):
    """By value class, "" for all: as recorded, run as it was, run with the change; and the contacts that differ.

    `journal_from_at`: where the journal begins, if that is after the day's beginning.
    """

    recorded: dict[str, Side]
    before: dict[str, Side]
    after: dict[str, Side]
    differences: tuple[Difference, ...]
    flows: FlowsRehearsed | None = None
    journal_from_at: float | None = None


class RehearsalState(msgspec.Struct, kw_only=True):
    """How the account's last rehearsal goes. `state` none: since the jobs process began there was none.

    `part` from 0 to 1; `problem`: why it failed, in a sentence; `asked`: what was, without the flow's text.
    """

    state: Literal["none", "running", "done", "failed", "cancelled"] = "none"
    part: float = 0.0
    problem: str = ""
    day: str = ""
    queues: dict[str, ProfileChange] = {}
    flow: str = ""
    flow_version: int = 0
    found: Rehearsal | None = None
