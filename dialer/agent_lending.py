"""Idle agents lent to campaigns, by name: inbound first, then by weight.

An idle agent takes any inbound caller; of campaigns he takes the answers of the one alone that he is lent to, so that
one campaign's dials never cost another one's customers. Who is lent to nobody goes to the campaign that has had the
least of its share, measured in agents served and lent per weight (start-time fair queueing: Goyal, Vin, Cheng,
SIGCOMM 1996), among those that can use him. A campaign that has no use for its idle agents keeps them until another
one has. Pure.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import msgspec

from ctiserver.core.ids import AgentKey

Serves = Callable[[AgentKey, int], bool]


class Lending(msgspec.Struct, kw_only=True):
    """`lent`: idle agents and the campaign of each; `passed`: what each campaign has had, in agents per weight."""

    lent: dict[AgentKey, int] = {}
    passed: dict[int, float] = {}
    time: float = 0.0
    """How far whoever was served last had come."""

    def settle(
        self, idle: Sequence[AgentKey], wants: Mapping[int, int], weights: Mapping[int, float], serves: Serves
    ) -> list[tuple[AgentKey, int | None]]:
        """Lend and take back; the idle agents for whom that changed something, and whose they are now.

        `idle`: the longest idle first; `wants`: how many idle agents each campaign can use, those included that it has.
        """
        before = {agent: self.lent.get(agent) for agent in idle}
        self.lent = {
            agent: campaign for agent, campaign in self.lent.items() if agent in before and campaign in wants
        }
        counts = Counter(self.lent.values())
        for agent in reversed(idle):
            campaign = self.lent.get(agent)
            if campaign is not None and counts[campaign] > wants[campaign]:
                self._move(agent, campaign, wants, weights, serves, counts)
        for agent in idle:
            if agent not in self.lent:
                self._lend(agent, wants, weights, serves, counts)
        return [(agent, now) for agent, was in before.items() if (now := self.lent.get(agent)) != was]

    def served(self, campaign: int, weight: float) -> None:
        """One of its answers took an agent."""
        self.time = self.passed.get(campaign, self.time)
        self.passed[campaign] = self.time + 1.0 / weight

    def count(self, campaign: int) -> int:
        """How many idle agents it has."""
        return sum(lent == campaign for lent in self.lent.values())

    def _move(
        self,
        agent: AgentKey,
        campaign: int,
        wants: Mapping[int, int],
        weights: Mapping[int, float],
        serves: Serves,
        counts: Counter[int],
    ) -> None:
        del self.lent[agent]
        counts[campaign] -= 1
        self._lend(agent, wants, weights, serves, counts)
        if agent not in self.lent:
            self.lent[agent] = campaign
            counts[campaign] += 1

    def _lend(
        self,
        agent: AgentKey,
        wants: Mapping[int, int],
        weights: Mapping[int, float],
        serves: Serves,
        counts: Counter[int],
    ) -> None:
        open_wants = [key for key, most in wants.items() if counts[key] < most and serves(agent, key)]
        if not open_wants:
            return
        for key in open_wants:
            # Who was away does not catch up on what he did not ask for.
            self.passed[key] = max(self.passed.get(key, 0.0), self.time)
        chosen = min(open_wants, key=lambda key: (self.passed[key] + counts[key] / weights[key], key))
        self.lent[agent] = chosen
        counts[chosen] += 1


def portion(campaign: int, active: Sequence[int], weights: Mapping[int, float]) -> float:
    """Which share of the agents who become idle will be lent to it, among the active campaigns."""
    total = sum(weights[key] for key in active)
    return weights[campaign] / total if campaign in active else 0.0
