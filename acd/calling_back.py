"""Calling back whose turn it is: an agent is kept for him first, then his telephone is rung.

He is not rung while his queue is closed, nor outside the hours in which the law lets him be called: then he is parked,
and stands in line again, at the place that he always had, when both are open. What may be dialled at all is what
anybody of ours may dial (`core.outside`), without a person's cap: nobody of ours chose the number.
"""

from acd import outside_calls
from acd.contact_state import CallbackWish, Contact, Stage
from acd.floor import Floor
from ctiserver.core import outside
from ctiserver.core.commands import StartTimer
from ctiserver.core.errors import Refusal
from ctiserver.core.events import CallbackFailed, CallbackReserved, ContactEnded
from ctiserver.core.hours import opens_at
from ctiserver.core.ids import AgentKey, LegId, TimerId
from ctiserver.core.inputs import Party
from ctiserver.core.turn import Turn

DAY_SECONDS = 86_400.0
NIGHT_SECONDS = 11 * 3600.0
"""From the end of the hours for calling to their beginning, where nobody says better."""
NO_ANSWER_SECONDS = 120.0
"""So much later he counts as having arrived after each attempt, and is not rung meanwhile."""
ATTEMPTS_AT_MOST = 2
_FOR_GOOD = frozenset({"outside_closed", "not_a_number"})
"""What no waiting mends: a limit ends with the day and a trunk comes back, a rule stands."""
LINGER_SECONDS = 10.0
"""So long he may still be on the line on which he asked for it."""


def timer(contact: Contact) -> TimerId:
    """Fires when he may stand in line again."""
    return TimerId(f"acd:call_back:{contact.id}")


def parked(floor: Floor, contact: Contact, turn: Turn) -> bool:
    """Whether he who is next must not be rung now; then he has left the line until he may be."""
    if contact.wish is None or contact.leg:
        return False
    at = _may_be_rung_at(floor, contact, turn.at)
    if at <= turn.at:
        return False
    park(floor, contact, at, turn)
    return True


def park(floor: Floor, contact: Contact, until: float, turn: Turn) -> None:
    """He stands in no line until then, and keeps his place."""
    contact.stage = Stage.PARKED
    floor.room.leave(contact.id)
    turn.say(StartTimer(timer=timer(contact), due_at=until))


def end(floor: Floor, contact: Contact, by: Party, turn: Turn) -> None:
    """Nobody waits to be called any more."""
    floor.leave(contact)
    turn.say(ContactEnded(at=turn.at, contact=contact.id, where="queue", by=by))


def _refused(floor: Floor, contact: Contact, wish: CallbackWish, reason: str, turn: Turn) -> None:
    """His number must not be dialled now, or never again: then somebody has to look at him."""
    again_at = None if reason in _FOR_GOOD else turn.at + NO_ANSWER_SECONDS
    turn.say(
        CallbackFailed(
            at=turn.at, contact=contact.id, reason=reason, attempt=wish.attempts, again_at=again_at
        )
    )
    if again_at is None:
        end(floor, contact, "switch", turn)
    else:
        park(floor, contact, again_at, turn)


def _may_be_rung_at(floor: Floor, contact: Contact, at: float) -> float:
    wish, queue = contact.wish, floor.queues[contact.queue]
    if wish is None:
        return at
    allowed = max(at, wish.due_at or at)
    if wish.call_until is not None and allowed >= wish.call_until:
        days = 1 + (allowed - wish.call_until) // DAY_SECONDS
        allowed = max(allowed, wish.call_until + NIGHT_SECONDS + (days - 1) * DAY_SECONDS)
        wish.call_until += days * DAY_SECONDS
    opening = opens_at(None if queue.emergency else queue.hours, allowed)
    return allowed if opening is None else opening


def dial(floor: Floor, contact: Contact, key: AgentKey, turn: Turn) -> bool:
    """Ring his telephone for an agent who is kept for him. False: it may not be dialled any more, and he is parked."""
    tables, wish, leg = floor.ledger.tables, contact.wish, LegId(turn.new_id())
    if wish is None:
        raise AssertionError("only who asked for it is called back")
    spent = floor.ledger.outside.spent(contact.account_id, None, turn.at, tables.outside.time_zone)
    try:
        route = outside.route(
            tables.outside,
            contact.pii_number,
            account_id=contact.account_id,
            roles=(),
            spent=spent,
            caller_number=floor.queues[contact.queue].caller_number,
        )
    except Refusal as refusal:
        _refused(floor, contact, wish, refusal.error_id, turn)
        return False
    wish.attempts += 1
    contact.stage, contact.agent, contact.leg = Stage.RESERVED, key, leg
    floor.legs[leg] = contact.id
    floor.room.leave(contact.id)
    turn.say(
        CallbackReserved(
            at=turn.at,
            contact=contact.id,
            agent=key,
            queue=contact.queue,
            leg=leg,
            attempt=wish.attempts,
        )
    )
    outside_calls.dial(floor, contact.id, route, turn, agent=None, account_id=contact.account_id, leg=leg)
    return True
