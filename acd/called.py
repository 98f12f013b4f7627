"""Customers whom a campaign called, and the agents who are there for them.

Idle agents are lent to campaigns by the dialer; an agent who calls somebody by his own click is kept for him while his
telephone rings. Whoever finds no agent in time is let go: he hears from the IVR who called. An agent whose phone had
all that time and did not answer is paused, so that the next customer is not lost there too.
"""

from msgspec.structs import replace

from acd import arrangement, offers
from acd.agent_state import Activity
from acd.contact_state import Contact, Stage
from acd.decision import explain
from acd.floor import Floor
from acd.matching import ranked
from acd.status import release
from ctiserver.core.commands import CancelTimer
from ctiserver.core.events import AgentLent, AgentReserved, LeadAbandoned, LeadDialed, LeadEnded, LeadFailed
from ctiserver.core.ids import AgentKey, LegId
from ctiserver.core.turn import Turn

SLOW_SECONDS = 1.0
"""A phone that is to answer by itself and has not after this long does not."""


def lent(floor: Floor, message: AgentLent, turn: Turn) -> None:
    """The dialer says whose answers an idle agent takes; somebody may wait for him."""
    state = floor.ledger.agents.get(message.agent)
    if state is not None and state.free:
        state.campaign = message.campaign
        offers.serve_agent(floor, message.agent, turn)


def dialed(floor: Floor, message: LeadDialed, turn: Turn) -> None:
    """An agent calls somebody: he is kept for him."""
    state = floor.ledger.agents.get(message.agent) if message.agent else None
    if state is None or not state.free or message.queue is None:
        return
    state.move("reserve")
    state.contact, state.queue, state.account_id = message.contact, message.queue, message.account_id
    state.campaign = None
    floor.ledger.kept[message.attempt] = state.key
    turn.say(AgentReserved(at=turn.at, agent=state.key, contact=message.contact))


def answered(floor: Floor, contact: Contact, agent: AgentKey | None, turn: Turn) -> bool:
    """Offer him to the agent who was kept for him; whether there was one."""
    kept = floor.ledger.kept.pop(contact.leg, None)
    if kept is None or kept != agent or not _waits_for(floor, kept, contact):
        return False
    alone = [ranked(floor, floor.roster[kept], contact, turn.at)]
    decision = explain(floor, kept, alone, {}, turn.at)
    turn.say(replace(decision, rule="called"))
    offers.offer_kept(floor, contact, kept, turn)
    return True


def _waits_for(floor: Floor, key: AgentKey, contact: Contact) -> bool:
    state = floor.ledger.agents.get(key)
    reserved = state is not None and state.activity is Activity.RESERVED and state.contact == contact.id
    return reserved and key in floor.roster


def forget(floor: Floor, key: AgentKey, turn: Turn) -> bool:
    """Nothing was heard again of whom he called: he is free; whether he called somebody."""
    attempts = [attempt for attempt, kept in floor.ledger.kept.items() if kept == key]
    for attempt in attempts:
        _free_again(floor, attempt, turn)
    return bool(attempts)


def over(floor: Floor, message: LeadFailed | LeadEnded, turn: Turn) -> None:
    """Whom he called did not come as far as the queue: the agent is free."""
    _free_again(floor, message.attempt, turn)


def _free_again(floor: Floor, attempt: LegId, turn: Turn) -> None:
    key = floor.ledger.kept.pop(attempt, None)
    state = floor.ledger.agents.get(key) if key else None
    if state is None or state.activity is not Activity.RESERVED or state.contact is None:
        return
    release(floor, state.key, state.contact, turn)
    offers.serve_agent(floor, state.key, turn)


def let_go(floor: Floor, message: LeadAbandoned, turn: Turn) -> None:
    """Nobody spoke with him in time: he goes on by himself."""
    contact = floor.ledger.contacts.get(message.contact)
    if contact is None or contact.stage not in (Stage.WAITING, Stage.OFFERED, Stage.JOINING):
        return
    key = contact.agent
    slow = contact.stage is Stage.OFFERED and turn.at - contact.offered_at >= SLOW_SECONDS
    turn.say(CancelTimer(timer=offers.place_timer(contact)))
    if slow:
        offers.missed(floor, contact, turn)
    else:
        offers.withdraw(floor, contact, turn)
    arrangement.part(contact, turn)
    floor.leave(contact)
    if key:
        offers.serve_agent(floor, key, turn)
