"""The interval of an offer's uplift on seeds that it was not made with: does it hold what it promises?

A world has two classes of customers and three offers; sixty days of sixty decisions each are made by the product's own
Thompson sampling, and whether a customer takes a product is drawn with the true shares. Each set is a thousand worlds
of one seed; told is how often the interval holds the true uplift, and its mean width beside the textbook's, which
takes the decisions as if they had been drawn by lot.

    python -m bench.uplift [--seeds 1,2,3,4,5]
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench import report
from crm_core.product_offers import choice, uplift
from crm_core.product_offers.uplift import Decisions

FRESH_SEEDS = (101, 202, 303, 404, 505)
"""None of them was looked at while the estimator was made."""
WORLDS = 1000
DAYS = 60
CUSTOMERS_A_DAY = 60
CLASS_SHARES = np.array([0.3, 0.7])
TAKES_OFFERED = np.array([[0.22, 0.12, 0.09], [0.08, 0.14, 0.06]])
TAKES_ANYWAY = np.array([[0.08, 0.07, 0.07], [0.04, 0.06, 0.04]])
"""Shape (classes, offers)."""
MARGINS = np.array([1000.0, 1100.0, 1500.0])


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of a set of worlds, one entry per offer: shares of worlds, and mean widths as shares."""

    covered: NDArray[np.float64]
    width: NDArray[np.float64]
    textbook_covered: NDArray[np.float64]
    textbook_width: NDArray[np.float64]


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


def coverage(seed: int) -> Coverage:
    """How often the intervals of a thousand worlds of this seed hold the truth."""
    covered, plain_covered = np.zeros((2, WORLDS, 3), dtype=bool)
    widths, plain_widths = np.zeros((2, WORLDS, 3))
    for place, offers in enumerate(worlds(seed)):
        of_classes = np.bincount(offers[0].segment, minlength=2) / len(offers[0].segment)
        truth = of_classes @ (TAKES_OFFERED - TAKES_ANYWAY)
        for offer, rows in enumerate(offers):
            ours, plain = uplift.uplift(rows), uplift.textbook(rows)
            assert ours is not None
            assert plain is not None
            covered[place, offer] = ours.low <= truth[offer] <= ours.high
            plain_covered[place, offer] = plain.low <= truth[offer] <= plain.high
            widths[place, offer], plain_widths[place, offer] = ours.high - ours.low, plain.high - plain.low
    return Coverage(
        covered.mean(axis=0), widths.mean(axis=0), plain_covered.mean(axis=0), plain_widths.mean(axis=0)
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and write its results."""
    parser = argparse.ArgumentParser(prog="python -m bench.uplift")
    parser.add_argument("--seeds", default=",".join(map(str, FRESH_SEEDS)))
    seeds = [int(seed) for seed in parser.parse_args(arguments).seeds.split(",")]
    table = []
    for seed in seeds:
        found = coverage(seed)
        for offer in range(3):
            table.append(
                {
                    "seed": seed,
                    "offer": offer + 1,
                    "covers %": 100 * float(found.covered[offer]),
                    "width": float(found.width[offer]),
                    "textbook covers %": 100 * float(found.textbook_covered[offer]),
                    "textbook width": float(found.textbook_width[offer]),
                }
            )
    notes = [f"{WORLDS} worlds of {DAYS * CUSTOMERS_A_DAY} decisions for each seed; promised are 95 %"]
    print(report.write("uplift", "Interval of an offer's uplift on fresh seeds", table, notes))


if __name__ == "__main__":
    main()
