"""What the levers of the ledger of inversions would have gained on a recorded day: simulated in the jobs process.

The day is read from the records: who came to which queue, when, of what class; whether he hung up, and after how long;
how long agents were rung for him, and how long he kept the one who answered; who was passed on to one agent; which
call-backs were made; when each agent was available. Queues, skills and times to wait are those of now.
`acd.levers` says how it is run, and what it cannot know.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from acd.given_calls import GivenAgent
from acd.levers import gains
from crm_core import agent_statuses, configuration
from crm_core.agent_statuses import StatusSpan
from crm_core.db import Store
from crm_core.passing import LOWEST_CLASS
from crm_core.reports import raw_rows
from crm_core.reports.queue_figures import Visit
from crm_core.reports.served_call_backs import served_call_backs
from ctiserver.app.given_day import Recorded
from ctiserver.core.config import Config
from ctiserver.core.errors import Refusal
from ctiserver.core.ids import QueueKey
from ctiserver.core.tables import Tables

_LONGEST_SECONDS = 26 * 3600.0
_MOST_CALLS = 8000


class Question(msgspec.Struct, kw_only=True):
    """Which span, of at most a day, of which account."""

    account_id: int
    from_at: float
    until_at: float


class LeverGains:
    """Answers from the tables and records that are stored now."""

    def __init__(self, config: Config, store: Store) -> None:
        self._config, self._store = config, store

    def answer(self, body: bytes) -> bytes:
        """A job: {"queue", "calls", "gains"} of a Question, as JSON; see `acd.levers.Gain`. Raises Refusal."""
        asked = msgspec.json.decode(body, type=Question)
        if asked.until_at - asked.from_at > _LONGEST_SECONDS:
            raise Refusal("choose_one_day", "levers are simulated on one day: choose a single day")
        tables = self._store.read(
            configuration.tables, head_start_seconds=self._config.classes.head_start_seconds, years=()
        )
        span = asked.account_id, asked.from_at, asked.until_at
        visits = self._store.read(raw_rows.visits, *span)
        talks = self._store.read(raw_rows.talks, *span[:2], asked.until_at + _LONGEST_SECONDS)
        offers = self._store.read(raw_rows.offers, *span[:2], asked.until_at + _LONGEST_SECONDS)
        call_backs = self._store.read(served_call_backs, *span)
        spans = self._store.read(agent_statuses.spans_of, *span)
        queues = {queue.key: queue for queue in tables.queues if queue.account_id == asked.account_id}
        visits = [one for one in visits if QueueKey(one.queue) in queues]
        recorded = Recorded(
            visits, talks, offers, [one for one in call_backs if QueueKey(one.queue) in queues]
        )
        calls = [
            one
            for one in recorded.calls(named_wait_seconds=tables.timing.named_wait_seconds)
            if asked.from_at <= one.at < asked.until_at
        ]
        if not calls or len(calls) > _MOST_CALLS:
            raise Refusal(
                "no_day_to_simulate",
                f"there are {len(calls)} calls to simulate: choose a day with 1 to {_MOST_CALLS}",
            )
        queue = _where_most_waited(visits, calls[0].queue)
        found = gains(queues, _agents(asked.account_id, tables, spans), calls, queue=queue)
        return msgspec.json.encode({"queue": queue, "calls": len(calls), "gains": found})


def _agents(account_id: int, tables: Tables, spans: Mapping[str, Sequence[StatusSpan]]) -> list[GivenAgent]:
    there = {
        key: [(one.from_at, one.until_at) for one in his if one.status == "available"]
        for key, his in spans.items()
    }
    return [
        GivenAgent(agent=agent, spans=there.get(str(agent.key), []))
        for agent in tables.agents
        if agent.account_id == account_id
    ]


def _where_most_waited(visits: Sequence[Visit], otherwise: QueueKey) -> QueueKey:
    """The queue in which those above the lowest class waited longest, all together."""
    waited: dict[str, float] = defaultdict(float)
    for one in visits:
        if one.left_at is not None and one.value_class and one.value_class < LOWEST_CLASS:
            waited[one.queue] += one.left_at - one.entered_at
    return QueueKey(max(waited, key=lambda key: (waited[key], key))) if waited else otherwise
