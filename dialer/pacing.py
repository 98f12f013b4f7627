"""How many to dial now: progressive, and predictive by marginal risk, within the campaign's abandon limit.

Progressive dials one line for each idle agent for whom none rings or waits. Predictive dials one more as long as the
risk that its answer finds nobody free is at most beta:

    m_h = idle - waiting + sum f_i(h) - sum pi_j(h)      agents free minus answers, expected in h seconds
    s_h = sqrt(sum f_i (1 - f_i) + sum pi_j (1 - pi_j))
    R   = sum_h g_h Phi((0.5 - m_h) / s_h)               after each dial m_h -= p G(h), s_h^2 += p G (1 - p G)

beta = exp(theta) learns from what happens: theta += kappa alpha with each connected answer, -= kappa (1 - alpha) with
each abandon; it has an upper clip (beta <= 0.5) and no lower one, and at theta_min (beta = 2e-4) or below it only
progressive dials are made. It begins there. So, however wrong the model is,

    abandons <= alpha answers + (theta_0 - theta_min) / kappa + 1 + lines in flight,

and the ledger's guard (`pacing_ledger`) holds besides at every dial beyond progressive. Never less than progressive is
dialled. Pure; `campaigns` has live calls paced by it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from dialer.answer_rate import AnswerRate
from dialer.pacing_ledger import Ledger
from dialer.pacing_state import AnswerRateState, Decision, DurationsState, Mode, PacerState, Scene
from dialer.pacing_tables import HORIZONS_SECONDS, Tables, tables
from dialer.survival import Durations, Floats

KAPPA = 0.05
THETA_MIN = math.log(2e-4)
_THETA_MAX = math.log(0.5)
_RELEARN_SECONDS = 30.0
_SQRT_2 = math.sqrt(2.0)


@dataclass(slots=True, kw_only=True)
class Pacer:
    """The pacing of one campaign; its state is what it has learned."""

    mode: Mode
    rate: AnswerRate
    talk: Durations
    wrap_up: Durations
    ledger: Ledger = field(default_factory=Ledger)
    tolerance_seconds: float = 2.0
    theta: float = THETA_MIN
    _tables: Tables | None = None
    _learned: tuple[AnswerRateState, DurationsState, DurationsState] | None = None
    _learned_at: float = -math.inf

    @property
    def beta(self) -> float:
        """The risk that one more dial may have."""
        return math.exp(self.theta)

    def connected(self, at: float) -> None:
        """Somebody answered and an agent speaks with him."""
        self.ledger.answered(at)
        self.theta = min(_THETA_MAX, self.theta + KAPPA * self.ledger.alpha)

    def abandoned(self, at: float) -> bool:
        """Somebody answered and no agent spoke with him in time; whether for want of one who left."""
        self.ledger.answered(at)
        by_leaving = self.ledger.abandoned(at)
        if not by_leaving:
            self.theta -= KAPPA * (1.0 - self.ledger.alpha)
        return by_leaving

    @property
    def goes_beyond(self) -> bool:
        """Whether it may dial more than progressive, as far as it has earned it."""
        return self.mode == "predictive" and self.theta > THETA_MIN

    def may_dial(self, *, idle: int, ringing: int, waiting: int, now: float) -> bool:
        """Whether one more that was decided on may be dialled still, as things are now."""
        self.ledger.seen(idle=idle, ringing=ringing, waiting=waiting)
        if idle > ringing + waiting:
            return True
        return self.goes_beyond and self.ledger.allows(now)

    def decide(self, scene: Scene, now: float, *, most: int = 1_000_000) -> Decision:
        """How many to dial now, at most `most` (leads, trunks: `dial_limits`)."""
        ringing = len(scene.ring_ages)
        self.rate.learn(now)
        self.ledger.seen(idle=scene.idle, ringing=ringing, waiting=scene.waiting, left=scene.left)
        if self.mode in ("manual", "preview"):
            return Decision(dials=0)
        progressive = min(most, max(0, scene.idle - ringing - scene.waiting))
        if self.mode == "progressive" or self.theta <= THETA_MIN or progressive == most:
            return Decision(dials=progressive, beta=self.beta)
        return self._beyond(scene, now, progressive, most)

    def _beyond(self, scene: Scene, now: float, progressive: int, most: int) -> Decision:
        known = self._known(now)
        mean, variance = _forecast(scene, known)
        for place, chance in enumerate(known.soon):
            mean[place] -= progressive * chance
            variance[place] += progressive * chance * (1.0 - chance)
        beta, dials = self.beta, progressive
        ringing = len(scene.ring_ages)
        risk = _risk(known.weights, mean, variance)
        while risk <= beta and dials < most:
            self.ledger.seen(idle=scene.idle, ringing=ringing + dials, waiting=scene.waiting)
            if not self.ledger.allows(now):
                return Decision(dials=dials, beyond=dials - progressive, risk=risk, beta=beta, guarded=True)
            dials += 1
            for place, chance in enumerate(known.soon):
                mean[place] -= chance
                variance[place] += chance * (1.0 - chance)
            risk = _risk(known.weights, mean, variance)
        self.ledger.seen(idle=scene.idle, ringing=ringing + dials, waiting=scene.waiting)
        return Decision(dials=dials, beyond=dials - progressive, risk=risk, beta=beta)

    def _known(self, now: float) -> Tables:
        if self._tables is None or now - self._learned_at >= _RELEARN_SECONDS:
            self._tables = tables(
                self.talk, self.wrap_up, self.rate, tolerance_seconds=self.tolerance_seconds
            )
            # The tables are much, what they are made from is little: so much of them is kept in a snapshot.
            self._learned = self.rate.state(), self.talk.state(), self.wrap_up.state()
            self._learned_at = now
        return self._tables

    def state(self) -> PacerState:
        """All that decisions depend on: who restores it decides the same from there on."""
        return PacerState(
            theta=self.theta,
            rate=self.rate.state(),
            talk=self.talk.state(),
            wrap_up=self.wrap_up.state(),
            ledger=self.ledger,
            learned=self._learned,
            learned_at=self._learned_at if self._learned else None,
        )

    @classmethod
    def restore(cls, state: PacerState, mode: Mode, tolerance_seconds: float) -> Self:
        """The one that gave `state`."""
        told = cls(
            mode=mode,
            rate=AnswerRate.restore(state.rate),
            talk=Durations.restore(state.talk),
            wrap_up=Durations.restore(state.wrap_up),
            ledger=state.ledger,
            tolerance_seconds=tolerance_seconds,
            theta=state.theta,
        )
        if state.learned is not None and state.learned_at is not None:
            rate, talk, wrap_up = state.learned
            told._learned, told._learned_at = state.learned, state.learned_at
            told._tables = tables(
                Durations.restore(talk),
                Durations.restore(wrap_up),
                AnswerRate.restore(rate),
                tolerance_seconds=tolerance_seconds,
            )
        return told


def _forecast(scene: Scene, known: Tables) -> tuple[list[float], list[float]]:
    """Mean and variance of agents free minus answers, at each horizon."""
    busy = _sum(known.talking, scene.talk_ages) + _sum(known.wrapping_up, scene.wrap_up_ages)
    free, answers = busy.tolist(), _sum(known.ringing, scene.ring_ages).tolist()
    count = len(HORIZONS_SECONDS)
    mean, variance = [], []
    for place, h in enumerate(HORIZONS_SECONDS):
        comes, spread = free[place] * scene.portion, free[count + place]
        # An agent comes here with the chance portion f: the variance of that, summed over agents.
        own = scene.portion**2 * spread + scene.portion * (1.0 - scene.portion) * free[place]
        taken = scene.inbound_per_second * h * scene.portion
        mean.append(scene.idle - scene.waiting + comes - answers[place] - taken)
        variance.append(own + answers[count + place] + taken)
    return mean, variance


def _sum(rows: Floats, ages: Sequence[float] | Floats) -> Floats:
    places = np.minimum(np.asarray(ages, dtype=np.int64), len(rows) - 1)
    told: Floats = rows[places].sum(axis=0)
    return told


def _risk(weights: Sequence[float], mean: Sequence[float], variance: Sequence[float]) -> float:
    return sum(weight * _short_of_one(m, v) for weight, m, v in zip(weights, mean, variance, strict=True))


def _short_of_one(mean: float, variance: float) -> float:
    """P(fewer than one agent is free), by the normal approximation with the correction for whole numbers."""
    if variance < 1e-9:
        return 1.0 if mean < 0.5 else 0.0
    return 0.5 * math.erfc((mean - 0.5) / math.sqrt(variance) / _SQRT_2)
