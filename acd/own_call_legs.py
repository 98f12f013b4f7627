"""The telephones of a call that an agent makes himself: his own, then the other's.

Somebody outside who answers is a contact like any other from then on; two colleagues talk, until one hangs up.
"""

from acd import arrangement, device, message_in_hand, outside_calls, own_calls, priority
from acd.agent_state import Activity
from acd.contact_state import Contact, Stage
from acd.floor import Floor
from acd.own_call_state import OwnCall
from acd.own_calls import customer_name, end, value_class
from ctiserver.core import events as e
from ctiserver.core.commands import Arrange, DialLeg, Play, SetFuse, StopPlaying
from ctiserver.core.errors import Refusal
from ctiserver.core.ids import AgentKey, ConversationId, LegId, PlaybackId
from ctiserver.core.inputs import LegAnswered, LegEnded, LegFailed, LegRinging, Party
from ctiserver.core.topology import Conversation, Kind
from ctiserver.core.turn import Turn

COLLEAGUE_RING_SECONDS = 30.0
RINGS = ("tone:ring",)


def alive(floor: Floor, message: LegRinging | LegAnswered, turn: Turn) -> None:
    """A telephone of such a call rings, or was answered."""
    call = _of_leg(floor, message.leg)
    if call is None:
        return
    own = message.leg == call.agent_leg
    if isinstance(message, LegRinging):
        if not own and call.stage == "calling":  # else it is told late
            _ringing(floor, call, turn)
    elif own:
        (_on_the_line_again if call.away else _on_the_line)(floor, call, turn)
    elif call.away:
        _waits(floor, call, turn)
    elif call.to is not None:
        _colleagues_talk(floor, call, call.to, turn)
    else:
        _reached(floor, call, turn)


def gone(floor: Floor, message: LegFailed | LegEnded, turn: Turn) -> None:
    """One of the two hung up, or could not be had: it is over for both."""
    call = _of_leg(floor, message.leg)
    if call is None:
        return
    own = message.leg == call.agent_leg
    if own and call.away == "gone":
        return
    by: Party = message.by if isinstance(message, LegEnded) else "switch"
    if own and call.stage == "calling" and by == "switch" and device.is_gone(floor, call.agent, message):
        device.lost(floor, call.agent, turn)
        return
    if call.stage == "talking":
        reason = "hung_up"
    elif own:
        reason = "own_phone" if call.stage == "own_phone" else "given_up"
    else:
        reason = message.reason if isinstance(message, LegFailed) else "hung_up_at_once"
    end(floor, call, reason, by, turn, gone=message.leg)


def _of_leg(floor: Floor, leg: LegId) -> OwnCall | None:
    calls = floor.ledger.own_calls.values()
    return next((it for it in calls if leg in (it.agent_leg, it.leg)), None)


def _on_the_line(floor: Floor, call: OwnCall, turn: Turn) -> None:
    if call.stage != "own_phone":
        return
    if call.agent not in floor.roster or (call.to is not None and call.to not in floor.roster):
        end(floor, call, "gone", "center", turn)
        return
    if call.route is not None:
        try:
            call.route = outside_calls.find(floor, call.agent, call.route.pii_number, turn, queue=call.queue)
        except Refusal as refusal:  # closed, or a limit tripped, since he asked for it
            end(floor, call, refusal.error_id, "center", turn)
            return
    call.stage, call.tone = "calling", PlaybackId(turn.new_id())
    turn.say(
        SetFuse(leg=call.agent_leg, seconds=floor.ledger.tables.timing.talk_fuse_seconds),
        e.OwnCallDialed(at=turn.at, call=call.id, account_id=call.account_id, agent=call.agent, to=call.to),
        Play(playback=call.tone, leg=call.agent_leg, says=RINGS, language=call.language),
    )
    if call.route is not None:
        outside_calls.dial(
            floor, call.id, call.route, turn, agent=call.agent, leg=call.leg, permit=call.permit
        )
    elif call.to is not None:
        me = floor.roster[call.agent]
        turn.say(
            DialLeg(
                leg=call.leg,
                contact=call.id,
                endpoint=floor.roster[call.to].endpoint,
                ring_seconds=COLLEAGUE_RING_SECONDS,
                caller_number=me.extension,
                caller_name=me.name or me.key,
            )
        )


def _on_the_line_again(floor: Floor, call: OwnCall, turn: Turn) -> None:
    """His page is back: as before, or with him who answered meanwhile."""
    if call.away != "rung":
        return
    call.away = ""
    if call.stage == "own_phone":
        _on_the_line(floor, call, turn)
        return
    turn.say(SetFuse(leg=call.agent_leg, seconds=floor.ledger.tables.timing.talk_fuse_seconds))
    if call.waits is None:
        call.tone = PlaybackId(turn.new_id())
        turn.say(Play(playback=call.tone, leg=call.agent_leg, says=RINGS, language=call.language))
    elif call.to is not None:
        _colleagues_talk(floor, call, call.to, turn)
    else:
        _reached(floor, call, turn)


def _waits(floor: Floor, call: OwnCall, turn: Turn) -> None:
    """The other answers while the agent's page is away: music, as in a talk."""
    if call.waits is not None:
        return
    call.waits = ConversationId(turn.new_id())
    held = Conversation(id=call.waits, kind=Kind.HOLD, legs=(call.leg,))
    turn.say(
        SetFuse(leg=call.leg, seconds=floor.ledger.tables.timing.talk_fuse_seconds),
        Arrange(contact=call.id, conversations=(held,)),
    )


def _ringing(floor: Floor, call: OwnCall, turn: Turn) -> None:
    colleague = floor.ledger.agents.get(call.to) if call.to else None
    if colleague is not None and colleague.activity is Activity.RESERVED:
        colleague.move("ring")
    turn.say(
        e.OwnCallRinging(at=turn.at, call=call.id, account_id=call.account_id, agent=call.agent, to=call.to)
    )


def _answered(floor: Floor, call: OwnCall, turn: Turn) -> None:
    if call.message is None:
        floor.ledger.agents[call.agent].move("answer")
    else:
        message_in_hand.answered(floor, call.agent, call.id, turn)
        floor.ledger.agents[call.agent].queue = call.queue or ""
    fuse = floor.ledger.tables.timing.talk_fuse_seconds
    if call.tone and call.waits is None:
        turn.say(StopPlaying(playback=call.tone))
    turn.say(
        SetFuse(leg=call.leg, seconds=fuse),
        e.OwnCallAnswered(at=turn.at, call=call.id, account_id=call.account_id, agent=call.agent, to=call.to),
    )


def _colleagues_talk(floor: Floor, call: OwnCall, to: AgentKey, turn: Turn) -> None:
    if call.stage != "calling":
        return
    _answered(floor, call, turn)
    floor.ledger.agents[to].move("answer")
    call.stage, call.talk = "talking", ConversationId(turn.new_id())
    own_calls.arrange(call, turn)


def _reached(floor: Floor, call: OwnCall, turn: Turn) -> None:
    """Whom he called is a contact in his hand from now on."""
    if call.queue is None or call.route is None:
        raise AssertionError("who is outside is called for a queue, by a route")
    del floor.ledger.own_calls[call.id]
    floor.ledger.arrivals += 1
    contact = Contact(
        id=call.id,
        account_id=call.account_id,
        leg=call.leg,
        queue=call.queue,
        value_class=value_class(floor, call),
        language=call.language,
        pii_number=call.route.pii_number,
        pii_name=customer_name(call),
        arrived_at=turn.at,
        virtual_arrival=turn.at,
        order=floor.ledger.arrivals,
        stage=Stage.JOINING,
        agent=call.agent,
        agent_leg=call.agent_leg,
        called=True,
        origin="called",
    )
    priority.begin(contact, floor.queues[call.queue])
    floor.enter(contact)
    floor.legs[call.agent_leg] = contact.id
    turn.say(
        e.CallOutReached(
            at=turn.at,
            contact=contact.id,
            account_id=contact.account_id,
            agent=call.agent,
            leg=contact.leg,
            queue=contact.queue,
            pii_number=contact.pii_number,
            language=contact.language,
            value_class=contact.value_class,
            customer_id=call.customer.customer_id if call.customer else None,
        )
    )
    _answered(floor, call, turn)
    arrangement.arrange(contact, turn)
