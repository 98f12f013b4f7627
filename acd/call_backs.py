"""Call-backs in place of waiting: who asked for one keeps his place in line, as a contact of its own without a leg.

    asked ─► waits in line ─head─► an agent is kept, his telephone rings ─answers─► the agent's phone rings ─► talk
                 ▲  ▲                            │ no answer: 120 s later, at most twice; then it is given up, and he
                 │  └────────────────────────────┘ stands on the list of those whom somebody should call
              parked: not before the time that he chose, nor while the queue or the law's hours are closed

He has the arrival of the call in which he asked, so nobody who came later goes before him for that. At a time that he
chose he lines up with the wait that he had when he asked, and his head start. Who calls again himself takes the place
over, if he comes to the same queue. Nothing is kept but here and in the journal: a restart loses none of them.
"""

from msgspec.structs import replace

from acd import arrangement, calling_back, named, off_the_line, offers, priority, refuge
from acd.agent_state import Activity
from acd.calling_back import ATTEMPTS_AT_MOST, LINGER_SECONDS, NO_ANSWER_SECONDS, timer
from acd.contact_state import CallbackWish, Contact, Stage
from acd.floor import Floor
from acd.off_the_line import NO_LEG
from acd.status import release
from ctiserver.core import outside
from ctiserver.core.commands import CancelTimer, DropLeg
from ctiserver.core.errors import Refusal
from ctiserver.core.events import (
    CallbackAsked,
    CallbackCancelled,
    CallbackFailed,
    CallbackPlaced,
    CallbackReached,
)
from ctiserver.core.ids import AgentKey, ContactId
from ctiserver.core.inputs import LegEnded, LegFailed
from ctiserver.core.requests import CancelCallback
from ctiserver.core.turn import Turn

_HOPELESS = frozenset({"rejected"})
"""Reasons after which he is not tried again: he does not want it now."""


def asked(floor: Floor, message: CallbackAsked, turn: Turn) -> None:
    """A caller who waits wants to be called instead: his place is kept, and his call goes back to the IVR."""
    caller = floor.ledger.contacts.get(message.contact)
    if message.queue is None or caller is None or caller.stage not in (Stage.WAITING, Stage.OFFERED):
        return
    agent = caller.agent
    offers.withdraw(floor, caller, turn)
    named.give_up(floor, caller, "moved", turn, may_return=False)  # any agent of the queue may call him
    turn.say(CancelTimer(timer=offers.place_timer(caller)))
    arrangement.part(caller, turn)
    floor.leave(caller)
    contact = _place(caller, message, turn)
    off_the_line.arrives(contact, "callback", message.candidates, message.level, turn)
    turn.say(CallbackPlaced(at=turn.at, contact=contact.id, asked_in=message.contact, due_at=message.due_at))
    floor.enter(contact)
    calling_back.park(floor, contact, max(message.due_at or 0.0, turn.at + LINGER_SECONDS), turn)
    if agent:
        offers.serve_agent(floor, agent, turn)


def _place(caller: Contact, message: CallbackAsked, turn: Turn) -> Contact:
    contact = replace(
        caller,
        id=ContactId(turn.new_id()),
        leg=NO_LEG,
        stage=Stage.WAITING,
        language=message.language,
        pii_number=message.pii_number,
        pii_name=caller.pii_name or message.pii_name,
        hold=None,
        joined=[],
        parties=[],
        segments=0,
        connected_at=0.0,
        recording_at=0.0,
        origin="queue",
        from_agent=None,
        called=True,
        wish=CallbackWish(due_at=message.due_at, call_until=message.call_until),
    )
    if message.due_at is not None and message.due_at > turn.at:
        priority.put_back(contact, message.due_at - turn.at)
    return contact


def due(floor: Floor, key: ContactId, turn: Turn) -> None:
    """He may be called from now on."""
    contact = floor.ledger.contacts.get(key)
    if contact is None or contact.stage is not Stage.PARKED:
        return
    contact.stage = Stage.WAITING
    floor.line_up(contact)
    if not offers.serve_contact(floor, contact, turn):
        shelter(floor, turn)


def reached(floor: Floor, contact: Contact, turn: Turn) -> None:
    """He answered: he hears music, and the phone of the agent who was kept for him rings."""
    key = contact.agent
    if contact.stage is not Stage.RESERVED or key is None:
        return
    turn.say(
        CallbackReached(
            at=turn.at,
            contact=contact.id,
            account_id=contact.account_id,
            agent=key,
            leg=contact.leg,
            queue=contact.queue,
            pii_number=contact.pii_number,
            pii_name=contact.pii_name,
            language=contact.language,
            value_class=contact.value_class,
        )
    )
    state = floor.ledger.agents.get(key)
    is_kept = state is not None and state.activity is Activity.RESERVED and state.contact == contact.id
    if is_kept and key in floor.roster:
        offers.offer_kept(floor, contact, key, turn)
        offers.hold(floor, contact, turn)
        return
    contact.agent = None
    if is_kept:
        release(floor, key, contact.id, turn)
    offers.wait_again(floor, contact, "agent_gone", turn)


def failed(floor: Floor, contact: Contact, message: LegFailed | LegEnded, turn: Turn) -> None:
    """He did not answer, or was gone at once."""
    wish, reason = contact.wish, message.reason if isinstance(message, LegFailed) else "hung_up_at_once"
    if wish is None:
        return
    key = _let_go(floor, contact, turn)
    over = wish.attempts >= ATTEMPTS_AT_MOST or reason in _HOPELESS
    again_at = None if over else turn.at + NO_ANSWER_SECONDS
    turn.say(
        CallbackFailed(
            at=turn.at, contact=contact.id, reason=reason, attempt=wish.attempts, again_at=again_at
        )
    )
    if again_at is None:
        calling_back.end(floor, contact, "switch", turn)
    else:
        priority.put_back(contact, NO_ANSWER_SECONDS)
        calling_back.park(floor, contact, again_at, turn)
    if key:
        offers.serve_agent(floor, key, turn)


def taken_over(floor: Floor, caller: Contact, turn: Turn) -> None:
    """Who waits to be called and now calls himself, to the same queue, has the place that he kept."""
    his = [one for one in floor.ledger.contacts.values() if one.wish and _is_his(floor, one, caller)]
    kept = [one for one in his if one.wish and (one.wish.due_at or 0.0) <= turn.at]
    best = min(kept, key=lambda one: one.virtual_arrival, default=None)
    if best is not None and best.virtual_arrival < caller.virtual_arrival:
        priority.take_place(caller, best)
        caller.entered_at = turn.at  # what the queue lets anybody wait on the line begins now
        floor.line_up(caller)
    for contact in his:
        call_off(floor, contact, "caller", "called_again", turn)


def _is_his(floor: Floor, contact: Contact, caller: Contact) -> bool:
    same = contact.account_id == caller.account_id and contact.queue == caller.queue
    return same and is_absent(contact) and contact.pii_number in _numbers(floor, caller.pii_number)


def is_absent(contact: Contact) -> bool:
    """Whether he is not on the line yet."""
    waits = contact.stage in (Stage.WAITING, Stage.PARKED) and not contact.leg
    return contact.wish is not None and (waits or contact.stage is Stage.RESERVED)


def _numbers(floor: Floor, written: str) -> tuple[str, ...]:
    """A number as the trunk writes it, and as we do."""
    try:
        return written, outside.normalised(floor.ledger.tables.outside, written)
    except Refusal:
        return (written,) if written else ()


def shelter(floor: Floor, turn: Turn) -> None:
    """Nobody serves his queue any more: he stands on the list of those whom somebody should call."""
    for contact in list(floor.ledger.contacts.values()):
        if (
            is_absent(contact)
            and contact.stage is not Stage.RESERVED
            and not refuge.is_served(floor, contact)
        ):
            turn.say(CancelTimer(timer=timer(contact)))
            calling_back.end(floor, contact, "switch", turn)


def cancel(floor: Floor, request: CancelCallback, turn: Turn) -> None:
    """Somebody of ours calls it off. Raises Refusal."""
    contact = floor.ledger.contacts.get(request.contact)
    if contact is None or contact.account_id != request.account_id or not is_absent(contact):
        raise Refusal("no_call_back", "he does not wait to be called back, or not any more")
    call_off(floor, contact, request.by, request.reason, turn)


def call_off(floor: Floor, contact: Contact, by: str, reason: str, turn: Turn) -> None:
    """He who is not on the line is not called any more; a telephone of his that rings is left alone."""
    leg = contact.leg
    key = _let_go(floor, contact, turn)
    if leg:
        turn.say(DropLeg(leg=leg))
    turn.say(
        CancelTimer(timer=timer(contact)),
        CallbackCancelled(at=turn.at, contact=contact.id, by=by, reason=reason),
    )
    calling_back.end(floor, contact, "caller" if by == "caller" else "agent", turn)
    if key:
        offers.serve_agent(floor, key, turn)


def _let_go(floor: Floor, contact: Contact, turn: Turn) -> AgentKey | None:
    """Nobody is kept for him any more, and no telephone of his is ours; the agent who is free for it."""
    key = contact.agent
    floor.legs.pop(contact.leg, None)
    contact.leg, contact.agent = NO_LEG, None
    if key is None:
        return None
    release(floor, key, contact.id, turn)
    return key
