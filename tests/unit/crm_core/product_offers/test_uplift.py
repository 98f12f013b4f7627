"""The interval holds what it promises in a thousand seeded worlds, although the offers are made adaptively."""

from collections.abc import Iterator

import numpy as np
import pytest

from crm_core.product_offers import choice, uplift
from crm_core.product_offers.uplift import Decisions

WORLDS = 1000
DAYS = 60
CUSTOMERS_A_DAY = 60
CLASS_SHARES = np.array([0.3, 0.7])
TAKES_OFFERED = np.array([[0.22, 0.12, 0.09], [0.08, 0.14, 0.06]])
TAKES_ANYWAY = np.array([[0.08, 0.07, 0.07], [0.04, 0.06, 0.04]])
"""Shape (classes, offers)."""
MARGINS = np.array([1000.0, 1100.0, 1500.0])


def worlds(seed: int) -> Iterator[list[Decisions]]:
    """For each world the decisions as each of its three offers sees them."""
    chance = np.random.default_rng(seed)
    classes, offers = TAKES_OFFERED.shape
    accepted, declined = np.ones((2, WORLDS, classes, offers))
    days = []
    for _ in range(DAYS):
        shares = choice.propensities_of_many(
            accepted.reshape(-1, offers), declined.reshape(-1, offers), MARGINS, chance, draws=32
        ).reshape(WORLDS, classes, offers)
        segment = (chance.random((WORLDS, CUSTOMERS_A_DAY)) > CLASS_SHARES[0]).astype(np.int64)
        of_each = shares[np.arange(WORLDS)[:, None], segment]
        chosen = (chance.random(segment.shape)[..., None] > np.cumsum(of_each, axis=2)).sum(axis=2)
        chosen = np.minimum(chosen, offers - 1)
        control = chance.random(segment.shape) < choice.CONTROL_SHARE
        offered = (chosen[..., None] == np.arange(offers)) & ~control[..., None]
        takes = np.where(offered, TAKES_OFFERED[segment], TAKES_ANYWAY[segment])
        taken = chance.random(takes.shape) < takes
        for one in range(classes):
            inside = offered & (segment == one)[..., None]
            accepted[:, one] += (inside & taken).sum(axis=1)
            declined[:, one] += (inside & ~taken).sum(axis=1)
        days.append((segment, of_each * (1 - choice.CONTROL_SHARE), offered, control, taken))
    segment, propensity, offered, control, taken = (
        np.concatenate(part, axis=1) for part in zip(*days, strict=True)
    )
    for world in range(WORLDS):
        yield [
            Decisions(
                segment[world],
                propensity[world, :, offer],
                offered[world, :, offer],
                control[world],
                taken[world, :, offer],
            )
            for offer in range(offers)
        ]


def test_the_reported_interval_covers_the_true_uplift_in_93_to_97_of_a_hundred_seeded_worlds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    covered, plain_covered = np.zeros((2, WORLDS, 3), dtype=bool)
    widths, plain_widths = np.zeros((2, WORLDS, 3))
    for place, offers in enumerate(worlds(seed=2024)):
        of_classes = np.bincount(offers[0].segment, minlength=2) / len(offers[0].segment)
        truth = of_classes @ (TAKES_OFFERED - TAKES_ANYWAY)
        for offer, rows in enumerate(offers):
            ours, plain = uplift.uplift(rows), uplift.textbook(rows)
            assert ours is not None
            assert plain is not None
            covered[place, offer] = ours.low <= truth[offer] <= ours.high
            plain_covered[place, offer] = plain.low <= truth[offer] <= plain.high
            widths[place, offer], plain_widths[place, offer] = ours.high - ours.low, plain.high - plain.low
    with capsys.disabled():
        print("\noffer  covers  mean width  textbook covers  textbook width")
        for offer in range(3):
            print(
                f"{offer + 1:5}  {covered[:, offer].mean():6.1%}  {widths[:, offer].mean():10.4f}"
                f"  {plain_covered[:, offer].mean():15.1%}  {plain_widths[:, offer].mean():14.4f}"
            )
    assert np.all(covered.mean(axis=0) >= 0.93)
    assert np.all(covered.mean(axis=0) <= 0.97)
