"""A call that an agent makes himself, until the two talk."""

from typing import Literal

import msgspec

from ctiserver.core.customers import Candidate
from ctiserver.core.ids import AgentKey, ContactId, ConversationId, LegId, PlaybackId, QueueKey
from ctiserver.core.outside import Route
from ctiserver.core.permit import Permit


class OwnCall(msgspec.Struct, kw_only=True):
    """One such call: either `to` a colleague, or outside by a `route`, with a `permit` where it is a customer's number.

    `own_phone`: the agent's telephone rings; `calling`: he is on the line, and the other's is rung; `talking`: two
    colleagues talk. Somebody outside who answers is a contact like any other from then on, and this is over.
    `tone`: what the agent hears while the other's telephone rings; `muted`: legs of colleagues
    who have muted themselves. `message`: the contact of a message that the agent keeps in hand until he whom he calls
    back because of it has answered. `away`: the agent's browser is gone before the two talk, or is back and its phone
    is rung again; `waits`: where the other, who answered meanwhile, hears music.
    """

    id: ContactId
    account_id: int
    agent: AgentKey
    agent_leg: LegId
    leg: LegId
    begun_at: float
    to: AgentKey | None = None
    queue: QueueKey | None = None
    route: Route | None = None
    permit: Permit | None = None
    customer: Candidate | None = None
    language: str = "es"
    stage: Literal["own_phone", "calling", "talking"] = "own_phone"
    talk: ConversationId | None = None
    tone: PlaybackId | None = None
    muted: list[LegId] = []
    message: ContactId | None = None
    away: Literal["", "gone", "rung"] = ""
    waits: ConversationId | None = None
