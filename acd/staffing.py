"""How many agents an interval needs: Erlang C where everybody waits, Erlang A where people hang up.

Calls come at random at a constant rate, talk an exponential time and are served in order of arrival. With a patience
(exponential too) those who wait leave at that rate: Erlang A (Palm 1957; Garnett, Mandelbaum and Reiman, "Designing a
Call Center with Impatient Customers", M&SOM 4, 2002); without one, Erlang C (Erlang 1917). Erlang B comes by its
recursion over the agents and Erlang A's states by sums of logarithms, so that nothing overflows at thousands of agents
(171! already leaves a double's range).

Erlang C has no answer where the load is not below the agents: the line grows without end. That is told as an infinite
wait and a service level of nought.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

_NEGLIGIBLE = 1e-15


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """One interval's calls: how many a second, and how long each keeps an agent (talk, hold, wrap-up).

    `patience_seconds`: the mean time after which somebody who waits hangs up; None: never.
    """

    calls_per_second: float
    handle_seconds: float
    patience_seconds: float | None = None

    @property
    def load(self) -> float:
        """Offered load in Erlangs: how many agents would be busy if nobody ever had to wait."""
        return self.calls_per_second * self.handle_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What so many agents would bring, in the long run. Shares are of all calls.

    `delayed`: had to wait; `wait_seconds`: mean over all calls; `served_wait_seconds`: mean over the answered (ASA);
    `service_level`: answered or hung up within the time, over all calls; `waiting`: mean length of the line.
    """

    delayed: float
    abandoned: float
    wait_seconds: float
    served_wait_seconds: float
    service_level: float
    occupancy: float
    waiting: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What an interval must reach: a share within seconds, and where they are set, not more abandons or occupancy."""

    service_level: float = 0.8
    within_seconds: float = 20.0
    abandoned_at_most: float = 1.0
    occupancy_at_most: float = 1.0

    def met(self, found: Expected) -> bool:
        """Whether these figures reach it."""
        return (
            found.service_level >= self.service_level
            and found.abandoned <= self.abandoned_at_most
            and found.occupancy <= self.occupancy_at_most
        )


def erlang_b(load: float, agents: int) -> float:
    """The share that finds all agents busy where nobody waits; 1/B_n = 1 + n/load * 1/B_(n-1) (Jagerman 1974)."""
    if load <= 0:
        return 0.0 if agents else 1.0
    inverse = 1.0
    for count in range(1, agents + 1):
        inverse = 1.0 + inverse * count / load
        if math.isinf(inverse):
            return 0.0
    return 1.0 / inverse


def erlang_c(load: float, agents: int) -> float:
    """The share that has to wait where nobody hangs up: C = n*B / (n - a*(1 - B)); 1 where the load is too high."""
    if load >= agents:
        return 1.0
    blocked = erlang_b(load, agents)
    return agents * blocked / (agents - load * (1.0 - blocked))


def square_root_agents(load: float, beta: float) -> int:
    """Square-root staffing, n = a + beta * sqrt(a), rounded up (Halfin and Whitt 1981): a first guess."""
    return math.ceil(load + beta * math.sqrt(load))


def expected(demand: Demand, agents: int, *, within_seconds: float = 20.0) -> Expected:
    """What `agents` would bring: Erlang A with a patience, else Erlang C. Raises ValueError for what cannot be."""
    patience = demand.patience_seconds
    if demand.calls_per_second < 0 or demand.handle_seconds <= 0 or agents < 0 or within_seconds < 0:
        raise ValueError(f"no negative calls, agents or seconds: {demand}, {agents} agents")
    if patience is not None and patience <= 0:
        raise ValueError("a patience is longer than nought; None: nobody hangs up")
    if demand.calls_per_second == 0:
        return _nobody_calls()
    if patience is None:
        return _patient(demand, agents, within_seconds)
    return _impatient(demand, agents, within_seconds, 1.0 / patience)


def required_agents(demand: Demand, target: Target) -> int | None:
    """The fewest agents that reach the target; None: no number does (an occupancy of nought, say).

    More agents are never worse, so the least is found by doubling and halving.
    """
    most = 1
    while not _reached(demand, most, target):
        most *= 2
        if most > 64 + 64 * max(demand.load, 1.0):
            return None
    least = 0 if most == 1 else most // 2
    while least < most:
        middle = (least + most) // 2
        if _reached(demand, middle, target):
            most = middle
        else:
            least = middle + 1
    return most


def required_per_interval(demands: Iterable[Demand], target: Target) -> list[int | None]:
    """`required_agents` of each interval by itself."""
    return [required_agents(demand, target) for demand in demands]


def _reached(demand: Demand, agents: int, target: Target) -> bool:
    return target.met(expected(demand, agents, within_seconds=target.within_seconds))


def _nobody_calls() -> Expected:
    return Expected(
        delayed=0.0,
        abandoned=0.0,
        wait_seconds=0.0,
        served_wait_seconds=0.0,
        service_level=1.0,
        occupancy=0.0,
        waiting=0.0,
    )


def _patient(demand: Demand, agents: int, within: float) -> Expected:
    """Erlang C: W = C / (n*mu - lambda), P(W > t) = C * exp(-(n*mu - lambda) * t)."""
    spare = agents / demand.handle_seconds - demand.calls_per_second
    if spare <= 0:
        return Expected(
            delayed=1.0,
            abandoned=0.0,
            wait_seconds=math.inf,
            served_wait_seconds=math.inf,
            service_level=0.0,
            occupancy=1.0,
            waiting=math.inf,
        )
    delayed = erlang_c(demand.load, agents)
    wait = delayed / spare
    return Expected(
        delayed=delayed,
        abandoned=0.0,
        wait_seconds=wait,
        served_wait_seconds=wait,
        service_level=1.0 - delayed * math.exp(-spare * within),
        occupancy=demand.load / agents,
        waiting=demand.calls_per_second * wait,
    )


def _impatient(demand: Demand, agents: int, within: float, leave: float) -> Expected:
    """Erlang A from its birth-and-death states; `leave` is the rate at which each who waits hangs up.

    Whoever finds k before him waits k + 1 stages of the rates n*mu + j*leave, j = 0..k. 1 - exp(-leave * their sum) is
    Beta(k + 1, n*mu/leave)-distributed (the spacings of exponential order statistics), hence the incomplete beta.
    """
    from scipy.special import betainc  # only here: the jobs process would take much longer to start

    calls, serve = demand.calls_per_second, agents / demand.handle_seconds
    chance = _states(demand, agents, leave)
    waiting = np.arange(len(chance) - agents)  # how many wait, in the states where all agents are busy
    busy = chance[agents:]
    delayed, line = float(busy.sum()), float(waiting @ busy)
    abandoned = min(1.0, leave * line / calls)
    stays = math.exp(-leave * within)
    late = betainc(waiting + 1, serve / leave, 1.0 - stays) if serve else np.zeros(len(busy))
    return Expected(
        delayed=delayed,
        abandoned=abandoned,
        wait_seconds=line / calls,
        served_wait_seconds=_served_wait(busy, waiting, serve, leave, 1.0 - abandoned),
        service_level=1.0 - stays * float((1.0 - late) @ busy),
        occupancy=calls * (1.0 - abandoned) * demand.handle_seconds / agents if agents else 0.0,
        waiting=line,
    )


def _states(demand: Demand, agents: int, leave: float) -> np.ndarray:
    """The share of time with 0, 1, 2 ... calls in the house, cut where the rest is negligible."""
    calls, serve = demand.calls_per_second, agents / demand.handle_seconds
    patient = calls / leave  # mean and variance of the line without agents
    longest = max(0.0, (calls - serve) / leave) + 12.0 * math.sqrt(patient) + 50.0
    if serve > calls:
        longest = min(longest, math.log(_NEGLIGIBLE) / math.log(calls / serve) + 50.0)
    inside = np.arange(1, agents + 1) / demand.handle_seconds
    beyond = serve + leave * np.arange(1, math.ceil(longest) + 1)
    steps = math.log(calls) - np.log(np.concatenate([inside, beyond]))
    weights = np.concatenate([[0.0], np.cumsum(steps)])
    likelihoods = np.exp(weights - weights.max())
    states: np.ndarray = likelihoods / likelihoods.sum()
    return states


def _served_wait(busy: np.ndarray, waiting: np.ndarray, serve: float, leave: float, served: float) -> float:
    """The mean wait of those who are answered.

    Who finds k before him is answered with the chance serve / (serve + (k + 1) * leave), and if so, his stages have the
    rates serve + (j + 1) * leave, j = 0..k: an exponential patience tilts exponential stages into faster ones.
    """
    if served <= 0 or serve == 0:
        return 0.0
    answered = busy * serve / (serve + (waiting + 1) * leave)
    stages = np.cumsum(1.0 / (serve + (waiting + 1) * leave))
    return float(answered @ stages) / served
