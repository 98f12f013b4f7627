"""Answers "two more agents for the next hour?" from the state that the console sees: drawn by lot in the jobs process.

The console imports no engine: it sends who waits and who is available, and gets back both hours with their intervals.
"""

import msgspec

from acd.what_if import AgentNow, Now, QueueNow, WaitingNow, extra_agents, what_if
from crm_core import configuration
from crm_core.db import Store
from crm_core.reports.arrival_rates import arrival_rates
from ctiserver.core.config import Config
from ctiserver.core.errors import Refusal
from ctiserver.core.ids import AgentKey, QueueKey

_CALLS_AT_MOST = 25_000
"""Over all runs of one answer: some two seconds on one core."""
_RUNS = (3, 40)
"""At least, for an interval; so many calls tell much in each of few runs."""


class Waits(msgspec.Struct, kw_only=True):
    """Somebody who waits now; see WaitingNow."""

    contact: str
    queue: str
    value_class: str
    waited_seconds: float
    stood_seconds: float | None = None


class Serves(msgspec.Struct, kw_only=True):
    """An agent who is available now."""

    agent: str
    busy: bool


class Question(msgspec.Struct, kw_only=True):
    """How the next hours would be with so many agents more in a queue."""

    account_id: int
    now: float
    queue: str
    agents: int
    hours: float
    waiting: list[Waits]
    available: list[Serves]


class WhatIfNow:
    """Answers from the tables and records that are stored now."""

    def __init__(self, config: Config, store: Store) -> None:
        self._config, self._store = config, store

    def answer(self, body: bytes) -> bytes:
        """A job: the WhatIf of a Question, as JSON. Raises Refusal for a queue without calls."""
        asked = msgspec.json.decode(body, type=Question)
        queue = QueueKey(asked.queue)
        now = self._state(asked)
        if queue not in now.queues:
            raise Refusal("unknown_queue", f"there is no queue {asked.queue}")
        expected = len(now.waiting) + asked.hours * 3600.0 * sum(
            sum(one.calls_per_second.values()) for one in now.rates.values()
        )
        if not expected:
            raise Refusal(
                "no_calls", "nobody waits, and nobody called at this hour before: there is nothing to draw"
            )
        fewest, most = _RUNS
        runs = max(fewest, min(most, int(_CALLS_AT_MOST / max(expected, 1.0))))
        found = what_if(now, extra_agents(now, queue, asked.agents), hours=asked.hours, runs=runs)
        return msgspec.json.encode(found)

    def _state(self, asked: Question) -> Now:
        tables = self._store.read(
            configuration.tables, head_start_seconds=self._config.classes.head_start_seconds, years=()
        )
        queues = {queue.key: queue for queue in tables.queues if queue.account_id == asked.account_id}
        agents = {agent.key: agent for agent in tables.agents}
        rates = self._store.read(arrival_rates, asked.account_id, asked.now)
        return Now(
            queues=queues,
            rates={
                QueueKey(key): QueueNow(
                    calls_per_second=one.calls_per_second,
                    service_seconds=one.service_seconds,
                    patience_seconds=one.patience_seconds,
                )
                for key, one in rates.items()
                if key in queues
            },
            waiting=[
                WaitingNow(
                    contact=one.contact,
                    queue=QueueKey(one.queue),
                    value_class=one.value_class,
                    waited_seconds=max(0.0, one.waited_seconds),
                    stood_seconds=one.stood_seconds,
                )
                for one in asked.waiting
            ],
            agents=[
                AgentNow(agent=agents[AgentKey(one.agent)], busy=one.busy)
                for one in asked.available
                if one.agent in agents
            ],
        )
