"""A contact that was passed on to one agent, who alone is asked.

It waits for him while he is busy, but not for long. When he does not answer, stays busy or is gone, it goes back to the
agent who passed it on, if he is free, else to its queue, at the place that it always had.
"""

from typing import Literal

from acd.contact_state import Contact, Stage
from acd.floor import Floor
from ctiserver.core.commands import CancelTimer, StartTimer
from ctiserver.core.events import TransferCompleted, TransferFailed
from ctiserver.core.ids import AgentKey, TimerId
from ctiserver.core.requests import Status
from ctiserver.core.turn import Turn


def named_timer(contact: Contact) -> TimerId:
    """Fires when the contact has waited long enough for a busy agent."""
    return TimerId(f"acd:named:{contact.id}")


def may_come(floor: Floor, key: AgentKey) -> bool:
    """Whether the agent is, or will be after the contact in his hand, there for another one."""
    state = floor.ledger.agents.get(key)
    if state is None or key not in floor.roster:
        return False
    return (state.next_status or state.status) is Status.AVAILABLE


def is_free(floor: Floor, key: AgentKey) -> bool:
    """Whether the agent may be given a contact now."""
    state = floor.ledger.agents.get(key)
    return state is not None and key in floor.roster and state.free


def wait_a_while(floor: Floor, contact: Contact, turn: Turn) -> None:
    """Who stands before a busy agent does so for `named_wait_seconds` at most."""
    if contact.stage is Stage.WAITING and contact.named:
        due_at = turn.at + floor.ledger.tables.timing.named_wait_seconds
        turn.say(StartTimer(timer=named_timer(contact), due_at=due_at))


def reached(contact: Contact, turn: Turn) -> None:
    """The two talk: whoever was named has him."""
    if contact.named and contact.passed_by:
        turn.say(
            TransferCompleted(
                at=turn.at, contact=contact.id, agent=contact.passed_by, kind="blind", to=contact.named
            )
        )
    contact.named, contact.passed_by = None, None


def give_up(floor: Floor, contact: Contact, reason: str, turn: Turn, *, may_return: bool = True) -> None:
    """The agent who was named does not take him: whose he is now. Who was not passed on stays as he is."""
    named, giver = contact.named, contact.passed_by
    if named is None:
        return
    returns = may_return and giver is not None and is_free(floor, giver)
    contact.named, contact.passed_by = giver if returns else None, None
    if giver is not None or contact.origin == "returned":  # he comes back from one agent, not to another
        contact.origin, contact.from_agent = ("returned", giver) if returns else ("queue", None)
    turn.say(CancelTimer(timer=named_timer(contact)))
    if giver is not None:
        returned_to: Literal["agent", "queue"] = "agent" if returns else "queue"
        turn.say(
            TransferFailed(
                at=turn.at, contact=contact.id, agent=giver, to=named, reason=reason, returned_to=returned_to
            )
        )
