"""Raised hands, notices and minutes in the agents' rows of the live view."""

from collections.abc import Mapping

from ctiserver.core import events as e
from ctiserver.core.ids import AgentKey
from ctiserver.core.live_rows import AgentView

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
