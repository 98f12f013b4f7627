"""What if, now: the next hour drawn by lot from the state that is, as it is staffed and with some agents more.

Whoever waits, waits on with what he has waited; whoever talks is free after what is left of his contact. New calls come
at random at each queue's rate, keep an agent an exponential time and hang up after an exponential patience; so what is
left of a talk is drawn like a new one, since an exponential time does not age. The same callers are drawn for both, and
the difference is taken run by run (common random numbers; Law and Kelton, "Simulation Modeling and Analysis", 11.2):
its interval is Student's t over the runs.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from acd.given_calls import Day, GivenAgent, GivenCall, Went
from ctiserver.core.ids import AgentKey, QueueKey
from ctiserver.core.interval import Interval, interval
from ctiserver.core.tables import Agent, Queue


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueNow:
    """How calls come to one queue: a second, by value class; `patience_seconds` None: they wait without end."""

    calls_per_second: Mapping[str, float]
    service_seconds: float
    patience_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingNow:
    """Somebody who waits, and for how long he has; `stood_seconds` ago he came to his place, None: as long.

    Who has talked and was passed on keeps his place, and waits anew.
    """

    contact: str
    queue: QueueKey
    value_class: str
    waited_seconds: float
    stood_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentNow:
    """An agent who is available; `busy`: he has a contact or wraps up."""

    agent: Agent
    busy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """The state that the hour begins with."""

    queues: Mapping[QueueKey, Queue]
    rates: Mapping[QueueKey, QueueNow]
    waiting: Sequence[WaitingNow] = ()
    agents: Sequence[AgentNow] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """Of those who wait now and those who come: means over the runs. `service_level`: see `docs/figures.md`."""

    service_level: Interval
    wait_seconds: Interval
    abandoned: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """Both hours, and what the agents change: with minus without, of the same callers."""

    as_it_is: Hour
    with_more: Hour
    change: Hour
    runs: int


def what_if(now: Now, more: Sequence[Agent], *, hours: float = 1.0, runs: int = 40, seed: int = 1) -> WhatIf:
    """The next hours without and with these agents, free from the beginning to the end."""
    found = []
    for run in range(runs):
        rng = np.random.default_rng([seed, run])
        calls = _calls(now, hours * 3600.0, rng)
        staff = _staff(now, hours * 3600.0, rng)
        added = [GivenAgent(agent=one, spans=[(0.0, math.inf)]) for one in more]
        both = [Day(now.queues, [*staff, *extra], calls).run(hours * 3600.0) for extra in ((), added)]
        found.append([_figures(now, calls, went) for went in both])
    without = [one[0] for one in found]
    with_more = [one[1] for one in found]
    change = [tuple(b - a for a, b in zip(*pair, strict=True)) for pair in found]
    return WhatIf(as_it_is=_hour(without), with_more=_hour(with_more), change=_hour(change), runs=runs)


def extra_agents(now: Now, queue: QueueKey, count: int) -> list[Agent]:
    """So many agents who serve a queue, and are able to do all that it needs."""
    its = now.queues[queue]
    skills, account_id = dict(its.requires), its.account_id
    return [
        Agent(key=AgentKey(f"+{number}"), account_id=account_id, skills=skills, queues={queue: 0})
        for number in range(1, count + 1)
    ]


_Figures = tuple[float, ...]
_SERVICE_SECONDS = 180.0
"""Where nobody called lately."""


def _calls(now: Now, seconds: float, rng: np.random.Generator) -> list[GivenCall]:
    """Those who wait, then those who come."""
    calls = [
        GivenCall(
            contact=one.contact,
            queue=one.queue,
            value_class=one.value_class,
            at=-one.waited_seconds,
            stands_from=None if one.stood_seconds is None else -one.stood_seconds,
            patience_seconds=one.waited_seconds + _patience(now.rates.get(one.queue), rng),
            service_seconds=_service(now.rates.get(one.queue), rng),
        )
        for one in now.waiting
    ]
    for queue, its in sorted(now.rates.items()):
        for value_class, rate in sorted(its.calls_per_second.items()):
            for number, at in enumerate(np.sort(rng.uniform(0.0, seconds, rng.poisson(rate * seconds)))):
                calls.append(
                    GivenCall(
                        contact=f"{queue} {value_class} {number}",
                        queue=queue,
                        value_class=value_class,
                        at=float(at),
                        patience_seconds=_patience(its, rng),
                        service_seconds=_service(its, rng),
                    )
                )
    return calls


def _staff(now: Now, seconds: float, rng: np.random.Generator) -> list[GivenAgent]:
    found = []
    for one in now.agents:
        known = [now.rates[queue].service_seconds for queue in one.agent.queues if queue in now.rates]
        means = known or [_SERVICE_SECONDS]
        left = float(rng.exponential(sum(means) / len(means))) if one.busy else -math.inf
        found.append(GivenAgent(agent=one.agent, spans=[(0.0, math.inf)], busy_until=left))
    return found


def _patience(its: QueueNow | None, rng: np.random.Generator) -> float:
    drawn = float(rng.standard_exponential())
    return math.inf if its is None or its.patience_seconds is None else drawn * its.patience_seconds


def _service(its: QueueNow | None, rng: np.random.Generator) -> float:
    return float(rng.standard_exponential()) * (its.service_seconds if its else _SERVICE_SECONDS)


def _figures(now: Now, calls: Sequence[GivenCall], went: Mapping[str, Went]) -> _Figures:
    """Service level, mean wait, share of abandons; of who waits at the end only the wait counts."""
    kept = ended = gone = 0
    waited = 0.0
    for call in calls:
        one = went.get(call.contact)
        if one is None:
            continue
        waited += one.wait_seconds
        if one.waits:
            continue
        ended += 1
        gone += one.agent is None
        kept += one.wait_seconds <= now.queues[call.queue].service_level_seconds
    return (kept / ended if ended else 1.0, waited / max(1, len(went)), gone / max(1, ended))


def _hour(runs: Sequence[_Figures]) -> Hour:
    level, wait, gone = (interval([one[place] for one in runs]) for place in range(3))
    return Hour(service_level=level, wait_seconds=wait, abandoned=gone)
