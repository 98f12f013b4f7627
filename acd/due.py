"""What follows when a timer of the ACD is due: `acd:family:whom`, about the agent, the contact or the leg it names.

A timer that comes late, for somebody who is gone or in another state by then, finds nothing to do.
"""

from collections.abc import Callable
from typing import Any

from acd import (
    call_backs,
    consult,
    device,
    hand,
    lease,
    legs,
    limits,
    messages,
    offers,
    outside_calls,
    recording_pause,
    told_waits,
    transfer,
    wrap_up,
)
from acd.contact_state import Participant, Stage
from acd.floor import Floor
from ctiserver.core.commands import DropLeg, StartTimer
from ctiserver.core.events import PlaceTold
from ctiserver.core.ids import ContactId, LegId, TimerId
from ctiserver.core.inputs import LegFailed
from ctiserver.core.turn import Turn


def fired(floor: Floor, timer: TimerId, turn: Turn) -> None:
    """Do what follows; a timer that is not ours, or of a family unknown, is left alone."""
    ours, _, rest = timer.partition(":")
    family, _, whom = rest.partition(":")
    if ours == "acd" and (does := _WHEN_DUE.get(family)):
        does(floor, whom, turn)


def _rang_enough(floor: Floor, leg: LegId, turn: Turn) -> None:
    contact = floor.contact_of_leg(leg)
    party = contact.party(leg) if contact else None
    if contact and party and party.agent is None:
        _never_told(floor, party, turn)
    elif contact and party:
        consult.expired(floor, contact, party, turn)
    elif contact:
        offers.expired(floor, contact, turn)


def _never_told(floor: Floor, party: Participant, turn: Turn) -> None:
    """The switch ends what rings outside for too long; its word was lost, if that has not come by now."""
    if not party.up:
        failed = LegFailed(at=turn.at, leg=party.leg, reason="no_answer")
        turn.say(DropLeg(leg=party.leg))
        outside_calls.follow(floor, failed, turn)
        legs.gone(floor, failed, turn)


def _tell_place(floor: Floor, key: ContactId, turn: Turn) -> None:
    contact = floor.ledger.contacts.get(key)
    if contact is None or contact.stage not in (Stage.WAITING, Stage.OFFERED):
        return
    if contact.stage is Stage.WAITING:
        place = floor.place(contact, turn.at)
        wait = told_waits.estimate(floor, contact, turn.at)
        turn.say(
            PlaceTold(
                at=turn.at,
                contact=key,
                place=place,
                language=contact.language,
                at_least_seconds=wait.at_least_seconds if wait else None,
                at_most_seconds=wait.at_most_seconds if wait else None,
                tells=floor.queues[contact.queue].tells,
            )
        )
    every = floor.queues[contact.queue].announce_every_seconds
    turn.say(StartTimer(timer=offers.place_timer(contact), due_at=turn.at + every))


_WHEN_DUE: dict[str, Callable[[Floor, Any, Turn], None]] = {
    "ring": _rang_enough,
    "consult": _rang_enough,
    "place": _tell_place,
    "wrap_up": wrap_up.over,
    "away": device.away_too_long,
    "named": transfer.waited_long_enough,
    "minute": hand.minute_over,
    "recording": recording_pause.paused_too_long,
    "call_back": call_backs.due,
    "wider": offers.more_may_serve,
    "leases": lease.look,
    "limit": limits.over,
    "message": messages.forgotten,
}
