"""The abandon limit of one campaign: what was answered and abandoned in its window, and what is still at stake.

    may dial beyond progressive  <=>  abandons + overdialled lines in flight + 1 <= alpha * live answers

Overdialled lines in flight are ringing and waiting ones for which no idle agent is there: so many abandons there can
still be, if everybody answers at once and no agent becomes free. As long as nothing leaves the window, abandons never
exceed alpha times the answers at any instant: every later answer only adds to the right side.

An idle agent who goes away, or is taken by an inbound caller, may leave a line without one. Nobody dialled too much
then; such abandons are counted apart. `short` is how many lines stand so; each abandon while it is above 0 is of that
cause.

The limit, its window and the tolerance are data of the campaign: in the USA at most 3 % of the live-answered calls of
30 days, an agent within 2 s of the greeting (47 CFR 64.1200(a)(7)). Pure.
"""

from collections import deque
from dataclasses import dataclass, field

_BUCKET_SECONDS = 60.0


@dataclass(slots=True)
class _Window:
    """How many of something in the last seconds, in buckets; `late`: each counts up to a bucket longer, else less."""

    seconds: float
    late: bool
    count: int = 0
    _buckets: deque[list[float]] = field(default_factory=deque)

    def add(self, at: float) -> None:
        self.forget(at)
        if not self._buckets or at >= self._buckets[-1][0] + _BUCKET_SECONDS:
            self._buckets.append([at, 0])
        self._buckets[-1][1] += 1
        self.count += 1

    def forget(self, now: float) -> None:
        stays = self.seconds + (_BUCKET_SECONDS if self.late else 0.0)
        while self._buckets and self._buckets[0][0] + stays <= now:
            self.count -= int(self._buckets.popleft()[1])


@dataclass(slots=True)
class Ledger:
    """`overdialled` and `short` change with `seen`.

    An answer leaves the window up to a minute early and an abandon up to a minute late, never the other way.
    """

    alpha: float = 0.03
    window_seconds: float = 30 * 86400.0
    abandons_by_leaving: int = 0
    overdialled: int = 0
    short: int = 0
    refused: int = 0
    """How often the guard said no."""
    _answers: _Window = field(init=False)
    _abandons: _Window = field(init=False)

    def __post_init__(self) -> None:
        self._answers = _Window(self.window_seconds, late=False)
        self._abandons = _Window(self.window_seconds, late=True)

    @property
    def answers(self) -> int:
        """Live answers in the window, as of the last look."""
        return self._answers.count

    @property
    def abandons(self) -> int:
        """Abandons in the window that no leaving agent caused, as of the last look."""
        return self._abandons.count

    def answered(self, at: float) -> None:
        """Somebody answered, whoever speaks with him then."""
        self._answers.add(at)

    def abandoned(self, at: float) -> bool:
        """Nobody spoke with him in time; whether it was for want of an agent who left."""
        if self.short:
            self.short -= 1
            self.abandons_by_leaving += 1
            return True
        self._abandons.add(at)
        return False

    def seen(self, *, idle: int, ringing: int, waiting: int, left: int = 0) -> None:
        """What is so now; `left`: so many idle agents have just gone, or were taken by inbound callers."""
        before, self.overdialled = self.overdialled, max(0, ringing + waiting - idle)
        self.short = min(self.short + min(left, max(0, self.overdialled - before)), self.overdialled)

    def allows(self, now: float) -> bool:
        """Whether one more may be dialled for which no agent is idle."""
        self._answers.forget(now)
        self._abandons.forget(now)
        allowed = self.abandons + self.overdialled - self.short + 1 <= self.alpha * self.answers
        self.refused += not allowed
        return allowed

    @property
    def rate(self) -> float | None:
        """Abandons of the live answers in the window; None: nobody answered."""
        return self.abandons / self.answers if self.answers else None
