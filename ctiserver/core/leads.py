"""A lead: one customer to be dialled once, claimed for us alone and permitted.

Only the store makes one, in the transaction that claims its row and asks for the Permit. The engines take it from
there: they cannot dial a customer whom they were not given.
"""

from typing import Literal

from ctiserver.core.customers import Candidate
from ctiserver.core.ids import AgentKey, LegId
from ctiserver.core.message import Frozen
from ctiserver.core.permit import Permit


class Lead(Frozen):
    """`attempt` is the channel's id as well; `ordinal` counts the attempts of this dial, from 1.

    He hears `flow`, or else is asked `survey`; `values` are what the flow may say ("order": "W-12"). Not dialled again
    after `attempts_at_most`, nor from `not_after` on. A lead of a `campaign` speaks with an agent instead: with
    `agent`, or with anyone; this attempt tries number `number_place`, from 0, of his `numbers`.
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
    campaign: int | None = None
    agent: AgentKey | None = None
    number_place: int = 0
    numbers: int = 1


class Standing(Frozen):
    """How a campaign stands in the store: the ledger of its window, and who is left.

    `answers`: live ones; `abandons`: but for those of agents who left; `waiting`: leads that are not over and not under
    way; `due`: those of them that may be called now; `next_due_at` None: none will be.
    """

    answers: int
    abandons: int
    waiting: int
    due: int
    next_due_at: float | None = None


class Stray(Frozen):
    """An attempt that the store holds for under way and of which its owner knows nothing any more."""

    dial_id: int
    account_id: int
    attempt: LegId
    ordinal: int
    attempts_at_most: int
    not_after: float
    campaign: int | None = None


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
    "connected",
    "abandoned",
    "machine",
    "message_left",
    "withdrawn",
]
"""How an attempt ended: the first four when the customer was reached, the others when he was not (`cut_off`: he was,
and it was not he who ended it). In a campaign `connected` is who spoke with an agent, `hung_up` who went before,
`abandoned` who found none in time; `message_left` is a machine that was told something; `withdrawn` was never dialled.
"""

TRIED_AGAIN = frozenset(
    {"busy", "no_answer", "congestion", "unreachable", "cut_off", "unknown", "not_permitted", "machine"}
)
"""Results after which a customer may be dialled again; the others leave him in peace."""

Decider = Literal["customer", "carrier", "system"]
"""Who decided how an attempt ended."""

AnsweredBy = Literal["live", "machine", "unsure"]
"""Who picked up, as the detector heard it."""
