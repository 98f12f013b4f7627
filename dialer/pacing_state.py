"""What pacing is asked, what it answers, and what a snapshot keeps of it: plain values, without numpy.

A center without campaigns starts without loading numpy, for every moment of a start counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import msgspec

from dialer.pacing_ledger import Ledger

if TYPE_CHECKING:
    from dialer.survival import Floats

Mode = Literal["manual", "preview", "progressive", "predictive"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is so now, for one campaign. `idle`: agents lent to it; ages in seconds, of whoever may come to it.

    `portion`: which share of the busy agents will be lent to it. `inbound_per_second`: callers who will take agents
    first. `left`: idle agents who have gone, or were taken, since the scene before.
    """

    idle: int
    waiting: int
    talk_ages: "Sequence[float] | Floats"
    wrap_up_ages: "Sequence[float] | Floats"
    ring_ages: "Sequence[float] | Floats"
    portion: float = 1.0
    inbound_per_second: float = 0.0
    left: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`dials` now, of them `beyond` progressive. `risk` of the next one, None where it was not asked for.

    `guarded`: the ledger said no to one that the risk allowed.
    """

    dials: int
    beyond: int = 0
    risk: float | None = None
    beta: float = 0.0
    guarded: bool = False


Sparse = list[tuple[int, float]]
"""The places of an array that are not 0."""


class DurationsState(msgspec.Struct, kw_only=True):
    """What Durations keeps, in few words."""

    longest_seconds: int
    ended: Sparse
    censored: Sparse


class DialSeen(msgspec.Struct):
    """A dial whose time is not over; `seconds` None: it rings."""

    attempt: str
    at: float
    answered: bool = False
    seconds: float | None = None


class AnswerRateState(msgspec.Struct, kw_only=True):
    """What AnswerRate keeps."""

    timeout_seconds: float
    dials: float
    answers: float
    answer_at: list[float]
    failure_at: list[float]
    waiting: list[DialSeen]


class PacerState(msgspec.Struct, kw_only=True):
    """What a Pacer has learned. `learned`: what its tables were made from, at `learned_at`; None: it has none."""

    theta: float
    rate: AnswerRateState
    talk: DurationsState
    wrap_up: DurationsState
    ledger: Ledger
    learned: tuple[AnswerRateState, DurationsState, DurationsState] | None = None
    learned_at: float | None = None
