"""How long callers who wait are told that they will: the bookkeeping that `wait_time` needs, from the floor's events.

Of each queue are known the mean time that a contact keeps an agent (from the offer to the end of wrapping up), how many
of each class come, and how soon they hang up; all of about the last hundred contacts, or of the last half hour. Agents
count who are there and serve the queue, also where they serve others too: what they do there, and everything else that
no model knows, is learned from how long those really waited who were told. What is told first is held against that.

Before three services are known, and while nobody serves the queue, nothing is told.
"""

import math

from acd import priority
from acd.contact_state import Contact
from acd.floor import Floor
from acd.wait_books import Promise
from acd.wait_time import Estimate, Others, Serving
from ctiserver.core.events import (
    AgentReleased,
    CallbackAsked,
    ContactConnected,
    ContactEnded,
    ContactQueued,
    ContactTurnedAway,
    MessageBegun,
)
from ctiserver.core.turn import Turn

SERVICES_KNOWN = 3
_FROM_ANOTHER = ("attended", "conference", "taken_over")
"""So he comes to somebody whose phone did not ring for him when he was offered."""
_GoneWithout = CallbackAsked | MessageBegun | ContactTurnedAway


def came(floor: Floor, message: ContactQueued, turn: Turn) -> None:
    """Somebody has come to a queue; who goes on in another one has not been told anything of it yet."""
    books = floor.ledger.waits
    books.promises.pop(message.contact, None)
    if message.leg and message.campaign is None:
        books.of(message.queue).came(message.value_class, turn.at)


def estimate(floor: Floor, contact: Contact, at: float) -> Estimate | None:
    """How long he will wait from now on; None: nobody can tell. The first one is held against what happens."""
    known = floor.ledger.waits.of(contact.queue)
    agents = floor.reach.count_at_work(contact.queue, 0)
    if known.services < SERVICES_KNOWN or not agents or contact.line[0] != "queue":
        return None
    serving = Serving(
        services_per_second=agents / known.service_seconds,
        patience_seconds=known.patience_seconds,
    )
    mine = (contact.virtual_arrival, contact.slope)
    found = known.learned_of(contact.value_class).estimate(mine, at, _others(floor, contact, at), serving)
    if not math.isfinite(found.at_most_seconds):
        return None
    promise = Promise(queue=contact.queue, value_class=contact.value_class, at=at, **_plain(found))
    floor.ledger.waits.promises.setdefault(contact.id, promise)
    return found


def connected(floor: Floor, message: ContactConnected, turn: Turn) -> None:
    """His wait is over: learn from it."""
    books, contact = floor.ledger.waits, floor.ledger.contacts.get(message.contact)
    if contact is not None and contact.offered_at:
        books.busy_since[message.agent] = turn.at if message.began in _FROM_ANOTHER else contact.offered_at
    promise = books.promises.pop(message.contact, None)
    if promise is None:
        return
    known, waited = books.of(promise.queue), turn.at - promise.at
    known.waited(waited)
    known.learned_of(promise.value_class).served(promise.estimate, waited)


def released(floor: Floor, message: AgentReleased, turn: Turn) -> None:
    """He is free again: so long the contact has kept him."""
    since = floor.ledger.waits.busy_since.pop(message.agent, None)
    state = floor.ledger.agents.get(message.agent)
    if since is not None and state is not None and state.queue in floor.queues:
        floor.ledger.waits.of(state.queue).served(turn.at - since)


def ended(floor: Floor, message: ContactEnded, turn: Turn) -> None:
    """Who hangs up while he waits tells how much patience there is."""
    promise = floor.ledger.waits.promises.pop(message.contact, None)
    if promise is not None:
        floor.ledger.waits.of(promise.queue).waited(turn.at - promise.at, gave_up=message.by == "caller")


def gone(floor: Floor, message: _GoneWithout, turn: Turn) -> None:
    """He waits no more, and has not lost his patience."""
    promise = floor.ledger.waits.promises.pop(message.contact, None)
    if promise is not None:
        floor.ledger.waits.of(promise.queue).waited(turn.at - promise.at)


def _others(floor: Floor, contact: Contact, at: float) -> list[Others]:
    queue, known = floor.queues[contact.queue], floor.ledger.waits.of(contact.queue)
    waiting = floor.room.others(contact.id)
    return [
        Others(
            terms=priority.terms(queue, kind),
            calls_per_second=known.rate(kind, at),
            virtual=waiting.get(kind, ()),
        )
        for kind in sorted({*waiting, *known.arrivals})
    ]


def _plain(found: Estimate) -> dict[str, float]:
    return {
        "likely_seconds": found.likely_seconds,
        "at_least_seconds": found.at_least_seconds,
        "at_most_seconds": found.at_most_seconds,
        "model_seconds": found.model_seconds,
    }
