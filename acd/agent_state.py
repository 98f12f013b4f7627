"""What an agent is doing, and what he chose to be: two separate things.

    idle ─reserve─► reserved ─ring─► ringing ─answer─► talking ─talk_end─► wrapping_up ─finish─► idle
                       │ └───────────answer──────────────►│
                       └─release─► idle ◄────release──────┘  (from ringing too)

He is reserved, too, for a customer whom he has called and whose telephone rings; then his own does not yet.

The status (available, pause, logged out) is the agent's own choice; a choice made during a contact waits as the
next status until he is idle again.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import msgspec

from ctiserver.core.errors import IllegalTransition
from ctiserver.core.ids import AgentKey, ContactId
from ctiserver.core.requests import Status


class Activity(StrEnum):
    """What is so."""

    IDLE = "idle"
    RESERVED = "reserved"
    RINGING = "ringing"
    TALKING = "talking"
    WRAPPING_UP = "wrapping_up"


TABLE: dict[Activity, dict[str, Activity]] = {
    Activity.IDLE: {"reserve": Activity.RESERVED},
    Activity.RESERVED: {"ring": Activity.RINGING, "answer": Activity.TALKING, "release": Activity.IDLE},
    Activity.RINGING: {"answer": Activity.TALKING, "release": Activity.IDLE},
    Activity.TALKING: {"talk_end": Activity.WRAPPING_UP, "release": Activity.IDLE},
    Activity.WRAPPING_UP: {"finish": Activity.IDLE},
}


_TELLING = frozenset(("status", "activity", "supervises"))
"""What decides whether he is free."""


class AgentState(msgspec.Struct, kw_only=True, dict=True):
    """One agent. He has at most one contact in hand; `owes` names one that he never disposed of.

    `campaign`: whose answers he takes while he is idle, if no caller waits for him. `hand_up`: he has asked for a
    supervisor; `supervises`: the contact in which he is, or is being rung for, as one. `wrap_up_extensions`: how often
    he has had more time for this wrap-up.
    """

    key: AgentKey
    status: Status = Status.LOGGED_OUT
    reason: str = ""
    next_status: Status | None = None
    next_reason: str = ""
    next_by: str = ""
    activity: Activity = Activity.IDLE
    idle_since: float = 0.0
    contact: ContactId | None = None
    segment: int = 0
    queue: str = ""
    account_id: int = 1
    disposition: str | None = None
    owes: bool = False
    campaign: int | None = None
    hand_up: bool = False
    wrap_up_until: float = 0.0
    wrap_up_extensions: int = 0
    supervises: ContactId | None = None

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name in _TELLING and (told := self.__dict__.get("told")):
            told(self)

    def tell(self, told: Callable[["AgentState"], None]) -> None:
        """Call it after each change of what decides whether he is free, whoever makes it; no part of the state."""
        self.__dict__["told"] = told

    @property
    def free(self) -> bool:
        """May be given a contact now."""
        here = self.status is Status.AVAILABLE and self.activity is Activity.IDLE
        return here and self.supervises is None

    def move(self, event: str) -> None:
        """Take one step of the table. Raises IllegalTransition for a step it doesn't have."""
        try:
            self.activity = TABLE[self.activity][event]
        except KeyError:
            raise IllegalTransition(f"agent {self.key}: {event} while {self.activity}") from None
