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

import msgspec

_BUCKETS = 720
_BUCKET_SECONDS = 60.0
"""At least; a long window has no more than so many buckets: what is kept of it stays small."""


class _Window(msgspec.Struct):
    """How many of something in the last seconds, in buckets; `late`: each counts up to a bucket longer, else less."""

    seconds: float
    late: bool
    count: int = 0
    buckets: list[tuple[float, int]] = []

    @property
    def bucket_seconds(self) -> float:
        return max(_BUCKET_SECONDS, self.seconds / _BUCKETS)

    def add(self, at: float, count: int = 1) -> None:
        self.forget(at)
        if not self.buckets or at >= self.buckets[-1][0] + self.bucket_seconds:
            self.buckets.append((at, 0))
        begun, so_far = self.buckets[-1]
        self.buckets[-1] = (begun, so_far + count)
        self.count += count

    def forget(self, now: float) -> None:
        stays = self.seconds + (self.bucket_seconds if self.late else 0.0)
        while self.buckets and self.buckets[0][0] + stays <= now:
            self.count -= self.buckets.pop(0)[1]


class Ledger(msgspec.Struct, kw_only=True):
    """`overdialled` and `short` change with `seen`.

    An answer leaves the window early and an abandon late, by up to a bucket: a minute, or a 720th of the window.
    """

    alpha: float = 0.03
    window_seconds: float = 30 * 86400.0
    abandons_by_leaving: int = 0
    overdialled: int = 0
    short: int = 0
    refused: int = 0
    """How often the guard said no."""
    _answers: _Window = msgspec.field(default_factory=lambda: _Window(0.0, late=False))
    _abandons: _Window = msgspec.field(default_factory=lambda: _Window(0.0, late=True))

    def __post_init__(self) -> None:
        self.use(self.alpha, self.window_seconds)

    def use(self, alpha: float, window_seconds: float) -> None:
        """This limit and window from now on; what is known stays."""
        self.alpha, self.window_seconds = alpha, window_seconds
        self._answers.seconds = self._abandons.seconds = window_seconds

    def seed(self, at: float, answers: int, abandons: int) -> None:
        """What the records say of the window, where nothing is known here."""
        if not self._answers.count and not self._abandons.count:
            self._answers.add(at, answers)
            self._abandons.add(at, abandons)

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
