"""Whether an agent may serve a queue: one answer for all who ask."""

from ctiserver.core.tables import Agent, Queue


def serves(agent: Agent, queue: Queue) -> str | None:
    """None if the agent may serve the queue, else why not: `queue` or `skill`."""
    if queue.key not in agent.queues or agent.account_id != queue.account_id:
        return "queue"
    if any(agent.skills.get(skill, 0) < level for skill, level in queue.requires.items()):
        return "skill"
    return None
