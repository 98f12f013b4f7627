"""An agent asks somebody before he passes his caller on, or instead of it.

The caller hears music. Whom the agent asks is a colleague who is free, the next free one of a queue, or somebody
outside. From then on:

    the other does not answer, says no, hangs up     the caller is back with his agent, who is told why
    the agent returns                                the same, and the other is free
    the agent connects the two, or hangs up          the caller talks with the other, whose segment begins
    the agent hangs up while the other's phone rings the caller is passed on to him without a word
    the agent takes the other in                     all three talk: see `conference`
    the caller hangs up                              the agent wraps up, the other is free
    the agent's browser goes                         the other is free, the caller waits for his agent

So no caller is ever left with music that nobody ends.
"""

from msgspec.structs import replace

from acd import arrangement, named, offers, outside_calls, parties, recording, talk, transfer
from acd.contact_state import Contact, Participant, Stage
from acd.floor import Floor
from acd.hold import in_hand
from acd.matching import choose_agent
from ctiserver.core.commands import SetFuse
from ctiserver.core.errors import Refusal
from ctiserver.core.events import ConsultAnswered, ConsultStarted, ContactResumed
from ctiserver.core.ids import AgentKey, QueueKey
from ctiserver.core.inputs import LegAnswered, LegEnded, LegFailed, LegRinging, Party
from ctiserver.core.message import Message
from ctiserver.core.requests import CompleteTransfer, ReturnFromConsult, StartConsult
from ctiserver.core.turn import Turn


def start(floor: Floor, request: StartConsult, turn: Turn) -> None:
    """Music for the caller, and the other's phone rings. Raises Refusal."""
    contact = in_hand(floor, request.agent, Stage.TALKING, Stage.HELD)
    parties.need_nobody_else(contact)
    if request.pii_number:
        _ask_outside(floor, contact, request, turn)
    else:
        _ask_colleague(floor, contact, request, turn)


def _ask_outside(floor: Floor, contact: Contact, request: StartConsult, turn: Turn) -> None:
    if request.to is not None or request.queue is not None:
        raise Refusal("bad_request", "name the number, the queue or the colleague: one of the three")
    route = outside_calls.find(floor, request.agent, request.pii_number, turn, queue=contact.queue)
    number = route.pii_number
    turn.say(ConsultStarted(at=turn.at, contact=contact.id, agent=request.agent, pii_number=number))
    _put_on_hold(floor, contact, turn)
    parties.ring_outside(floor, contact, route, request.agent, "consulted", turn)


def _ask_colleague(floor: Floor, contact: Contact, request: StartConsult, turn: Turn) -> None:
    key = _whom(floor, contact, request, turn)
    turn.say(ConsultStarted(at=turn.at, contact=contact.id, agent=request.agent, to=key, queue=request.queue))
    _put_on_hold(floor, contact, turn)
    parties.ring_colleague(floor, contact, key, request.agent, turn)


def _put_on_hold(floor: Floor, contact: Contact, turn: Turn) -> None:
    if contact.stage is Stage.TALKING:
        contact.stage = Stage.HELD
        offers.hold(floor, contact, turn)


def _whom(floor: Floor, contact: Contact, request: StartConsult, turn: Turn) -> AgentKey:
    if (request.to is None) == (request.queue is None):
        raise Refusal("bad_request", "name the number, the queue or the colleague: one of the three")
    if request.queue is not None:
        return _next_free(floor, contact, request.queue, turn)
    key = request.to or AgentKey("")
    transfer.check_colleague(floor, request.agent, key, contact.account_id)
    if not named.is_free(floor, key):
        raise Refusal("agent_busy", f"{key} is busy: choose somebody else, or pass the caller on to him")
    return key


def _next_free(floor: Floor, contact: Contact, key: QueueKey, turn: Turn) -> AgentKey:
    transfer.check_queue(floor, key, contact.account_id)
    asked = replace(contact, queue=key, named=None, campaign=None, relaxed=0, leaves_free=0)
    free, _ = choose_agent(floor, asked, turn.at)
    if free is None:
        raise Refusal(
            "nobody_free", f"nobody of {key} is free: ask somebody else, or pass the caller on to it"
        )
    return free


def alive(
    floor: Floor,
    contact: Contact,
    party: Participant,
    message: Message,
    turn: Turn,
) -> None:
    """The other's phone rings, or was answered: then the two talk."""
    if isinstance(message, LegRinging):
        parties.ringing(floor, contact, party, turn)
    elif isinstance(message, LegAnswered) and not party.up:
        parties.answered(floor, party, turn)
        if party.asked_by is not None:
            file = recording.consult_begins(floor, contact, party, turn)
            who, to = party.asked_by, party.agent
            turn.say(ConsultAnswered(at=turn.at, contact=contact.id, agent=who, to=to, recording=file))
        arrangement.arrange(contact, turn)


def gone(
    floor: Floor, contact: Contact, party: Participant, message: LegFailed | LegEnded, turn: Turn
) -> None:
    """The other is gone, or could not be had."""
    by: Party = message.by if isinstance(message, LegEnded) else "agent"
    if party.up:
        parties.end_consult(floor, contact, party, "hung_up", turn, by=by)
    else:
        reason = message.reason if isinstance(message, LegFailed) else "hung_up_at_once"
        parties.end_consult(floor, contact, party, "failed", turn, reason=reason, by=by)
    take_back(floor, contact, turn)


def expired(floor: Floor, contact: Contact, party: Participant, turn: Turn) -> None:
    """The other did not answer in time. A phone that never rang is out of reach."""
    if not party.up:
        rang = party.agent is not None and floor.ledger.agents[party.agent].activity == "ringing"
        reason = "missed_offer" if rang else "unreachable"
        parties.end_consult(floor, contact, party, "failed", turn, reason=reason)
        take_back(floor, contact, turn)


def take_back(floor: Floor, contact: Contact, turn: Turn) -> None:
    """The caller and his agent hear each other again."""
    if contact.agent is None or contact.stage is not Stage.HELD:
        return
    contact.stage = Stage.TALKING
    arrangement.arrange(contact, turn)
    turn.say(
        SetFuse(leg=contact.leg, seconds=floor.ledger.tables.timing.talk_fuse_seconds),
        ContactResumed(at=turn.at, contact=contact.id, agent=contact.agent),
    )


def return_to_caller(floor: Floor, request: ReturnFromConsult, turn: Turn) -> None:
    """The other is let go, whether he has answered or not. Raises Refusal."""
    contact, party = consulting(floor, request.agent)
    parties.end_consult(floor, contact, party, "returned", turn)
    take_back(floor, contact, turn)


def complete(floor: Floor, request: CompleteTransfer, turn: Turn) -> None:
    """The caller goes to the other. Raises Refusal."""
    contact, party = consulting(floor, request.agent)
    if not party.up:
        raise Refusal("not_answered", "nobody has answered yet: wait, or go back to your caller")
    talk.hand_over(floor, contact, party, "attended", "agent", turn)


def consulting(floor: Floor, key: AgentKey) -> tuple[Contact, Participant]:
    """The contact of an agent who consults somebody, and whom. Raises Refusal."""
    contact = in_hand(floor, key, Stage.HELD)
    if contact.other is None or contact.other.role != "consulted":
        raise Refusal("no_consult", f"{key} consults nobody")
    return contact, contact.other


def agent_left(floor: Floor, contact: Contact, party: Participant, by: Party, turn: Turn) -> None:
    """The agent hung up: the caller goes to whom he consulted, at once or when that one answers."""
    if party.up:
        talk.hand_over(floor, contact, party, "attended", by, turn)
        return
    giver, to = contact.agent, party.agent
    parties.end_consult(floor, contact, party, "agent_left", turn)
    if giver and to and named.may_come(floor, to):
        transfer.pass_on_to_colleague(floor, contact, giver, to, turn)
    else:
        talk.pass_on(floor, contact, contact.queue, turn)
