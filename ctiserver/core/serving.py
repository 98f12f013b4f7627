"""Whether an agent may serve a queue, and how long who waits there must have waited: one answer for all who ask."""

from collections.abc import Mapping

from ctiserver.core.tables import Agent, Queue


def serves(agent: Agent, queue: Queue) -> str | None:
    """None if the agent may serve the queue, else why not: `queue` or `skill`."""
    if queue.key not in agent.queues or agent.account_id != queue.account_id:
        return "queue"
    return None if _able(agent, queue.requires) else "skill"


def least_step(agent: Agent, queue: Queue) -> int | None:
    """How many of the queue's relaxations must hold before the agent serves it: 0 at once, None never."""
    if serves(agent, queue) is None:
        return 0
    if agent.account_id != queue.account_id:
        return None
    helps = queue.key in agent.queues
    for step, relaxed in enumerate(queue.relaxations, 1):
        helps = helps or any(other in agent.queues for other in relaxed.also_agents_of)
        if helps and _able(agent, relaxed.requires):
            return step
    return None


def relaxations_after(queue: Queue, waited_seconds: float) -> int:
    """How many of the queue's relaxations hold for one who has waited for so long."""
    return sum(relaxed.after_seconds <= waited_seconds for relaxed in queue.relaxations)


def _able(agent: Agent, requires: Mapping[str, int]) -> bool:
    return all(agent.skills.get(skill, 0) >= level for skill, level in requires.items())
