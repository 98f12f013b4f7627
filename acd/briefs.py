"""What screens need to know of new tables."""

from ctiserver.core.events import AgentBrief, ConfigurationChanged, QueueBrief
from ctiserver.core.inputs import ConfigurationApplied
from ctiserver.core.tables import Agent, Queue


def changed(message: ConfigurationApplied) -> ConfigurationChanged:
    """The queues and agents that there are now."""
    return ConfigurationChanged(
        at=message.at,
        version=message.version,
        queues=tuple(_queue(queue) for queue in message.tables.queues),
        agents=tuple(_agent(agent) for agent in message.tables.agents),
    )


def _queue(queue: Queue) -> QueueBrief:
    return QueueBrief(
        key=queue.key,
        account_id=queue.account_id,
        service_level_seconds=queue.service_level_seconds,
        short_abandon_seconds=queue.short_abandon_seconds,
        time_zone=queue.time_zone,
    )


def _agent(agent: Agent) -> AgentBrief:
    return AgentBrief(
        key=agent.key, account_id=agent.account_id, name=agent.name, queues=tuple(sorted(agent.queues))
    )
