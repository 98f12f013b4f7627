"""A lead: one customer to be dialled once, claimed for us alone and permitted.

Only the store makes one, in the transaction that claims its row and asks for the Permit. The engines take it from
there: they cannot dial a customer whom they were not given.
"""

from typing import Literal

from ctiserver.core.customers import Candidate
from ctiserver.core.ids import LegId
from ctiserver.core.message import Frozen
from ctiserver.core.permit import Permit


class Lead(Frozen):
    """`attempt` is the channel's id as well; `ordinal` counts the attempts of this dial, from 1.

    He hears `flow`, or else is asked `survey`; `values` are what the flow may say ("order": "W-12"). Not dialled again
    after `attempts_at_most`, nor from `not_after` on.
    """

    dial_id: int
    attempt: LegId
    ordinal: int
    permit: Permit
    customer: Candidate
    language: str
    flow: str = ""
    survey: str = ""
    values: dict[str, str] = {}
    attempts_at_most: int = 1
    not_after: float = 0.0


class Stray(Frozen):
    """An attempt that the store holds for under way and of which its owner knows nothing any more."""

    dial_id: int
    account_id: int
    attempt: LegId
    ordinal: int
    attempts_at_most: int
    not_after: float


DialResult = Literal[
    "completed",
    "partial",
    "declined",
    "hung_up",
    "cut_off",
    "no_answer",
    "busy",
    "rejected",
    "congestion",
    "invalid_number",
    "disconnected",
    "unreachable",
    "not_permitted",
    "unknown",
]
"""How an attempt ended: the first four when the customer was reached, the others when he was not (`cut_off`: he was,
and it was not he who ended it)."""

TRIED_AGAIN = frozenset(
    {"busy", "no_answer", "congestion", "unreachable", "cut_off", "unknown", "not_permitted"}
)
"""Results after which a customer may be dialled again; the others leave him in peace."""

Decider = Literal["customer", "carrier", "system"]
"""Who decided how an attempt ended."""
