"""Calling numbers outside: whoever of us does it, does it here, so that rules hold and costs are counted."""

from acd.floor import Floor
from acd.outside_book import OutsideCall
from ctiserver.core import outside
from ctiserver.core.commands import DialOutside
from ctiserver.core.errors import Refusal
from ctiserver.core.events import OutsideAnswered, OutsideDialed, OutsideEnded, OutsideRefused
from ctiserver.core.ids import AgentKey, ContactId, LegId, QueueKey
from ctiserver.core.inputs import LegAnswered, LegEnded, LegFailed
from ctiserver.core.outside import Route
from ctiserver.core.permit import Permit
from ctiserver.core.turn import Turn


def find(floor: Floor, agent: AgentKey, written: str, turn: Turn, *, queue: QueueKey | None = None) -> Route:
    """The way to a number as an agent wrote it; he calls as the queue does. Raises Refusal (`core.outside.route`).

    What the rules or a limit refuse is told, beside the answer that he gets.
    """
    tables, person = floor.ledger.tables, floor.roster.get(agent)
    if person is None:  # he was removed while he talks
        raise Refusal("unknown_agent", f"there is no agent {agent!r} any more: pass the caller on to a queue")
    rules = tables.outside
    spent = floor.ledger.outside.spent(person.account_id, agent, turn.at, rules.time_zone)
    served = floor.queues.get(queue) if queue else None
    try:
        return outside.route(
            rules,
            written,
            account_id=person.account_id,
            roles=person.roles,
            spent=spent,
            caller_number=served.caller_number if served else "",
        )
    except Refusal as refusal:
        if refusal.error_id in outside.REFUSED:
            turn.say(
                OutsideRefused(
                    at=turn.at,
                    id=turn.new_id(),
                    account_id=person.account_id,
                    agent=agent,
                    pii_number=outside.normalised(rules, written),
                    reason=refusal.error_id,
                )
            )
        raise


def dial(
    floor: Floor,
    contact: ContactId,
    route: Route,
    turn: Turn,
    *,
    agent: AgentKey | None,
    account_id: int | None = None,
    leg: LegId | None = None,
    permit: Permit | None = None,
) -> LegId:
    """Rings it as a leg of the contact, whose id is given back. What follows comes as LegAnswered or LegFailed.

    `agent` None: nobody of ours chose the number; then `account_id` says who pays. `permit`: to call the customer whose
    number it is.
    """
    leg = leg or LegId(turn.new_id())
    if agent is not None:
        account_id = floor.roster[agent].account_id
    if account_id is None:
        raise AssertionError("somebody has to pay for a call")
    floor.ledger.outside.calls[leg] = OutsideCall(
        account_id=account_id,
        contact=contact,
        agent=agent,
        pii_number=route.pii_number,
        minor_per_minute=route.minor_per_minute,
        dialed_at=turn.at,
    )
    turn.say(
        OutsideDialed(
            at=turn.at,
            contact=contact,
            account_id=account_id,
            leg=leg,
            agent=agent,
            pii_number=route.pii_number,
            minor_per_minute=route.minor_per_minute,
        ),
        DialOutside(
            leg=leg,
            contact=contact,
            route=route,
            ring_seconds=floor.ledger.tables.outside.ring_seconds,
            permit=permit,
        ),
    )
    return leg


def follow(floor: Floor, message: LegAnswered | LegFailed | LegEnded, turn: Turn) -> None:
    """Counts what the call costs; of other legs nothing."""
    book = floor.ledger.outside
    call = book.calls.get(message.leg)
    if call is None:
        return
    if isinstance(message, LegAnswered):
        call.answered_at, call.trunk = turn.at, message.trunk
        turn.say(
            OutsideAnswered(
                at=turn.at,
                contact=call.contact,
                account_id=call.account_id,
                leg=message.leg,
                agent=call.agent,
                trunk=call.trunk,
            )
        )
    else:
        _over(floor, message, call, turn)


def _over(floor: Floor, message: LegFailed | LegEnded, call: OutsideCall, turn: Turn) -> None:
    floor.ledger.outside.end(message.leg, turn.at, floor.ledger.tables.outside.time_zone)
    answered_at = call.answered_at
    turn.say(
        OutsideEnded(
            at=turn.at,
            contact=call.contact,
            account_id=call.account_id,
            leg=message.leg,
            agent=call.agent,
            pii_number=call.pii_number,
            dialed_at=call.dialed_at,
            result=message.reason if isinstance(message, LegFailed) else "answered",
            seconds=0.0 if answered_at is None else turn.at - answered_at,
            cost_minor=call.cost_minor(turn.at),
            trunk=call.trunk,
            sip_code=message.sip_code if isinstance(message, LegFailed) else 0,
        )
    )
