"""How many dials are answered, and after how long: counted by dial cohort.

A dial counts only once its time to ring is over, however early its outcome was known: answers come sooner than the end
of a ring that nobody hears, so that counting in the order of completion sees the failures late while more and more is
dialled, and the estimate is wrong just when it matters. What was long ago is forgotten slowly. Pure.
"""

import math
from collections import deque
from typing import Self

import msgspec
import numpy as np

from dialer.pacing_state import AnswerRateState, DialSeen
from dialer.survival import Floats

_FORGET = 1.0 / 2000.0
"""A dial counts less by this share with each later one."""


class AnswerRate:
    """What became of the dials of one campaign whose time is over."""

    def __init__(self, timeout_seconds: float, *, believed: float = 0.3, weight: float = 50.0) -> None:
        """`timeout_seconds`: how long a dial can ring. `believed`: the answer probability before anything is known."""
        self._timeout_seconds = timeout_seconds
        self._waiting: deque[DialSeen] = deque()
        self._by_id: dict[str, DialSeen] = {}
        self._dials, self._answers = weight, weight * believed
        grid = int(np.ceil(timeout_seconds)) + 1
        self._answer_at = np.full(grid, believed * weight / grid)
        self._failure_at = np.full(grid, (1.0 - believed) * weight / grid)

    def dialled(self, attempt: str, at: float) -> None:
        """A dial begins; `attempt` names it."""
        dial = DialSeen(attempt, at)
        self._waiting.append(dial)
        self._by_id[attempt] = dial

    def ended(self, attempt: str, at: float, *, answered: bool) -> None:
        """Its ringing ended; what is not told so until its time is over was not answered."""
        dial = self._by_id.pop(attempt, None)
        if dial is not None:
            dial.answered, dial.seconds = answered, at - dial.at

    def learn(self, now: float) -> bool:
        """Count the dials whose time is over; whether there were any."""
        counted = False
        while self._waiting and self._waiting[0].at + self._timeout_seconds <= now:
            self._count(self._waiting.popleft())
            counted = True
        return counted

    def _count(self, dial: DialSeen) -> None:
        keep = 1.0 - _FORGET
        self._dials = self._dials * keep + 1.0
        self._answers = self._answers * keep + dial.answered
        self._answer_at *= keep
        self._failure_at *= keep
        seconds = self._timeout_seconds if dial.seconds is None else dial.seconds
        place = min(math.ceil(seconds - 1e-6), len(self._answer_at) - 1)
        (self._answer_at if dial.answered else self._failure_at)[place] += 1.0

    def state(self) -> AnswerRateState:
        """All that it knows."""
        return AnswerRateState(
            timeout_seconds=self._timeout_seconds,
            dials=self._dials,
            answers=self._answers,
            answer_at=self._answer_at.tolist(),
            failure_at=self._failure_at.tolist(),
            waiting=[msgspec.structs.replace(dial) for dial in self._waiting],
        )

    @classmethod
    def restore(cls, state: AnswerRateState) -> Self:
        """The one that gave `state`."""
        told = cls(state.timeout_seconds)
        told._dials, told._answers = state.dials, state.answers
        told._answer_at, told._failure_at = np.array(state.answer_at), np.array(state.failure_at)
        told._waiting = deque(state.waiting)
        told._by_id = {dial.attempt: dial for dial in state.waiting if dial.seconds is None}
        return told

    @property
    def probability(self) -> float:
        """That a dial is answered by somebody."""
        return self._answers / self._dials

    def answered_within(self) -> Floats:
        """At k: the share of the answers that come within k seconds (G)."""
        return _cumulated(self._answer_at)

    def failed_within(self) -> Floats:
        """At k: the share of the failures that are known within k seconds (N)."""
        return _cumulated(self._failure_at)


def _cumulated(counts: Floats) -> Floats:
    told: Floats = np.cumsum(counts) / counts.sum()
    return told
