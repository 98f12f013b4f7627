"""Where a caller goes whose queue is gone: to the dialplan's fallback, as everybody does when we are dead.

A queue that was taken away is still served by the agents who name it. When none does, nobody would ever take who waits
there: neither who stood in it, nor who comes back to it from an agent. An agent who alone is asked for him comes first.
"""

from acd.contact_state import Contact, Stage
from acd.floor import Floor
from ctiserver.core.commands import TO_FALLBACK_SECONDS, SetFuse
from ctiserver.core.turn import Turn


def shelter(floor: Floor, contact: Contact, turn: Turn) -> bool:
    """Send a contact to the fallback if it waits where nobody serves; whether it does."""
    called = contact.campaign is not None or not contact.leg  # such a one is not left waiting on the line
    if contact.stage is not Stage.WAITING or contact.named or called or is_served(floor, contact):
        return False
    turn.say(SetFuse(leg=contact.leg, seconds=TO_FALLBACK_SECONDS))
    return True


def is_served(floor: Floor, contact: Contact) -> bool:
    """Whether the contact's queue is there still, or some agent names it."""
    if any(queue.key == contact.queue for queue in floor.ledger.tables.queues):
        return True
    return any(contact.queue in agent.queues for agent in floor.roster.values())
