"""Calls that agents make themselves, in the live view: who calls whom, and why nobody answered."""

from collections.abc import Mapping

from msgspec.structs import replace

from ctiserver.core import events as e
from ctiserver.core.ids import AgentKey, ContactId
from ctiserver.core.live_rows import AgentView, ContactView, OwnCallView

_STAGE: dict[type[e.OwnCallEvent], str] = {
    e.OwnCallDialed: "dialed",
    e.OwnCallRinging: "ringing",
    e.OwnCallAnswered: "talking",
}
_NO_NEWS = ("hung_up", "given_up")
"""How such a call may end without anything to tell its agent."""


def follow(agents: Mapping[AgentKey, AgentView], event: e.OwnCallEvent) -> None:
    """Fold in how far such a call is, in the rows of who calls and of the colleague who is called."""
    for key in (event.agent, event.to):
        row = agents.get(key) if key else None
        if row is not None:
            row.own_call = _seen(row.own_call, event)
            _does(row, event)


def _seen(before: OwnCallView | None, event: e.OwnCallEvent) -> OwnCallView | None:
    match event:
        case e.OwnCallOver():
            return None
        case e.OwnCallBegun():
            return OwnCallView(
                call=event.call,
                agent=event.agent,
                to=event.to,
                pii_number=event.pii_number,
                pii_name=event.pii_name,
                stage="own_phone",
                since=event.at,
            )
        case e.OwnCallAnswered(to=None):
            return None  # he is a contact in the agent's hand
        case _ if before is not None:
            return replace(before, stage=_STAGE[type(event)], since=event.at)
        case _:
            return None


def _does(row: AgentView, event: e.OwnCallEvent) -> None:
    match event:
        case e.OwnCallBegun():
            row.activity, row.since = "calling" if row.agent == event.agent else "reserved", event.at
            row.own_call_over = None
        case e.OwnCallRinging() if row.agent != event.agent:
            row.activity, row.since = "ringing", event.at
        case e.OwnCallAnswered():
            row.activity, row.since = "talking", event.at
        case e.OwnCallOver(reason=reason):
            if row.agent == event.agent and reason not in _NO_NEWS:
                row.own_call_over = event
            if row.contact != event.call:  # the message that he called back from is in his hand still
                row.activity, row.since = "message", event.at
        case _:
            pass


def called_out(
    agents: Mapping[AgentKey, AgentView], contacts: Mapping[ContactId, ContactView], event: e.ContactEvent
) -> None:
    """Fold in how far somebody outside is whom an agent calls; he who answers is in his hand in place of a message."""
    contact = contacts.get(event.contact)
    match event:
        case e.CallOutBegun(agent=agent, queue=queue) if contact:
            contact.stage, contact.since, contact.agent, contact.queue = "calling", event.at, agent, queue
        case e.MessageAnswered(agent=agent, call=call) if agent in agents:
            agents[agent].contact = call
        case e.CallOutReached() if contact:
            contact.stage, contact.since = "joining", event.at
        case _:
            pass
