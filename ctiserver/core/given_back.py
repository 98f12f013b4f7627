"""A caller whom a colleague did not take, as the agent who passed him on is told: why, and where the caller is now.

It is told until the agent has another contact in hand, talks with this one again, or goes home.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from ctiserver.core import events as e
from ctiserver.core.customers import Candidate
from ctiserver.core.ids import AgentKey, ContactId, QueueKey

FOLLOWED = (e.ContactQueued, e.ContactRequeued, e.ContactConnected, e.ContactEnded)
"""The events after which the caller may be elsewhere."""


class GivenBack(msgspec.Struct, kw_only=True):
    """`to` did not take the contact, for a `reason` of TransferFailed; "": a number outside, or the `flow`.

    `now`: returning (to the agent himself), waiting (in `queue`), talking (with `agent`) or ended.
    """

    contact: ContactId
    pii_name: str
    pii_number: str
    to: AgentKey
    reason: str
    now: Literal["returning", "waiting", "talking", "ended"]
    queue: QueueKey | None = None
    agent: AgentKey | None = None
    flow: str = ""


def begin(
    event: e.TransferFailed, known: Sequence[Candidate], pii_number: str, queue: QueueKey | None
) -> GivenBack:
    """The notice as it begins. `known`: who the caller may be; `queue`: where he has his place."""
    returns = event.returned_to == "agent"
    return GivenBack(
        contact=event.contact,
        pii_name=known[0].pii_name if len(known) == 1 else "",
        pii_number=pii_number,
        to=event.to,
        reason=event.reason,
        now="returning" if returns else "waiting",
        queue=None if returns else queue,
        flow=event.flow,
    )


def follow(told: GivenBack, event: e.ContactEvent) -> GivenBack:
    """The same after an event of the contact."""
    change = msgspec.structs.replace
    match event:
        case e.ContactConnected(agent=agent):
            return change(told, now="talking", agent=agent)
        case e.ContactEnded():
            return change(told, now="ended", agent=None)
        case e.ContactRequeued(queue=queue) if told.now == "returning" and told.queue is None:
            return change(told, queue=queue)  # the line that he keeps his place in while his agent is rung
        case e.ContactQueued(queue=queue) | e.ContactRequeued(queue=queue):
            return change(told, now="waiting", queue=queue, agent=None)
        case _:
            return told
