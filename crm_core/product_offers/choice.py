"""Which of the offers that a customer may get is made: Thompson sampling with margin.

For each class of customers and offer, what is known of the chance to accept is a beta distribution, uniform before the
first answer. An offer is chosen as often as it is likely to be the one of the highest expected margin: what earns is
used, what is uncertain is tried. A tenth of the choices is spread evenly over all offers, so that each stays
measurable (`uplift`). The random source is given, so that a seed gives the same choice again.

A tenth of the customers, drawn anew in each round, is offered nothing: the control group. Who is in it follows from
the customer's id and the round alone, and is thus the same on every channel.

Sources: Thompson, Biometrika 25, 1933; Russo and others, "A Tutorial on Thompson Sampling", 2018; the even share is
the floor that Hadad and others, PNAS 118(15), 2021, need.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CONTROL_SHARE = 0.10
EVEN_SHARE = 0.10
DRAWS = 64


@dataclass(frozen=True, slots=True)
class Arm:
    """What is known of one offer in one class of customers; `margin_minor` of a sale."""

    accepted: int
    declined: int
    margin_minor: int


def in_control(account_id: int, customer_id: int, round_name: str) -> bool:
    """Whether the customer is offered nothing in this round."""
    return bool(_source(f"control {account_id} {round_name} {customer_id}").random() < CONTROL_SHARE)


def source(account_id: int, customer_id: int, round_name: str) -> np.random.Generator:
    """The random source of the customer's choice in this round: always the same."""
    return _source(f"choice {account_id} {round_name} {customer_id}")


def propensities(arms: Sequence[Arm], chance: np.random.Generator) -> Floats:
    """The probability with which each arm is to be chosen; they sum to 1, none is below the even share's part."""
    alpha = np.array([[arm.accepted + 1.0 for arm in arms]])
    beta = np.array([[arm.declined + 1.0 for arm in arms]])
    margins = np.array([arm.margin_minor for arm in arms], dtype=np.float64)
    shares: Floats = propensities_of_many(alpha, beta, margins, chance)[0]
    return shares


def propensities_of_many(
    alpha: Floats, beta: Floats, margins: Floats, chance: np.random.Generator, draws: int = DRAWS
) -> Floats:
    """As `propensities` for several choices at once: shape (choices, arms), parameters of the beta distributions."""
    drawn = chance.beta(alpha[..., np.newaxis], beta[..., np.newaxis], (*alpha.shape, draws))
    best = np.argmax(drawn * margins[:, np.newaxis], axis=1)
    won = (best[:, np.newaxis, :] == np.arange(alpha.shape[1])[:, np.newaxis]).mean(axis=2)
    return np.asarray((1.0 - EVEN_SHARE) * won + EVEN_SHARE / alpha.shape[1], dtype=np.float64)


def choose(shares: Floats, chance: np.random.Generator) -> int:
    """The place of the arm that is chosen with these probabilities."""
    return min(int(np.searchsorted(np.cumsum(shares), chance.random())), len(shares) - 1)


def _source(text: str) -> np.random.Generator:
    return np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big"))
