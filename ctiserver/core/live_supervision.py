"""Raised hands, notices and minutes in the agents' rows of the live view."""

from collections.abc import Mapping

from ctiserver.core import events as e
from ctiserver.core.ids import AgentKey
from ctiserver.core.live_rows import AgentView, SupervisionView

MOST_NOTICES = 20  # of those that an agent does not read the latest are kept


def follow(agents: Mapping[AgentKey, AgentView], event: e.AgentEvent) -> None:
    """What the event changes in its agent's row; others change nothing."""
    agent = agents.get(event.agent)
    if agent is None:
        return
    match event:
        case e.HandRaised(at=at, why=why):
            agent.hand_raised_at, agent.hand_why = at, why
        case e.HandLowered():
            agent.hand_raised_at, agent.hand_why = None, ""
        case e.NoticeSent():
            agent.notices = (*agent.notices, event)[-MOST_NOTICES:]
        case e.NoticeRead(notice=notice):
            agent.notices = tuple(one for one in agent.notices if one.notice != notice)
        case e.AgentStatusChanged(until=until):
            agent.status_until = until
        case _:
            pass


def supervised(
    agents: Mapping[AgentKey, AgentView],
    event: e.ContactEvent,
) -> None:
    """Who is in whose talk. It stands in the supervisor's own row: a contact's row is its agent's to see."""
    if not isinstance(event, e.SupervisionStarted | e.SupervisionModeChanged | e.SupervisionEnded):
        return
    supervisor = agents.get(event.supervisor)
    agent = agents.get(event.agent) if event.agent else None
    if supervisor is not None:
        supervisor.supervises = _now(supervisor.supervises, event)
        supervisor.supervision_over = event if isinstance(event, e.SupervisionEnded) else None
        if isinstance(event, e.SupervisionEnded) and event.reason == "taken_over":
            supervisor.activity, supervisor.since = "talking", event.at
    if agent is None:
        return
    if isinstance(event, e.SupervisionStarted) and event.told:
        agent.listened_by = (*agent.listened_by, event.supervisor)
    elif isinstance(event, e.SupervisionEnded):
        agent.listened_by = tuple(one for one in agent.listened_by if one != event.supervisor)


def _now(
    known: SupervisionView | None,
    event: e.SupervisionStarted | e.SupervisionModeChanged | e.SupervisionEnded,
) -> SupervisionView | None:
    if isinstance(event, e.SupervisionEnded) or event.agent is None:
        return None
    since = known.since if known and known.contact == event.contact else event.at
    return SupervisionView(contact=event.contact, agent=event.agent, mode=event.mode, since=since)
