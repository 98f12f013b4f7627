"""An offer: one contact, one agent, a phone that rings.

Made when the two are chosen; it ends accepted (the phone was answered), expired (nobody answered in time),
refused (the phone said no) or withdrawn (the caller left or was moved). An agent whose phone didn't answer is
paused with the reason, so that the next caller does not ring there in vain; the contact keeps its place.
"""

from acd import arrangement, calling_back, message_in_hand, named, refuge, unanswered
from acd.agent_state import Activity
from acd.contact_state import Contact, Stage
from acd.decision import explain
from acd.floor import Floor
from acd.matching import choose_agent, choose_contact, ranked
from acd.status import pause, release
from ctiserver.core.commands import CancelTimer, DialLeg, DropLeg, SetFuse, StartTimer
from ctiserver.core.events import (
    AgentReserved,
    ContactRequeued,
    OfferAccepted,
    OfferExpired,
    OfferMade,
    OfferRefused,
    OfferRinging,
    OfferWithdrawn,
)
from ctiserver.core.ids import AgentKey, ContactId, LegId, TimerId
from ctiserver.core.turn import Turn


def ring_timer(leg: LegId) -> TimerId:
    """Fires when the phone has rung long enough."""
    return TimerId(f"acd:ring:{leg}")


def place_timer(contact: Contact) -> TimerId:
    """Fires when the caller shall hear his place again."""
    return TimerId(f"acd:place:{contact.id}")


def wider_timer(contact: Contact) -> TimerId:
    """Fires when more agents may serve who waits."""
    return TimerId(f"acd:wider:{contact.id}")


def serve_contact(floor: Floor, contact: Contact, turn: Turn) -> bool:
    """Offer a contact that just lined up to a free agent, if there is one. Whether it was offered."""
    floor.relax(contact, turn.at)
    if calling_back.parked(floor, contact, turn):
        return False
    is_next = floor.is_head(contact, turn.at)
    key, excluded = choose_agent(floor, contact, turn.at) if is_next else (None, {})
    if key is None:
        _wait_for_others(floor, contact, turn)
        return False
    state = floor.ledger.agents[key]
    if state.idle_since == turn.at:  # let go just now: somebody else may go before this one
        serve_agent(floor, key, turn)
        if contact.stage is not Stage.WAITING or not state.free:
            return contact.stage is not Stage.WAITING or serve_contact(floor, contact, turn)
    alone = [ranked(floor, floor.roster[key], contact, turn.at)]
    turn.say(explain(floor, key, alone, excluded, turn.at))
    _offer(floor, contact, key, turn)
    return True


def _wait_for_others(floor: Floor, contact: Contact, turn: Turn) -> None:
    """Look again when his wait lets more agents serve him: at the next relaxation, or at the ceiling."""
    queue = floor.queues[contact.queue]
    moments = [contact.arrived_at + one.after_seconds for one in queue.relaxations]
    if contact.leaves_free and contact.escalates_at is not None:
        moments.append(contact.escalates_at)
    if contact.unanswered_by and unanswered.another_may_take_it(floor, contact):
        moments.append(contact.excludes_until)
    next_at = min((at for at in moments if at > turn.at), default=None)
    if next_at is not None and contact.line[0] in ("queue", "message"):
        turn.say(StartTimer(timer=wider_timer(contact), due_at=next_at))


def more_may_serve(floor: Floor, key: ContactId, turn: Turn) -> None:
    """He has waited long enough for agents who could not serve him before."""
    contact = floor.ledger.contacts.get(key)
    if contact is not None and contact.stage is Stage.WAITING:
        serve_contact(floor, contact, turn)


def serve_agent(floor: Floor, key: AgentKey, turn: Turn) -> None:
    """Give a free agent the best contact that waits for him."""
    state = floor.ledger.agents.get(key)
    if state is None or not state.free or key not in floor.roster:
        return
    heads, excluded = choose_contact(floor, key, turn.at)
    while heads and calling_back.parked(floor, heads[0].contact, turn):
        heads, excluded = choose_contact(floor, key, turn.at)
    if not heads:
        return
    turn.say(explain(floor, key, heads, excluded, turn.at))
    _offer(floor, heads[0].contact, key, turn)


def ask_again(floor: Floor, turn: Turn) -> None:
    """Offer those whom somebody did not answer to him after all, or to another for whom that makes him free."""
    apart = [one for queue in floor.queues for one in floor.apart(queue)]
    for contact in sorted(apart, key=lambda one: one.order):  # the same after a restart
        if contact.stage is Stage.WAITING and choose_agent(floor, contact, turn.at)[0] is not None:
            serve_contact(floor, contact, turn)


def serve_everyone(floor: Floor, turn: Turn) -> None:
    """Pair whoever can be paired by new tables; who goes on waiting is looked at again when they say so."""
    for key in list(floor.ledger.agents):
        serve_agent(floor, key, turn)
    for contact in floor.ledger.contacts.values():
        if contact.stage is Stage.WAITING:
            _wait_for_others(floor, contact, turn)


def _offer(floor: Floor, contact: Contact, key: AgentKey, turn: Turn) -> None:
    state = floor.ledger.agents[key]
    if contact.named:
        turn.say(CancelTimer(timer=named.named_timer(contact)))
    state.move("reserve")
    state.contact, state.queue, state.account_id = contact.id, contact.queue, contact.account_id
    state.campaign = None
    turn.say(AgentReserved(at=turn.at, agent=key, contact=contact.id))
    if contact.leg:
        offer_kept(floor, contact, key, turn)
    elif contact.message:
        message_in_hand.give(floor, contact, key, turn)
    elif not calling_back.dial(floor, contact, key, turn):
        release(floor, key, contact.id, turn)
        serve_agent(floor, key, turn)


def offer_kept(floor: Floor, contact: Contact, key: AgentKey, turn: Turn) -> None:
    """Ring the phone of the agent who is reserved for him; it answers by itself where we have called him."""
    agent, queue, leg = floor.roster[key], floor.queues[contact.queue], LegId(turn.new_id())
    at_once = contact.campaign is not None or contact.stage is Stage.RESERVED
    contact.stage, contact.agent, contact.agent_leg = Stage.OFFERED, key, leg
    contact.offered_at = turn.at
    floor.room.leave(contact.id)
    floor.legs[leg] = contact.id
    turn.say(
        OfferMade(at=turn.at, contact=contact.id, agent=key, queue=contact.queue, leg=leg),
        DialLeg(
            leg=leg,
            contact=contact.id,
            endpoint=agent.endpoint,
            ring_seconds=queue.ring_seconds + 5,
            caller_number=contact.pii_number,
            caller_name=contact.pii_name,
            auto_answer=at_once,
        ),
        StartTimer(timer=ring_timer(leg), due_at=turn.at + queue.ring_seconds),
    )


def ringing(floor: Floor, contact: Contact, turn: Turn) -> None:
    """The agent's phone rings; that it goes on ringing is no news."""
    if contact.stage is not Stage.OFFERED or not contact.agent:
        return
    state = floor.ledger.agents[contact.agent]
    if state.activity is Activity.RESERVED:
        state.move("ring")
        turn.say(OfferRinging(at=turn.at, contact=contact.id, agent=contact.agent))


def accepted(floor: Floor, contact: Contact, turn: Turn) -> None:
    """The agent answered: join him and the caller."""
    if contact.stage is not Stage.OFFERED or not contact.agent or not contact.agent_leg:
        return
    floor.ledger.agents[contact.agent].move("answer")
    contact.stage, contact.joined = Stage.JOINING, []
    fuse = floor.ledger.tables.timing.talk_fuse_seconds
    turn.say(
        OfferAccepted(at=turn.at, contact=contact.id, agent=contact.agent),
        CancelTimer(timer=ring_timer(contact.agent_leg)),
        CancelTimer(timer=place_timer(contact)),
    )
    arrangement.arrange(contact, turn)
    turn.say(
        SetFuse(leg=contact.leg, seconds=fuse),
        SetFuse(leg=contact.agent_leg, seconds=fuse),
    )


def expired(floor: Floor, contact: Contact, turn: Turn) -> None:
    """Nobody answered in time. A phone that never rang is out of reach, and its agent missed nothing."""
    if contact.stage is Stage.OFFERED and contact.agent:
        turn.say(OfferExpired(at=turn.at, contact=contact.id, agent=contact.agent))
        rang = floor.ledger.agents[contact.agent].activity is Activity.RINGING
        _give_up(floor, contact, "missed_offer" if rang else "unreachable", turn, drop=True)


def refused(floor: Floor, contact: Contact, reason: str, turn: Turn) -> None:
    """The phone said no, or could not be reached, or was hung up before the two were joined."""
    if contact.agent:
        turn.say(OfferRefused(at=turn.at, contact=contact.id, agent=contact.agent, reason=reason))
        _give_up(floor, contact, reason, turn, drop=False)


def leg_lost(floor: Floor, contact: Contact, turn: Turn) -> None:
    """The switch lost the agent's leg before the two were joined: nobody's fault, so the offer is made again."""
    if contact.agent:
        turn.say(OfferRefused(at=turn.at, contact=contact.id, agent=contact.agent, reason="switch"))
        _give_up(floor, contact, "switch", turn, drop=False, blame=False)


def withdraw(floor: Floor, contact: Contact, turn: Turn) -> None:
    """Stop ringing: the caller left, or goes elsewhere. The agent is free again, and blameless."""
    key, leg = contact.agent, contact.agent_leg
    if contact.stage not in (Stage.OFFERED, Stage.JOINING) or not key or not leg:
        return
    turn.say(
        OfferWithdrawn(at=turn.at, contact=contact.id, agent=key),
        CancelTimer(timer=ring_timer(leg)),
        DropLeg(leg=leg),
    )
    _detach(floor, contact)
    contact.stage = Stage.WAITING
    release(floor, key, contact.id, turn)


def missed(floor: Floor, contact: Contact, turn: Turn) -> None:
    """As `expired`, but nobody waits again."""
    key, leg = contact.agent, contact.agent_leg
    if key is None or leg is None:
        return
    rang = floor.ledger.agents[key].activity is Activity.RINGING
    turn.say(
        OfferExpired(at=turn.at, contact=contact.id, agent=key),
        CancelTimer(timer=ring_timer(leg)),
        DropLeg(leg=leg),
    )
    _detach(floor, contact)
    pause(floor, key, "missed_offer" if rang else "unreachable", turn)
    release(floor, key, contact.id, turn)


def _give_up(
    floor: Floor, contact: Contact, reason: str, turn: Turn, *, drop: bool, blame: bool = True
) -> None:
    key, leg = contact.agent, contact.agent_leg
    if key is None or leg is None:
        return
    turn.say(CancelTimer(timer=ring_timer(leg)))
    if drop:
        turn.say(DropLeg(leg=leg))
    _detach(floor, contact)
    if blame:
        unanswered.remember(contact, key, reason, turn.at)
        pause(floor, key, reason, turn)
    release(floor, key, contact.id, turn)
    if blame:
        named.give_up(floor, contact, reason, turn)
    wait_again(floor, contact, reason, turn)
    serve_agent(floor, key, turn)


def _detach(floor: Floor, contact: Contact) -> None:
    floor.forget_agent_leg(contact)
    contact.agent, contact.talk = None, None


def wait_again(floor: Floor, contact: Contact, reason: str, turn: Turn) -> None:
    """Put a contact back in its line, at the place it had, and offer it on; to the fallback if the line is gone."""
    apart = contact.stage not in (Stage.OFFERED, Stage.WAITING)
    contact.stage = Stage.WAITING
    floor.line_up(contact)
    turn.say(ContactRequeued(at=turn.at, contact=contact.id, queue=contact.queue, reason=reason))
    if apart:
        hold(floor, contact, turn)
    if serve_contact(floor, contact, turn) or contact.named or refuge.shelter(floor, contact, turn):
        return
    tell_place_later(floor, contact, turn)


def hold(floor: Floor, contact: Contact, turn: Turn) -> None:
    """Music, and a fuse that sends the caller to the dialplan's fallback should we die or hang.

    Who answered a campaign's call hears no music: the agent comes at once, or not at all.
    """
    timing = floor.ledger.tables.timing
    if contact.campaign is None:
        arrangement.arrange(contact, turn)
    turn.say(
        SetFuse(
            leg=contact.leg,
            seconds=timing.waiting_fuse_seconds,
            refresh_seconds=timing.fuse_refresh_seconds,
        ),
    )


def tell_place_later(floor: Floor, contact: Contact, turn: Turn) -> None:
    """The first announcement of the place comes soon after lining up; none for who has not called us."""
    if contact.campaign is not None or not contact.leg:
        return
    due_at = turn.at + floor.queues[contact.queue].announce_after_seconds
    turn.say(StartTimer(timer=place_timer(contact), due_at=due_at))
