"""What pacing has learned of a campaign, laid out so that a decision is a few sums.

For the horizons h, with talk and wrap-up from Kaplan-Meier tables and answers by dial cohort:

    f(h, u)  = P(an agent busy for u seconds is free by u + h + tolerance | he is still busy)
    pi(h, r) = p [G(r+h) - G(r)] / (p [1 - G(r)] + (1-p) [1 - N(r)])        a line that has rung r seconds
    g(h)     = P(an answer comes near h)

Each row holds the seven probabilities p and their seven p (1-p), so that mean and variance of all agents or lines are
one sum over rows.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from dialer.answer_rate import AnswerRate
from dialer.survival import Durations, Floats, both_within, within

HORIZONS_SECONDS = (2, 5, 8, 11, 14, 18, 24)


@dataclass(frozen=True, slots=True)
class Tables:
    """Rows by age in whole seconds: talking, in wrap-up, ringing. `weights`: g; `soon`: p G(h) of a new dial."""

    talking: Floats
    wrapping_up: Floats
    ringing: Floats
    weights: tuple[float, ...]
    soon: tuple[float, ...]


def tables(talk: Durations, wrap_up: Durations, rate: AnswerRate, *, tolerance_seconds: float) -> Tables:
    """From what is known now."""
    tolerance = int(tolerance_seconds)
    answered, failed, p = rate.answered_within(), rate.failed_within(), rate.probability
    wrap_up_left = wrap_up.surviving()
    talk_left = talk.surviving()
    spans = [h + tolerance for h in HORIZONS_SECONDS]
    talking = np.stack([both_within(talk_left, wrap_up_left, span) for span in spans], axis=1)
    wrapping_up = np.stack([within(wrap_up_left, span) for span in spans], axis=1)
    edges = _edges(answered)
    return Tables(
        talking=_with_variance(talking),
        wrapping_up=_with_variance(wrapping_up),
        ringing=_with_variance(_answers(answered, failed, p)),
        weights=tuple(float(weight) for weight in np.diff(edges) / max(edges[-1], 1e-9)),
        soon=tuple(float(p * _at(answered, h)) for h in HORIZONS_SECONDS),
    )


def _with_variance(rows: Floats) -> Floats:
    return np.concatenate([rows, rows * (1.0 - rows)], axis=1)


def _answers(answered: Floats, failed: Floats, p: float) -> Floats:
    ages = np.arange(len(answered))
    rings_on = p * (1.0 - answered) + (1.0 - p) * (1.0 - failed)
    columns = []
    for h in HORIZONS_SECONDS:
        comes = p * (answered[np.minimum(ages + h, len(answered) - 1)] - answered)
        columns.append(np.divide(comes, rings_on, out=np.zeros_like(comes), where=rings_on > 1e-9))
    told: Floats = np.clip(np.stack(columns, axis=1), 0.0, 1.0)
    return told


def _edges(answered: Floats) -> Floats:
    """The share of answers up to the middle between two horizons; all of them behind the last."""
    middles = [(one + other) / 2 for one, other in pairwise(HORIZONS_SECONDS)]
    return np.array([0.0, *(_at(answered, middle) for middle in middles), float(answered[-1])])


def _at(cumulated: Floats, seconds: float) -> float:
    return float(np.interp(seconds, np.arange(len(cumulated)), cumulated))
