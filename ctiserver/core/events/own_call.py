"""Calls that an agent makes himself: to a customer or another number, or to a colleague.

What happens until the two talk is told here. A call to somebody outside is a contact from the first moment on, which
ends unless he answers; one to a colleague is none at all.
"""

from ctiserver.core.events.contact import ContactEvent
from ctiserver.core.ids import AgentKey, ContactId, LegId, QueueKey
from ctiserver.core.message import Event


class OwnCallEvent(Event):
    """Something about a call of one agent. `to` None: it goes outside, and `call` is its contact."""

    call: ContactId
    account_id: int
    agent: AgentKey
    to: AgentKey | None = None


class OwnCallBegun(OwnCallEvent):
    """His own telephone is rung first."""

    pii_number: str = ""
    pii_name: str = ""


class OwnCallDialed(OwnCallEvent):
    """He is on the line; the other's telephone is rung."""


class OwnCallRinging(OwnCallEvent):
    """The other's telephone rings."""


class OwnCallAnswered(OwnCallEvent):
    """The other answered: the two are put together."""


class OwnCallOver(OwnCallEvent):
    """Nobody calls any more, or two colleagues have talked (hung_up); `reason` else: why nobody answered.

    given_up: he hung up before; own_phone: his own telephone did not answer; gone: one of them is no agent any more;
    taken_back: he called about a message that is not his any more; outside_closed and the like: as `core.outside.route`
    refuses, right before the number was to ring.
    """

    reason: str
    pii_number: str = ""


class CallOutBegun(ContactEvent):
    """An agent calls somebody outside, on behalf of a queue; `purpose`: what for, "" for who is no customer.

    `message`: the contact of the message that he has in hand and answers by it; None: none.
    """

    agent: AgentKey
    queue: QueueKey
    purpose: str = ""
    message: ContactId | None = None


class CallOutReached(ContactEvent):
    """He whom the agent calls has answered, and is put together with him."""

    account_id: int
    agent: AgentKey
    leg: LegId
    queue: QueueKey
    pii_number: str
    language: str
    value_class: str
    customer_id: int | None = None


class CallOutFailed(ContactEvent):
    """He did not answer, or was not called: see OwnCallOver. `permit`: given back, unless it dialled his number."""

    agent: AgentKey
    reason: str
    permit: int | None = None
