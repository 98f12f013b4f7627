"""What each lever of the ledger of inversions would have gained: the same day run again with it, and without.

A lever stands beside a cause (`LEVERS`). The day's calls and agents are run by the rules of `given_calls`, each time
with the day's service times dealt anew among the calls of a queue, once as it was and once with the lever: the
differences of the pairs give the gain and its interval. Counted as in the ledger: a pair for everybody of a higher
class who waits when an agent is chosen for somebody of a lower one, and the seconds that those above the lowest class
wait: from coming to the queue, asking to be called or the hour chosen for it, until an agent talks with them.

Its limits: callers keep their patience, and a contact's second wait begins when it began, whenever the first is over.
All rings of a call are those of the agent who takes it. Call-backs are run from when they could be made, in the place
that they kept; who chose an hour is not called before it. `no_breaks` is a bound: breaks under an hour are not spread
but left out; so is `every_offer_answered`: nobody rings in vain, and whoever was paused for it stays so.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from msgspec.structs import replace as with_fields

from acd.given_calls import Day, GivenAgent, GivenCall, Went
from ctiserver.core.ids import AgentKey, QueueKey
from ctiserver.core.interval import Interval, interval
from ctiserver.core.serving import serves
from ctiserver.core.tables import Agent, Queue

MORE_SECONDS = 60.0
"""So much larger a head start, or a ceiling; so much sooner a call-back."""
BREAK_SECONDS = 3600.0
_RUNS = (5, 20)
_CALLS_AT_MOST = 60_000
"""Over all runs: some seconds on one core."""
_LOWEST = "C"


@dataclass(frozen=True, slots=True, kw_only=True)
class Center:
    """What a day is run with. `changed`: what becomes of each call; None: it stays as it is."""

    queues: Mapping[QueueKey, Queue]
    agents: Sequence[GivenAgent]
    calls: Sequence[GivenCall]
    changed: Callable[[GivenCall], GivenCall] | None = None

    def run(self, dealt: Sequence[GivenCall]) -> tuple[float, float]:
        """What it comes to with these calls, see `_passed`."""
        some = dealt if self.changed is None else [self.changed(call) for call in dealt]
        return _passed(some, Day(self.queues, self.agents, some).run())


Pull = Callable[[Center, QueueKey], Center | None]
"""A lever: the center with it; None: the day has nothing to change. The queue is where agents are added or trained."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """What a lever saves: pairs, and seconds of those above the lowest class; negative: it costs them.

    `causes`: those whose lever it is; none: whatever the cause. `why_not`: there is no figure, as the day has nothing
    to change (`nothing_to_change`).
    """

    lever: str
    causes: tuple[str, ...]
    pairs: Interval | None = None
    seconds: Interval | None = None
    why_not: str = ""


def gains(
    queues: Mapping[QueueKey, Queue],
    agents: Sequence[GivenAgent],
    calls: Sequence[GivenCall],
    *,
    queue: QueueKey,
    seed: int = 1,
) -> list[Gain]:
    """One of each lever; `queue` is where agents are added or trained: where most were passed."""
    as_it_was = Center(queues=queues, agents=agents, calls=calls)
    tried = {lever: pull(as_it_was, queue) for lever, (_, pull) in LEVERS.items()}
    centers = {lever: center for lever, center in tried.items() if center is not None}
    fewest, most = _RUNS
    runs = max(fewest, min(most, _CALLS_AT_MOST // max(1, len(calls) * (1 + len(centers)))))
    saved: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for number in range(runs):
        dealt = _dealt(calls, np.random.default_rng((seed, number)))
        before = as_it_was.run(dealt)
        for lever, center in centers.items():
            after = center.run(dealt)
            saved[lever].append((before[0] - after[0], before[1] - after[1]))
    return [_gain(lever, causes, saved.get(lever)) for lever, (causes, _) in LEVERS.items()]


def _gain(lever: str, causes: tuple[str, ...], saved: list[tuple[float, float]] | None) -> Gain:
    if saved is None:
        return Gain(lever=lever, causes=causes, why_not="nothing_to_change")
    pairs, seconds = zip(*saved, strict=True)
    return Gain(lever=lever, causes=causes, pairs=interval(pairs), seconds=interval(seconds))


def _dealt(calls: Sequence[GivenCall], lot: np.random.Generator) -> list[GivenCall]:
    """The calls with the service times of their queue dealt anew."""
    times: dict[QueueKey, list[float]] = defaultdict(list)
    for call in calls:
        times[call.queue].append(call.service_seconds)
    for some in times.values():
        lot.shuffle(some)
    return [replace(call, service_seconds=times[call.queue].pop()) for call in calls]


def _passed(calls: Sequence[GivenCall], went: Mapping[str, Went]) -> tuple[float, float]:
    """Pairs, and the seconds that those above the lowest class waited, until somebody answered or they gave up."""
    over = [(call, went[call.contact]) for call in calls if call.contact in went]
    letters = np.array([call.value_class or _LOWEST for call, _ in over])
    came = np.array([call.at if call.waits_from is None else call.waits_from for call, _ in over])
    given = np.array([call.at + its.wait_seconds for call, its in over])
    served = np.array([its.agent is not None for _, its in over], dtype=bool)
    left = given + served * np.array([call.ring_seconds for call, _ in over])
    pairs = 0.0
    for letter in np.unique(letters)[1:]:
        starts, above = given[served & (letters == letter)], letters < letter
        there = np.searchsorted(np.sort(came[above]), starts, "left")
        pairs += float(np.sum(there - np.searchsorted(np.sort(left[above]), starts, "right")))
    return pairs, float(np.sum((left - came)[letters < _LOWEST]))


def _one_more_agent(was: Center, queue: QueueKey) -> Center | None:
    """From the first agent's coming to the last one's going."""
    spans = [span for one in was.agents for span in one.spans]
    if not spans or queue not in was.queues:
        return None
    its = was.queues[queue]
    extra = Agent(key=AgentKey("+1"), account_id=its.account_id, queues={queue: 0}, skills=dict(its.requires))
    day = (min(begins for begins, _ in spans), max(ends for _, ends in spans))
    return replace(was, agents=[*was.agents, GivenAgent(agent=extra, spans=[day])])


def _no_breaks(was: Center, _queue: QueueKey) -> Center | None:
    joined = [replace(one, spans=_without_breaks(one.spans)) for one in was.agents]
    fewer = any(len(one.spans) < len(old.spans) for one, old in zip(joined, was.agents, strict=True))
    return replace(was, agents=joined) if fewer else None


def _without_breaks(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []
    for begins, ends in spans:
        if found and begins - found[-1][1] < BREAK_SECONDS:
            found[-1] = (found[-1][0], ends)
        else:
            found.append((begins, ends))
    return found


def _one_trained(was: Center, queue: QueueKey) -> Center | None:
    """Of those who cannot serve the queue the one who was there for the longest learns to, as his last choice."""
    its = was.queues.get(queue)
    if its is None:
        return None
    unable = [one for one in was.agents if one.agent.account_id == its.account_id and serves(one.agent, its)]
    there = [one for one in unable if one.spans]
    if not there:
        return None
    learns = max(there, key=lambda one: (sum(ends - begins for begins, ends in one.spans), one.agent.key))
    skills = learns.agent.skills | {
        skill: max(level, learns.agent.skills.get(skill, 0)) for skill, level in its.requires.items()
    }
    last = max(learns.agent.queues.values(), default=0)
    able = with_fields(learns.agent, skills=skills, queues={queue: last, **learns.agent.queues})
    return replace(was, agents=[replace(one, agent=able) if one is learns else one for one in was.agents])


def _later_ceiling(was: Center, _queue: QueueKey) -> Center | None:
    raised = {
        key: with_fields(one, ceiling_seconds=one.ceiling_seconds + MORE_SECONDS)
        for key, one in was.queues.items()
        if one.ceiling_seconds is not None
    }
    return replace(was, queues={**was.queues, **raised}) if raised else None


def _no_preference(was: Center, _queue: QueueKey) -> Center | None:
    if all(len(set(one.agent.queues.values())) < 2 for one in was.agents):
        return None
    alike = [
        replace(one, agent=with_fields(one.agent, queues=dict.fromkeys(one.agent.queues, 0)))
        for one in was.agents
    ]
    return replace(was, agents=alike)


def _larger_head_start(was: Center, _queue: QueueKey) -> Center:
    """For every class above the lowest, the highest getting most: a minute for each step."""
    letters = sorted(
        {letter for one in was.queues.values() for letter in one.head_start_seconds} | {"A", "B"}
    )
    more = [letter for letter in letters if letter < _LOWEST]
    advanced = {
        key: with_fields(
            one,
            head_start_seconds={
                **one.head_start_seconds,
                **{
                    letter: one.head_start_seconds.get(letter, 0.0) + MORE_SECONDS * (len(more) - step)
                    for step, letter in enumerate(more)
                },
            },
        )
        for key, one in was.queues.items()
    }
    return replace(was, queues=advanced)


def _shorter_ringing(was: Center, _queue: QueueKey) -> Center | None:
    """Half as long."""
    if not any(call.ring_seconds for call in was.calls):
        return None
    return replace(was, changed=lambda call: replace(call, ring_seconds=call.ring_seconds / 2.0))


def _every_offer_answered(was: Center, _queue: QueueKey) -> Center | None:
    """The ringing that nobody answered is left out."""

    def answered(call: GivenCall) -> GivenCall:
        return replace(call, ring_seconds=call.ring_seconds - call.unanswered_seconds, unanswered_seconds=0.0)

    return replace(was, changed=answered) if any(call.unanswered_seconds for call in was.calls) else None


def _shorter_named_wait(was: Center, _queue: QueueKey) -> Center | None:
    """Half as long for the agent to whom somebody was passed on."""

    def sooner(call: GivenCall) -> GivenCall:
        return (
            replace(call, named=replace(call.named, seconds=call.named.seconds / 2.0)) if call.named else call
        )

    return replace(was, changed=sooner) if any(call.named for call in was.calls) else None


def _call_back_sooner(was: Center, _queue: QueueKey) -> Center | None:
    """Each counts as having waited a minute longer, as when a supervisor prefers it; none before its hour."""

    def sooner(call: GivenCall) -> GivenCall:
        return replace(call, stands_from=call.arrived_at - MORE_SECONDS) if call.called_back else call

    return replace(was, changed=sooner) if any(call.called_back for call in was.calls) else None


def _leave_fewer_free(was: Center, _queue: QueueKey) -> Center | None:
    """One agent less for each class that leaves some to others."""
    fewer = {
        key: with_fields(
            one, leave_free={letter: max(0, left - 1) for letter, left in one.leave_free.items()}
        )
        for key, one in was.queues.items()
        if any(one.leave_free.values())
    }
    return replace(was, queues={**was.queues, **fewer}) if fewer else None


LEVERS: dict[str, tuple[tuple[str, ...], Pull]] = {
    "one_more_agent": ((), _one_more_agent),
    "shorter_ringing": (("ringing",), _shorter_ringing),
    "call_back_sooner": (("call_back_held",), _call_back_sooner),
    "leave_fewer_free": (("left_free",), _leave_fewer_free),
    "shorter_named_wait": (("named_for_another", "named"), _shorter_named_wait),
    "every_offer_answered": (("unanswered",), _every_offer_answered),
    "no_breaks": (("pause",), _no_breaks),
    "one_trained": (("skill",), _one_trained),
    "later_ceiling": (("ceiling",), _later_ceiling),
    "no_preference": (("preference",), _no_preference),
    "larger_head_start": (("score",), _larger_head_start),
}
"""By name: the causes that it is the lever of, and the center with it. An emergency has none, nor a fault of ours."""
