"""The rows of a decision: who is free again, who answers, against the formulas."""

import numpy as np
import pytest

from dialer.answer_rate import AnswerRate
from dialer.pacing_tables import HORIZONS_SECONDS, tables
from dialer.survival import Durations


def test_rows_hold_the_probabilities_of_the_formulas_and_their_variances() -> None:
    rng = np.random.default_rng(3)
    talk, wrap_up, rate = Durations(600), Durations(60), AnswerRate(40.0, weight=1e-6)
    for seconds in rng.exponential(100.0, 30_000):
        talk.add(float(seconds))
    wrap_up.add(15.0)
    for number in range(8000):
        answered = bool(rng.random() < 0.3)
        rate.dialled(str(number), 0.0)
        rate.ended(str(number), float(rng.uniform(0, 20)) if answered else 25.0, answered=answered)
    rate.learn(50.0)
    known = tables(talk, wrap_up, rate, tolerance_seconds=2.0)
    at = {h: place for place, h in enumerate(HORIZONS_SECONDS)}
    # Talk ends and 15 s of wrap-up after it, within 24 + 2 s: 11 s are left for the talk to end, at any age.
    assert known.talking[[0, 50, 150], at[24]] == pytest.approx([1 - np.exp(-0.11)] * 3, abs=0.015)
    assert known.talking[:, at[11]].max() == 0.0
    assert known.wrapping_up[[1, 2, 14], at[11]].tolist() == [0.0, 1.0, 1.0]
    ringing = 0.3 * (8 / 20) / (0.3 * (1 - 5 / 20) + 0.7)  # five seconds old, an answer within eight more
    assert known.ringing[5, at[8]] == pytest.approx(ringing, abs=0.02)
    assert known.ringing[21, at[24]] == pytest.approx(0.0, abs=0.01)
    assert sum(known.weights) == pytest.approx(1.0)
    assert known.soon[at[8]] == pytest.approx(0.3 * 8 / 20, abs=0.02)
    count = len(HORIZONS_SECONDS)
    for rows in (known.talking, known.wrapping_up, known.ringing):
        assert rows[:, count:] == pytest.approx(rows[:, :count] * (1 - rows[:, :count]))
