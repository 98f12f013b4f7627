"""What becomes of a campaign's calls.

Who answers is judged first, where the campaign listens for machines, and then waits in its queue for an agent whose
phone answers by itself. Whoever speaks with one within the tolerance is connected; who does not is abandoned: from
then on he hears who called, and is offered to nobody. A machine is left the campaign's message, or nothing.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ctiserver.core.commands import CancelTimer, DetectMachine, StartTimer
from ctiserver.core.events import (
    ContactArrived,
    ContactConnected,
    ContactEnded,
    ContactRequeued,
    LeadAbandoned,
    LeadConnected,
    OfferMade,
)
from ctiserver.core.ids import LegId, TimerId
from ctiserver.core.inputs import LegAnswered, LegEnded, MachineJudged
from ctiserver.core.leads import Decider, DialResult
from ctiserver.core.turn import Turn
from dialer import lead_life
from dialer.book import Book, Going, UnderWay

if TYPE_CHECKING:
    from dialer.pacing import Pacer

JUDGED_SECONDS = 1.5
"""At most: an agent shall still be there within the tolerance of two seconds (47 CFR 64.1200(a)(7))."""
_TOLERANCE = "dialer:tolerance:"
Told = ContactArrived | ContactConnected | ContactEnded | ContactRequeued | OfferMade


def tolerance_timer(leg: LegId) -> TimerId:
    """Fires when an agent should speak with him."""
    return TimerId(f"{_TOLERANCE}{leg}")


def leg_of(timer: TimerId) -> LegId | None:
    """The leg that a tolerance timer is about; None: it is another timer."""
    return LegId(timer.removeprefix(_TOLERANCE)) if timer.startswith(_TOLERANCE) else None


def leg(
    book: Book, pacers: "Mapping[int, Pacer]", message: LegAnswered | LegEnded, it: UnderWay, turn: Turn
) -> None:
    """His telephone was answered, or the call is over before the IVR had it."""
    going = _going(book, it)
    if isinstance(message, LegAnswered) and it.stage == "dialing":
        it.answered = True
        due_at = turn.at + going.table.tolerance_seconds
        turn.say(StartTimer(timer=tolerance_timer(it.lead.attempt), due_at=due_at))
        if going.table.detect_machines:
            it.stage = "judging"
            turn.say(DetectMachine(leg=it.lead.attempt, seconds=JUDGED_SECONDS))
        else:
            _is_there(book, pacers, it, turn)
    elif isinstance(message, LegEnded) and not it.opened:
        _rate_ended(pacers, it, turn.at, answered=it.stage != "machine")
        _close(book, it, *_before_opened(message, it), turn)


def judged(
    book: Book, pacers: "Mapping[int, Pacer]", message: MachineJudged, it: UnderWay, turn: Turn
) -> None:
    """Whether a person or a machine picked up; too late, he has heard who called already."""
    if it.stage != "judging":
        return
    it.answered_by = message.answered_by
    if message.answered_by == "machine":
        it.stage = "machine"
        _rate_ended(pacers, it, turn.at, answered=False)
        turn.say(CancelTimer(timer=tolerance_timer(it.lead.attempt)))
        flow = _going(book, it).table.machine_flow or ""
        _say_reached(book, it, turn, message, flow=flow, survey="")
    else:
        _is_there(book, pacers, it, turn, message)


def too_late(book: Book, pacers: "Mapping[int, Pacer]", it: UnderWay, turn: Turn) -> None:
    """The tolerance is over."""
    if it.stage not in ("judging", "waiting", "offered"):
        return
    going, judging = _going(book, it), it.stage == "judging"
    flow = going.table.message_flow
    if judging:
        _rate_ended(pacers, it, turn.at, answered=True)
        _say_reached(book, it, turn, None, flow=flow, survey="")
    _abandoned(pacers, it, flow, turn)


def pressed(book: Book, pacers: "Mapping[int, Pacer]", it: UnderWay, turn: Turn) -> bool:
    """A key from whom we took for a machine: a person after all, whom no agent spoke with. Whether it was one."""
    if it.stage != "machine":
        return False
    _abandoned(pacers, it, _going(book, it).table.machine_flow or "", turn)
    return True


def _abandoned(pacers: "Mapping[int, Pacer]", it: UnderWay, flow: str, turn: Turn) -> None:
    campaign = it.lead.campaign
    if campaign is None:
        raise AssertionError("a lead of no campaign finds nobody missing")
    it.stage = "abandoned"
    by_leaving = pacers[campaign].abandoned(turn.at)
    turn.say(
        LeadAbandoned(
            at=turn.at,
            contact=it.contact,
            campaign=campaign,
            flow=flow,
            by_leaving=by_leaving,
            **lead_life.named(it.lead),
        )
    )


def contact(book: Book, pacers: "Mapping[int, Pacer]", message: Told, it: UnderWay, turn: Turn) -> None:
    """What the IVR and the ACD say of his contact."""
    match message:
        case ContactArrived():
            it.opened = True
        case OfferMade() if it.stage == "waiting":
            it.stage = "offered"
        case ContactRequeued() if it.stage == "offered":
            it.stage, it.agent = "waiting", None
            _going(book, it).left += 1  # the agent who was there for him is not
        case ContactConnected() if it.stage in ("waiting", "offered"):
            _connected(book, pacers, message, it, turn)
        case ContactEnded():
            _close(book, it, *_how(message, it), turn)
        case _:
            pass


def _connected(
    book: Book, pacers: "Mapping[int, Pacer]", message: ContactConnected, it: UnderWay, turn: Turn
) -> None:
    campaign = _going(book, it).table.id
    it.stage = "connected"
    pacers[campaign].connected(turn.at)
    turn.say(
        CancelTimer(timer=tolerance_timer(it.lead.attempt)),
        LeadConnected(
            at=turn.at,
            contact=it.contact,
            campaign=campaign,
            agent=message.agent,
            **lead_life.named(it.lead),
        ),
    )


def _is_there(
    book: Book,
    pacers: "Mapping[int, Pacer]",
    it: UnderWay,
    turn: Turn,
    judgement: MachineJudged | None = None,
) -> None:
    """A person, as far as we know: he waits in the queue, for the agent who is kept for him or for any."""
    it.stage = "waiting"
    _rate_ended(pacers, it, turn.at, answered=True)
    queue = _going(book, it).table.queue
    _say_reached(book, it, turn, judgement, flow="", survey="", queue=queue, agent=it.agent)


def _say_reached(
    book: Book, it: UnderWay, turn: Turn, judgement: MachineJudged | None, **where: object
) -> None:
    heard = (
        {}
        if judgement is None
        else {
            "answered_by": judgement.answered_by,
            "detector_cause": judgement.cause,
            "detector_seconds": judgement.seconds,
        }
    )
    turn.say(lead_life.reached(it, turn.at, campaign=it.lead.campaign, **where, **heard))


def _rate_ended(pacers: "Mapping[int, Pacer]", it: UnderWay, at: float, *, answered: bool) -> None:
    campaign = it.lead.campaign
    if campaign is not None and it.agent is None:
        pacers[campaign].rate.ended(it.lead.attempt, at, answered=answered)


def _close(book: Book, it: UnderWay, result: DialResult, decided_by: Decider, turn: Turn) -> None:
    turn.say(CancelTimer(timer=tolerance_timer(it.lead.attempt)))
    lead_life.ended(book, it, result, decided_by, turn)


def _before_opened(message: LegEnded, it: UnderWay) -> tuple[DialResult, Decider]:
    if it.stage == "machine":
        return "machine", "system"
    return ("hung_up", "customer") if message.by in ("agent", "caller") else ("cut_off", "system")


def _how(message: ContactEnded, it: UnderWay) -> tuple[DialResult, Decider]:
    by_him = message.by in ("caller", "agent")
    match it.stage:
        case "connected":
            return "connected", "customer" if message.by == "caller" else "system"
        case "abandoned":
            return "abandoned", "system"
        case "machine":
            said = message.where == "goodbye" or message.by == "center"
            return ("message_left" if said else "machine"), "system"
    return ("hung_up", "customer") if by_him else ("cut_off", "system")


def _going(book: Book, it: UnderWay) -> Going:
    """Its campaign: one is kept as long as it has lines."""
    if it.lead.campaign is None:
        raise AssertionError("a lead of no campaign has no call of one")
    return book.campaigns[it.lead.campaign]
