"""Who did not answer a contact, or refused it, is not offered the same one again while another may take it.

For a minute, and only as long as another agent who may serve it is at work, free or with somebody in hand: then the
contact waits for him rather than ring once more where nobody answered. So nobody starves: a minute later, or when
all others have gone, it is offered to whoever is free. Who is asked by name is asked all the same; a phone that could
not be reached has refused nobody.
"""

from acd.contact_state import Contact
from acd.floor import Floor
from ctiserver.core.ids import AgentKey
from ctiserver.core.requests import Status
from ctiserver.core.serving import least_step

EXCLUDED_SECONDS = 60.0
_BLAMELESS = ("unreachable", "device_lost", "switch")


def remember(contact: Contact, key: AgentKey, reason: str, at: float) -> None:
    """The agent did not take the contact, for this reason."""
    if reason in _BLAMELESS or contact.campaign is not None:
        return
    if key not in contact.unanswered_by:
        contact.unanswered_by = [*contact.unanswered_by, key]
    contact.excludes_until = at + EXCLUDED_SECONDS


def excludes(floor: Floor, contact: Contact, key: AgentKey, at: float) -> bool:
    """Whether the contact is not offered to this agent now."""
    if key not in contact.unanswered_by or at >= contact.excludes_until:
        return False
    return another_may_take_it(floor, contact)


def another_may_take_it(floor: Floor, contact: Contact) -> bool:
    """Whether somebody who has not let it ring is at work, free or not."""
    at_work = floor.reach.count_at_work(contact.queue, contact.relaxed)
    return at_work > sum(_is_at_work(floor, contact, one) for one in contact.unanswered_by)


def _is_at_work(floor: Floor, contact: Contact, key: AgentKey) -> bool:
    state, agent = floor.ledger.agents.get(key), floor.roster.get(key)
    if state is None or agent is None or state.status is not Status.AVAILABLE:
        return False
    step = least_step(agent, floor.queues[contact.queue])
    return step is not None and step <= contact.relaxed
