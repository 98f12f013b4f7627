"""What waits and services have taught of each queue, as a snapshot keeps it."""

import math

import msgspec

from acd.wait_time import Estimate, WaitTimes
from ctiserver.core.ids import AgentKey, ContactId, QueueKey

REMEMBERED = 100.0
"""Contacts of which a mean is."""
RATE_SECONDS = 1800.0
"""How far back the rate of arrivals looks."""


class Promise(msgspec.Struct, kw_only=True):
    """The first estimate of a wait, made `at` that instant; its times are seconds from then."""

    queue: QueueKey
    value_class: str
    at: float
    likely_seconds: float
    at_least_seconds: float
    at_most_seconds: float
    model_seconds: float

    @property
    def estimate(self) -> Estimate:
        """As `wait_time` made it."""
        return Estimate(
            likely_seconds=self.likely_seconds,
            at_least_seconds=self.at_least_seconds,
            at_most_seconds=self.at_most_seconds,
            model_seconds=self.model_seconds,
        )


class Arrivals(msgspec.Struct, kw_only=True):
    """Those of one class, each worth less as time goes by."""

    worth: float = 0.0
    at: float = 0.0

    def fade(self, at: float) -> float:
        """What they are worth at that instant, and from then on."""
        if at > self.at:
            self.worth, self.at = self.worth * math.exp((self.at - at) / RATE_SECONDS), at
        return self.worth


class QueueWaits(msgspec.Struct, kw_only=True):
    """One queue. `waited_seconds`, `gave_up`: of about the last hundred waits, hung up or not."""

    services: int = 0
    service_seconds: float = 0.0
    waited_seconds: float = 0.0
    gave_up: float = 0.0
    arrivals: dict[str, Arrivals] = {}
    learned: dict[str, WaitTimes] = {}

    def came(self, value_class: str, at: float) -> None:
        """One more of a class."""
        row = self.arrivals.setdefault(value_class, Arrivals(at=at))
        row.worth = row.fade(at) + 1.0

    def rate(self, value_class: str, at: float) -> float:
        """How many of a class come a second."""
        row = self.arrivals.get(value_class)
        return row.fade(at) / RATE_SECONDS if row else 0.0

    def served(self, seconds: float) -> None:
        """A contact has kept an agent for so long."""
        self.services += 1
        self.service_seconds += (seconds - self.service_seconds) / min(self.services, REMEMBERED)

    def waited(self, seconds: float, *, gave_up: bool = False) -> None:
        """A wait is over."""
        keep = 1.0 - 1.0 / REMEMBERED
        self.waited_seconds = keep * self.waited_seconds + seconds
        self.gave_up = keep * self.gave_up + gave_up

    @property
    def patience_seconds(self) -> float | None:
        """All waits added up, by those who hung up; None: nobody did, lately."""
        return self.waited_seconds / self.gave_up if self.gave_up > _HARDLY_ANY else None

    def learned_of(self, value_class: str) -> WaitTimes:
        """What the waits of a class have taught."""
        return self.learned.setdefault(value_class, WaitTimes())


class WaitBooks(msgspec.Struct, kw_only=True):
    """All queues; `promises` of who waits still; `busy_since`: agents who have a contact, from its offer on."""

    queues: dict[QueueKey, QueueWaits] = {}
    promises: dict[ContactId, Promise] = {}
    busy_since: dict[AgentKey, float] = {}

    def of(self, queue: str) -> QueueWaits:
        """The queue's, begun where there is none."""
        return self.queues.setdefault(QueueKey(queue), QueueWaits())


_HARDLY_ANY = 0.2
