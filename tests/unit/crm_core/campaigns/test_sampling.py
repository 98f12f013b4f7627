"""What a sample of 200 says of its list: 1 000 simulated lists for each size and rate, beside the textbook's."""

from math import log, sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from crm_core.campaigns.sampling import Estimate, mean, share

LISTS, SAMPLE = 1000, 200
RATES, SIZES = (0.02, 0.05, 0.1, 0.2, 0.3, 0.5), (300, 1000, 20_000)
Z = NormalDist().inv_cdf(0.975)


def wald(count: int, n: int) -> Estimate:
    p = count / n
    half = Z * sqrt(p * (1 - p) / n)
    return Estimate(value=p, low=p - half, high=p + half)


def holds(estimate: Estimate, truth: float) -> bool:
    return estimate.low - 1e-9 <= truth <= estimate.high + 1e-9


def costs(rng: Any, rate: float, shape: tuple[int, int]) -> Any:
    """Of each lead: one to three tries of a line, and talk with wrap-up (as in the pacing's world) if he is reached."""
    sigma = sqrt(log(1 + 0.9**2))
    talk = rng.lognormal(log(150) - sigma * sigma / 2, sigma, shape) + 15
    return rng.integers(1, 4, shape) * 8.0 + (rng.random(shape) < rate) * talk * 1.7


def test_the_interval_of_the_contact_rate_covers_the_truth_of_the_whole_list() -> None:
    rng = np.random.default_rng(20260914)
    shown, covered, widths, textbook = [], [], [], []
    for size in SIZES:
        for rate in RATES:
            contacts = rng.binomial(size, rate, LISTS)
            seen = rng.hypergeometric(contacts, size - contacts, SAMPLE)
            of_count = {k: (share(k, SAMPLE, size), wald(k, SAMPLE)) for k in set(seen.tolist())}
            ours, theirs = zip(*(of_count[k] for k in seen.tolist()), strict=True)
            truths = contacts / size
            hits = [
                np.mean([holds(one, t) for one, t in zip(of, truths, strict=True)]) for of in (ours, theirs)
            ]
            wide = [np.mean([one.high - one.low for one in of]) for of in (ours, theirs)]
            shown.append(f"{size:6} {rate:.2f}  {hits[0]:.3f} {wide[0]:.4f}   {hits[1]:.3f} {wide[1]:.4f}")
            covered.append(hits[0])
            widths.append(wide[0])
            textbook.append(wide[1])
    print("\n  list rate  ours  width    textbook's", *shown, sep="\n")
    assert all(0.93 <= one <= 0.97 for one in covered), covered
    assert np.mean(widths) < np.mean(textbook)


def test_the_interval_of_the_cost_covers_the_truth_where_the_textbook_s_is_too_low() -> None:
    rng = np.random.default_rng(20260915)
    shown, covered, textbook = [], [], []
    for size in (400, 4000):
        for rate in (0.05, 0.1, 0.3):
            lists = costs(rng, rate, (LISTS, size))
            truths, samples = lists.mean(axis=1), lists[:, :SAMPLE]  # the order of a list is as drawn
            ours = [mean(list(map(float, one)), size) for one in samples]
            half = 1.972 * samples.std(axis=1, ddof=1) / sqrt(SAMPLE)
            low, high = samples.mean(axis=1) - half, samples.mean(axis=1) + half
            hits = float(np.mean([holds(one, t) for one, t in zip(ours, truths, strict=True)]))
            theirs = float(np.mean((low <= truths) & (truths <= high)))
            wide = np.mean([one.high - one.low for one in ours]), np.mean(2 * half)
            shown.append(f"{size:6} {rate:.2f}  {hits:.3f} {wide[0]:.2f}   {theirs:.3f} {wide[1]:.2f}")
            covered.append(hits)
            textbook.append(theirs)
    print("\n  list rate  ours  width    textbook's", *shown, sep="\n")
    assert all(0.93 <= one <= 0.97 for one in covered), covered
    assert max(abs(one - 0.95) for one in textbook) > max(abs(one - 0.95) for one in covered)


def test_of_a_list_that_was_seen_whole_nothing_is_guessed() -> None:
    assert share(30, 100, 100) == Estimate(value=0.3, low=0.3, high=0.3)
    assert mean([1.0, 2.0, 3.0], 3) == Estimate(value=2.0, low=2.0, high=2.0)
    nearly = share(30, 100, 101)
    assert (nearly.low, nearly.high) == (pytest.approx(30 / 101), pytest.approx(31 / 101))
    assert mean([5.0, 5.0], 900) == Estimate(value=5.0, low=5.0, high=5.0)


def test_what_the_sample_has_shown_is_never_doubted() -> None:
    for count in (0, 1, 199, 200):
        of = share(count, SAMPLE, 250)
        assert count / 250 <= of.low + 1e-9
        assert of.low <= of.value <= of.high <= 1 - (SAMPLE - count) / 250 + 1e-9
    skewed = mean([*[8.0] * 198, 900.0, 1500.0], 10_000)
    assert skewed.value - skewed.low < skewed.high - skewed.value
    assert skewed.low >= sum([*[8.0] * 198, 900.0, 1500.0]) / 10_000
