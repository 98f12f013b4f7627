"""What supervisors write to agents: the screens keep it until it is read, the ACD says to whom it goes."""

from acd.floor import Floor
from ctiserver.core.errors import Refusal
from ctiserver.core.events import NoticeRead, NoticeSent
from ctiserver.core.ids import AgentKey
from ctiserver.core.requests import ReadNotice, Status, TellAgents
from ctiserver.core.turn import Turn

LONGEST_TEXT = 500


def tell(floor: Floor, request: TellAgents, turn: Turn) -> None:
    """Send it to each who is meant. Raises Refusal for an empty text, or when nobody is there to read it."""
    text = request.text.strip()
    if not text or len(text) > LONGEST_TEXT:
        raise Refusal("bad_text", f"write from 1 to {LONGEST_TEXT} letters")
    meant = _meant(floor, request)
    if not meant:
        raise Refusal("nobody_there", "nobody of them is logged in: choose others, or write later")
    notice = turn.new_id()
    turn.say(*(NoticeSent(at=turn.at, agent=key, notice=notice, text=text, by=request.by) for key in meant))


def _meant(floor: Floor, request: TellAgents) -> list[AgentKey]:
    if request.to is not None:
        agent = floor.roster.get(request.to)
        if agent is None or agent.account_id != request.account_id:
            raise Refusal("unknown_agent", f"there is no agent {request.to!r}")
        return [request.to]
    queue = floor.queues.get(request.queue) if request.queue else None
    if request.queue and (queue is None or queue.account_id != request.account_id):
        raise Refusal("unknown_queue", f"there is no queue {request.queue!r}")
    agents, states = floor.roster.values(), floor.ledger.agents
    return [
        agent.key
        for agent in agents
        if agent.account_id == request.account_id
        and (request.queue is None or request.queue in agent.queues)
        and states[agent.key].status is not Status.LOGGED_OUT
    ]


def read(floor: Floor, request: ReadNotice, turn: Turn) -> None:
    """The agent has read one; a second time changes nothing. Raises Refusal."""
    if request.agent not in floor.ledger.agents:
        raise Refusal("unknown_agent", f"there is no agent {request.agent!r}")
    turn.say(NoticeRead(at=turn.at, agent=request.agent, notice=request.notice))
