"""Calls that an agent makes himself: to somebody outside, or to a colleague.

His own telephone rings first, and answers by itself; then the other's is rung, while he hears that it rings. Whoever is
logged in, available or on a break, has nothing in hand and owes no disposition may call; he is given no contact
meanwhile, and is what he was before when it is over. Either may hang up, at any time, which ends it for both. A page
that is reloaded before the two talk ends nothing: the number rings on, and his phone is rung again when it is back.

Outside he calls on behalf of one of his queues: its number is shown, its rule records, its time is there for wrapping
up. What may be dialled is for the rules (`core.outside`), and whether a customer may be called for the store, which has
given a permit. Who answers is a contact like any other from then on. A colleague has to be free, and is kept from the
first moment on; the two talk in private: no recording, no wrap-up, and nobody is paused for not answering.
"""

from acd import message_in_hand, named, offers, outside_calls, transfer, wrap_up
from acd.agent_state import Activity, AgentState
from acd.contact_state import Contact
from acd.floor import Floor
from acd.own_call_state import OwnCall
from acd.status import release
from ctiserver.core import events as e
from ctiserver.core.commands import Arrange, DialLeg, DropLeg
from ctiserver.core.errors import Refusal
from ctiserver.core.ids import AgentKey, ContactId, LegId, QueueKey
from ctiserver.core.inputs import Party
from ctiserver.core.requests import CallColleague, CallOut, Status
from ctiserver.core.tables import Agent
from ctiserver.core.topology import Conversation, Kind, Mode
from ctiserver.core.turn import Turn

OWN_RING_SECONDS = 20.0


def call_out(floor: Floor, request: CallOut, turn: Turn) -> None:
    """Call somebody outside. Raises Refusal."""
    message = _message(floor, request.agent)
    agent = _who_may(floor, request.agent, has_message=message is not None)
    queue = _queue(floor, agent, request.queue or _own_queue_of(agent, message))
    route = outside_calls.find(floor, agent.key, request.pii_number, turn, queue=queue)
    if request.permit is not None and request.permit.pii_address != route.pii_number:
        raise Refusal("permit_other_address", f"this customer is not called at {route.pii_number}")
    call = _new(agent, turn)
    call.queue, call.route, call.permit = queue, route, request.permit
    call.customer, call.language = request.customer, request.language
    call.message = message.id if message else None
    _tell(floor, call, turn)
    _begin(floor, call, route.pii_number, customer_name(call), turn)


def call_colleague(floor: Floor, request: CallColleague, turn: Turn) -> None:
    """Call a colleague. Raises Refusal."""
    agent = _who_may(floor, request.agent)
    if request.to == agent.key:
        raise Refusal("call_to_self", "this is your own number: choose a colleague")
    transfer.check_colleague(floor, agent.key, request.to, agent.account_id)
    if not named.is_free(floor, request.to):
        raise Refusal("colleague_busy", f"{request.to} is busy: try again, or call somebody else")
    call = _new(agent, turn)
    call.to = request.to
    colleague = floor.roster[request.to]
    _begin(floor, call, colleague.extension, colleague.name or colleague.key, turn)


def _message(floor: Floor, key: AgentKey) -> Contact | None:
    """The one that he has in hand and may call back from: it is he who calls by then, if he calls at all."""
    return message_in_hand.of(floor, key) if of_agent(floor, key) is None else None


def _own_queue_of(agent: Agent, message: Contact | None) -> QueueKey | None:
    """That of the message, if it is one of his."""
    return message.queue if message is not None and message.queue in agent.queues else None


def _who_may(floor: Floor, key: AgentKey, *, has_message: bool = False) -> Agent:
    agent, state = floor.roster.get(key), floor.ledger.agents.get(key)
    if agent is None or state is None:
        raise Refusal("unknown_agent", f"there is no agent {key!r}")
    if state.owes:
        raise Refusal(wrap_up.OWED, f"say first how contact {state.contact} ended (dispose), then call")
    if state.status is Status.LOGGED_OUT:
        raise Refusal("log_in_first", "you are logged out: be available or on a break, then call")
    if (state.activity is not Activity.IDLE and not has_message) or state.supervises:
        raise Refusal("call_in_hand", "finish what you have in hand first, then call")
    return agent


def _queue(floor: Floor, agent: Agent, asked: QueueKey | None) -> QueueKey:
    """The one that he names, or his first."""
    own = sorted(
        (key for key in agent.queues if key in floor.queues), key=lambda key: (agent.queues[key], key)
    )
    if asked is not None and asked not in own:
        raise Refusal("queue_not_served", f"you don't serve the queue {asked!r}: call for one of yours")
    if not own:
        raise Refusal("no_queue", "you serve no queue for which you could call: ask an administrator")
    return asked or own[0]


def _new(agent: Agent, turn: Turn) -> OwnCall:
    return OwnCall(
        id=ContactId(turn.new_id()),
        account_id=agent.account_id,
        agent=agent.key,
        agent_leg=LegId(turn.new_id()),
        leg=LegId(turn.new_id()),
        begun_at=turn.at,
    )


def customer_name(call: OwnCall) -> str:
    """Whose number it is; "" where nobody knows."""
    return call.customer.pii_name if call.customer else ""


def value_class(floor: Floor, call: OwnCall) -> str:
    """That of the customer who is called."""
    known = call.customer.value_class if call.customer else None
    return known or floor.ledger.tables.unknown_class


def _tell(floor: Floor, call: OwnCall, turn: Turn) -> None:
    """It is a contact, from now on."""
    if call.queue is None or call.route is None:
        raise AssertionError("who is outside is called for a queue, by a route")
    turn.say(
        e.ContactArrived(
            at=turn.at,
            contact=call.id,
            account_id=call.account_id,
            leg=LegId(""),
            did="",
            pii_number=call.route.pii_number,
            language=call.language,
            flow="",
            flow_version="",
            channel="outbound",
        ),
        e.CallerIdentified(
            at=turn.at,
            contact=call.id,
            how="called",
            candidates=(call.customer,) if call.customer else (),
            value_class=value_class(floor, call),
            level="number" if call.customer else "none",
        ),
        e.CallOutBegun(
            at=turn.at,
            contact=call.id,
            agent=call.agent,
            queue=call.queue,
            purpose=call.permit.purpose if call.permit else "",
            message=call.message,
        ),
    )


def _begin(floor: Floor, call: OwnCall, number: str, name: str, turn: Turn) -> None:
    floor.ledger.own_calls[call.id] = call
    for key in _kept_for(call):
        _reserve(floor.ledger.agents[key], call, turn)
    turn.say(
        e.OwnCallBegun(
            at=turn.at,
            call=call.id,
            account_id=call.account_id,
            agent=call.agent,
            to=call.to,
            pii_number=number,
            pii_name=name,
        ),
    )
    _ring_own_phone(floor, call, number, name, turn)


def _ring_own_phone(floor: Floor, call: OwnCall, number: str, name: str, turn: Turn) -> None:
    turn.say(
        DialLeg(
            leg=call.agent_leg,
            contact=call.id,
            endpoint=floor.roster[call.agent].endpoint,
            ring_seconds=OWN_RING_SECONDS,
            caller_number=number,
            caller_name=name,
            auto_answer=True,
        ),
    )


def _reserve(state: AgentState, call: OwnCall, turn: Turn) -> None:
    state.move("reserve")
    state.contact, state.queue, state.account_id = call.id, call.queue or "", call.account_id
    state.campaign = None
    turn.say(e.AgentReserved(at=turn.at, agent=state.key, contact=call.id))


def _kept_for(call: OwnCall) -> list[AgentKey]:
    """Whose hands are full because of it: not those of who has a message in them."""
    own = call.agent if call.message is None else None
    return [key for key in (own, call.to) if key is not None]


def of_agent(floor: Floor, key: AgentKey) -> OwnCall | None:
    """The call that an agent makes, or in which he is called by a colleague."""
    state = floor.ledger.agents.get(key)
    if state is None or state.contact is None:
        return None
    from_message = (it for it in floor.ledger.own_calls.values() if it.message == state.contact)
    return floor.ledger.own_calls.get(state.contact) or next(from_message, None)


def arrange(call: OwnCall, turn: Turn) -> None:
    """The two colleagues talk, each heard by the other unless he has muted himself."""
    if call.talk is None:
        raise AssertionError("two who talk have a conversation")
    legs, modes = (call.agent_leg, call.leg), dict.fromkeys(call.muted, Mode.MUTED)
    both = Conversation(id=call.talk, kind=Kind.TALK, legs=legs, modes=modes)
    turn.say(Arrange(contact=call.id, conversations=(both,)))


def hang_up(floor: Floor, call: OwnCall, by: AgentKey, turn: Turn) -> None:
    """One of the two colleagues is done with it, or the agent with waiting for an answer."""
    refused = "rejected" if by == call.to else "given_up"
    end(floor, call, "hung_up" if call.stage == "talking" else refused, "agent", turn)


def away(floor: Floor, key: AgentKey, turn: Turn) -> None:
    """The browser of an agent is gone: his call waits for it; one in which two colleagues talk, or a colleague rings
    who is gone, is over.
    """
    call = of_agent(floor, key)
    if call is None:
        return
    if call.agent != key or call.stage == "talking":
        lost(floor, key, turn)
    elif call.away != "gone":
        call.away = "gone"
        turn.say(DropLeg(leg=call.agent_leg))


def back(floor: Floor, key: AgentKey, turn: Turn) -> None:
    """His browser is there again: its phone is rung for the call that waits for it."""
    call = of_agent(floor, key)
    if call is None or call.agent != key or call.away != "gone":
        return
    call.away, call.agent_leg = "rung", LegId(turn.new_id())
    colleague = floor.roster.get(call.to) if call.to else None
    number = call.route.pii_number if call.route else colleague.extension if colleague else ""
    name = customer_name(call) or (colleague.name or colleague.key if colleague else "")
    _ring_own_phone(floor, call, number, name, turn)


def lost(floor: Floor, key: AgentKey, turn: Turn) -> None:
    """The browser of an agent is gone for good, or nothing is heard of his telephones any more: it is over."""
    if call := of_agent(floor, key):
        end(floor, call, "hung_up" if call.stage == "talking" else "device_lost", "switch", turn)


def end(
    floor: Floor, call: OwnCall, reason: str, by: Party, turn: Turn, *, gone: LegId | None = None
) -> None:
    """It is over, and both are free; `gone`: the leg that has ended already."""
    del floor.ledger.own_calls[call.id]
    legs = (call.agent_leg,) if call.stage == "own_phone" else (call.agent_leg, call.leg)
    turn.say(*(DropLeg(leg=leg) for leg in legs if leg != gone))
    if call.stage == "talking" or call.waits:
        turn.say(Arrange(contact=call.id))
    if call.to is None:
        turn.say(
            e.CallOutFailed(
                at=turn.at,
                contact=call.id,
                agent=call.agent,
                reason=reason,
                permit=call.permit.permit_id if call.permit else None,
            ),
            e.ContactEnded(at=turn.at, contact=call.id, where="offer", by=by),
        )
    turn.say(
        e.OwnCallOver(
            at=turn.at,
            call=call.id,
            account_id=call.account_id,
            agent=call.agent,
            to=call.to,
            reason=reason,
            pii_number=call.route.pii_number if call.route else "",
        )
    )
    for key in _kept_for(call):
        release(floor, key, call.id, turn)
    for key in _kept_for(call):
        offers.serve_agent(floor, key, turn)
