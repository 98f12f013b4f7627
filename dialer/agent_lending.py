"""Idle agents lent to campaigns: inbound first, then by weight.

Each idle agent is lent to one campaign, whose answers alone he takes; so one campaign's dials never cost another one's
callers. Who becomes idle goes to the campaign that has had the least of its share, measured in agents served per
weight (start-time fair queueing: Goyal, Vin, Cheng, SIGCOMM 1996), among those that want one. An inbound
caller takes an idle agent whom nobody keeps, else one of the campaign whom it hurts least: where most are idle beyond
its lines in flight. So many idle agents are kept back for inbound (`kept`) before any is lent. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Lending:
    """Who has how many. `weights` by campaign, above 0; a campaign without leads is left out of `wants`."""

    weights: Mapping[str, float]
    kept: int = 0
    free: int = 0
    """Idle agents who are lent to nobody."""
    lent: dict[str, int] = field(default_factory=dict)
    _passed: dict[str, float] = field(default_factory=dict)
    _time: float = 0.0
    """How far whoever was served last had come."""

    def became_idle(self) -> None:
        """One more idle agent, lent to nobody yet."""
        self.free += 1

    def lend(self, wants: Mapping[str, int]) -> None:
        """Lend what is free; `wants`: how many more each campaign can use now."""
        open_wants = {key: count for key, count in wants.items() if count > 0}
        for key in open_wants:
            # Who was away does not catch up on what he did not ask for.
            self._passed[key] = max(self._passed.get(key, 0.0), self._time)
        while self.free > self.kept and open_wants:
            key = min(open_wants, key=lambda one: (self._passed[one], one))
            self._time = self._passed[key]
            self.free -= 1
            self.lent[key] = self.lent.get(key, 0) + 1
            self._passed[key] += 1.0 / self.weights[key]
            open_wants[key] -= 1
            if not open_wants[key]:
                del open_wants[key]

    def give_back(self, campaign: str, count: int) -> None:
        """A campaign needs so many fewer: others may have them."""
        back = min(count, self.lent.get(campaign, 0))
        if back > 0:
            self.lent[campaign] -= back
            self.free += back

    def connected(self, campaign: str) -> None:
        """A campaign's answer takes one of its agents."""
        self.lent[campaign] -= 1

    def taken(self, in_flight: Mapping[str, int]) -> str | None:
        """An inbound caller, or a break, takes an idle agent: whose; None: nobody's.

        `in_flight`: ringing and waiting lines of each campaign. Raises LookupError when nobody is idle.
        """
        if self.free:
            self.free -= 1
            return None
        holders = [key for key, count in self.lent.items() if count > 0]
        if not holders:
            raise LookupError("no agent is idle")
        key = max(holders, key=lambda one: (self.lent[one] - in_flight.get(one, 0), one))
        self.lent[key] -= 1
        return key

    def portion(self, campaign: str, active: frozenset[str]) -> float:
        """Which share of the agents who become idle will be lent to it, among the active campaigns."""
        total = sum(self.weights[key] for key in active)
        return self.weights[campaign] / total if campaign in active else 0.0
