"""Calls that people of ours make to numbers outside."""

from typing import Literal

from ctiserver.core.events.contact import ContactEvent
from ctiserver.core.ids import AgentKey, LegId
from ctiserver.core.message import Event

OutsideResult = Literal[
    "answered", "busy", "no_answer", "rejected", "unreachable", "refused", "not_permitted"
]


class OutsideDialed(ContactEvent):
    """A number outside is rung, as a further leg of a contact, or to begin one; `agent` None: nobody asked for it."""

    account_id: int
    leg: LegId
    agent: AgentKey | None
    pii_number: str
    minor_per_minute: int


class OutsideAnswered(ContactEvent):
    """Somebody answered there; from here on it costs. `trunk` carries the call."""

    account_id: int
    leg: LegId
    agent: AgentKey | None
    trunk: str


class OutsideEnded(ContactEvent):
    """A call outside is over. `seconds`: since it was answered; `cost_minor`: in the currency's smallest unit."""

    account_id: int
    leg: LegId
    agent: AgentKey | None
    pii_number: str
    dialed_at: float
    result: OutsideResult
    seconds: float = 0.0
    cost_minor: int = 0
    trunk: str = ""
    sip_code: int = 0


class OutsideRefused(Event):
    """The rules or a limit did not let an agent call a number; `reason`: of `core.outside.REFUSED`. `id`: its own."""

    id: str
    account_id: int
    agent: AgentKey
    pii_number: str
    reason: str


class OutsideCapLifted(Event):
    """A limit that had tripped at `spent_minor` allows `limit_minor` more today; `agent` None: the account's.

    `id`: its own.
    """

    id: str
    account_id: int
    agent: AgentKey | None
    by: str
    reason: str
    spent_minor: int
    limit_minor: int
