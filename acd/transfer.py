"""An agent passes his caller on, without a word: to a queue, or to a colleague who alone is asked."""

from acd import named, offers, parties, talk
from acd.contact_state import Contact, Stage
from acd.floor import Floor
from acd.hold import in_hand
from ctiserver.core.errors import Refusal
from ctiserver.core.events import TransferCompleted, TransferStarted
from ctiserver.core.ids import AgentKey, ContactId, QueueKey
from ctiserver.core.requests import Status, TransferBlind, TransferToAgent
from ctiserver.core.turn import Turn


def to_queue(floor: Floor, request: TransferBlind, turn: Turn) -> None:
    """Pass the caller on to a queue, where he keeps the arrival that he had. Raises Refusal."""
    contact = in_hand(floor, request.agent, Stage.TALKING, Stage.HELD)
    parties.need_nobody_else(contact)
    check_queue(floor, request.queue, contact.account_id)
    turn.say(
        TransferCompleted(at=turn.at, contact=contact.id, agent=request.agent, kind="blind", to=request.queue)
    )
    talk.pass_on(floor, contact, request.queue, turn)


def to_agent(floor: Floor, request: TransferToAgent, turn: Turn) -> None:
    """Pass the caller on to a colleague, who is rung at once, or as soon as he is free. Raises Refusal."""
    contact = in_hand(floor, request.agent, Stage.TALKING, Stage.HELD)
    parties.need_nobody_else(contact)
    check_colleague(floor, request.agent, request.to, contact.account_id)
    pass_on_to_colleague(floor, contact, request.agent, request.to, turn)


def pass_on_to_colleague(floor: Floor, contact: Contact, giver: AgentKey, to: AgentKey, turn: Turn) -> None:
    """The colleague alone is asked from now on, and waited for as long as it may take."""
    turn.say(TransferStarted(at=turn.at, contact=contact.id, agent=giver, to=to))
    talk.pass_on(floor, contact, contact.queue, turn, to=to)
    named.wait_a_while(floor, contact, turn)


def check_queue(floor: Floor, key: QueueKey, account_id: int) -> None:
    """Raises Refusal for a queue that the account doesn't have."""
    queue = floor.queues.get(key)
    if queue is None or queue.account_id != account_id:
        raise Refusal("unknown_queue", f"there is no queue {key!r}")


def check_colleague(floor: Floor, giver: AgentKey, to: AgentKey, account_id: int) -> None:
    """Raises Refusal for who is no colleague, or is not there."""
    colleague, state = floor.roster.get(to), floor.ledger.agents.get(to)
    if colleague is None or state is None or colleague.account_id != account_id:
        raise Refusal("unknown_agent", f"there is no agent {to!r}")
    if to == giver:
        raise Refusal("transfer_to_self", "the caller is yours already: choose a colleague")
    chosen = state.next_status or state.status
    if chosen is Status.LOGGED_OUT:
        raise Refusal("agent_logged_out", f"{to} is logged out: choose another colleague, or a queue")
    if chosen is Status.PAUSE:
        raise Refusal("agent_on_break", f"{to} is on a break: choose another colleague, or a queue")


def waited_long_enough(floor: Floor, key: ContactId, turn: Turn) -> None:
    """The colleague is busy still."""
    contact = floor.ledger.contacts.get(key)
    if contact is not None and contact.named and contact.stage is Stage.WAITING:
        _fail(floor, contact.named, "busy", turn, only=key)


def settle(floor: Floor, turn: Turn) -> None:
    """Nobody waits for an agent who went on a break, home, or is no agent any more."""
    for key in floor.waited_for():
        if not named.may_come(floor, key):
            _fail(floor, key, "gone", turn)


def _fail(floor: Floor, key: AgentKey, reason: str, turn: Turn, only: ContactId | None = None) -> None:
    for contact in floor.waiting_for(key, turn.at):
        if only in (None, contact.id):
            named.give_up(floor, contact, reason, turn)
            offers.wait_again(floor, contact, reason, turn)
