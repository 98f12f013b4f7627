"""The value of each customer, from what he has and bought and what it costs to serve him.

    value = margin of his contracts per month x expected remaining months
          + expected margin of further purchases
          - cost to serve per month x the same months

Contracts: remaining months by sBG. Purchases: BG/NBD for how many, Gamma-Gamma for how much, within a horizon. All
is discounted. While there is too little history to fit a model, a stated assumption takes its place: 2 % of contracts
end per month, and a buyer buys next year what he bought last year. Somebody without contract or purchase is worth
minus what he costs in a year. Nothing here is ever NaN or infinite.

*Potential* stands apart, it is not value: what he would bring in addition within the horizon if he bought like the
best quarter of his kind (persons, companies).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from crm_core.value import bg_nbd, gamma_gamma, pareto, rfm, sbg
from crm_core.value.bg_nbd import BgNbd
from crm_core.value.gamma_gamma import GammaGamma
from crm_core.value.sbg import WITHOUT_HISTORY, Sbg

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MONTH_DAYS = 365.25 / 12
QUARTER_MONTHS = 3
PEERS_AT_LEAST = 20
LARGEST_MINOR = 10**15
"""Money beyond this is a mistake in the data; it is cut, so that sums stay exact."""

NO_MODEL, CONTRACT, PURCHASES, LAST_YEAR = range(4)
MODEL_NAMES = ("none", "contract", "purchases", "last_year")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known, one row per customer; money in minor units, times in days before the moment of valuing."""

    is_company: NDArray[np.bool_]
    contracts: Integers
    """How many are active."""
    contract_margin: Floats
    """Of all active contracts, per month."""
    contract_months: Floats
    """Whole months since the oldest active one began; 0 without."""
    purchases: Integers
    first_days_ago: Floats
    last_days_ago: Floats
    """0 without purchases, both."""
    purchase_margin: Floats
    """Of all purchases together."""
    purchase_margin_last_year: Floats
    cost_last_year: Floats
    ended_contract_months: Floats
    """Of each contract that has ended: after how many months; as many rows as there are."""
    active_contract_months: Floats
    """Of each contract that has not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What management decides. `yearly_discount` above 0, such as 0.1."""

    yearly_discount: float = 0.10
    horizon_months: int = 36

    @property
    def monthly_discount(self) -> float:
        """The rate that gives the yearly one in twelve months."""
        return float((1.0 + self.yearly_discount) ** (1 / 12) - 1.0)

    def discounted_months(self, months: int) -> float:
        """So many months from now on, each as its present worth."""
        rate = self.monthly_discount
        return (1.0 - (1.0 + rate) ** -months) / rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """What was fitted; None: the stated assumption was used."""

    contracts: Sbg | None
    purchases: BgNbd | None
    money: GammaGamma | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One row per customer, in the order of the facts."""

    models: Models
    model: Integers
    """Index into MODEL_NAMES."""
    value: Integers
    potential: Integers
    life_months: Floats
    alive: Floats
    """The chance that a buyer will ever buy again; 1 for others."""
    purchases_ahead: Floats
    """Within the horizon, not discounted."""
    purchase_mean: Floats
    contract_part: Integers
    purchase_part: Integers
    cost_part: Integers
    """The value is the first two less the third, exactly."""
    rfm: Integers
    """Shape (3, customers): recency, frequency, money among those who bought; 0 for the others."""
    classes: NDArray[np.str_]


def estimate(facts: Facts, assumptions: Assumptions) -> Estimate:
    """The value of every customer of an account."""
    models = fit(facts)
    bought = _by_model(facts, models, assumptions) if models.purchases else None
    if bought is None:
        models, bought = replace(models, purchases=None), _as_last_year(facts, models)
    contract_life = sbg.remaining_periods(
        models.contracts or WITHOUT_HISTORY, facts.contract_months, discount=assumptions.monthly_discount
    )
    contractual, buyer = facts.contracts > 0, facts.purchases > 0
    contract_life = np.where(contractual, contract_life, 0.0)
    purchase_part = np.where(buyer, bought.discounted * bought.mean, 0.0)
    year = assumptions.discounted_months(12)
    buyer_life = (
        bought.alive * assumptions.discounted_months(assumptions.horizon_months) if models.purchases else year
    )
    life = np.where(contractual, contract_life, np.where(buyer, buyer_life, year))
    parts = [
        _money(facts.contract_margin * contract_life),
        _money(purchase_part),
        _money(facts.cost_last_year / 12.0 * life),
    ]
    value = parts[0] + parts[1] - parts[2]
    buyers_model = PURCHASES if models.purchases else LAST_YEAR
    return Estimate(
        models=models,
        model=np.where(contractual, CONTRACT, np.where(buyer, buyers_model, NO_MODEL)),
        value=value,
        potential=_potential(facts, assumptions, contract_life, purchase_part),
        life_months=life,
        alive=bought.alive,
        purchases_ahead=bought.ahead,
        purchase_mean=np.where(buyer, bought.mean, 0.0),
        contract_part=parts[0],
        purchase_part=parts[1],
        cost_part=parts[2],
        rfm=_rfm(facts),
        classes=pareto.classes(value),
    )


def _rfm(facts: Facts) -> Integers:
    buyer = facts.purchases > 0
    scores = np.zeros((3, len(buyer)), dtype=np.int64)
    count = facts.purchases[buyer].astype(np.float64)
    scores[:, buyer] = rfm.scores(-facts.last_days_ago[buyer], count, facts.purchase_margin[buyer])
    return scores


def fit(facts: Facts) -> Models:
    """The models of the account's customers."""
    buyer = facts.purchases > 0
    repeats = (facts.purchases[buyer] - 1).astype(np.float64)
    first, last = facts.first_days_ago[buyer], facts.last_days_ago[buyer]
    often = facts.purchases > 1
    means = facts.purchase_margin[often] / facts.purchases[often]
    return Models(
        contracts=sbg.fit(facts.ended_contract_months, facts.active_contract_months),
        purchases=bg_nbd.fit(repeats, first - last, first) if len(repeats) else None,
        money=gamma_gamma.fit(facts.purchases[often].astype(np.float64), means),
    )


@dataclass(frozen=True, slots=True)
class _Bought:
    """Per customer: the chance to be alive, purchases ahead, the same discounted, the mean margin of one."""

    alive: Floats
    ahead: Floats
    discounted: Floats
    mean: Floats


def _by_model(facts: Facts, models: Models, assumptions: Assumptions) -> _Bought | None:
    """None where the fitted model has no finite answer for these customers."""
    if models.purchases is None:
        return None
    waited = facts.first_days_ago - facts.last_days_ago
    rows = np.stack([np.maximum(facts.purchases - 1.0, 0.0), waited, facts.first_days_ago])
    distinct, place = np.unique(rows, axis=1, return_inverse=True)
    alive = bg_nbd.alive(models.purchases, *distinct)
    total = discounted = np.zeros(distinct.shape[1])
    for months in range(QUARTER_MONTHS, assumptions.horizon_months + 1, QUARTER_MONTHS):
        until = bg_nbd.expected_purchases(models.purchases, *distinct, ahead=months * MONTH_DAYS)
        middle = months - QUARTER_MONTHS / 2
        discounted = discounted + (until - total) / (1.0 + assumptions.monthly_discount) ** middle
        total = until
    if not np.all(np.isfinite(alive) & np.isfinite(discounted)):
        return None
    buyer, place = facts.purchases > 0, place.reshape(-1)
    return _Bought(
        np.where(buyer, alive[place], 1.0),
        np.where(buyer, total[place], 0.0),
        np.where(buyer, discounted[place], 0.0),
        _mean_margin(facts, models),
    )


def _as_last_year(facts: Facts, models: Models) -> _Bought:
    mean = _mean_margin(facts, models)
    some = np.abs(mean) >= 1.0  # a purchase that brings less than the smallest coin
    ahead = np.where(some, facts.purchase_margin_last_year / np.where(some, mean, 1.0), 0.0)
    return _Bought(np.ones(len(mean)), ahead, ahead, mean)


def _mean_margin(facts: Facts, models: Models) -> Floats:
    count = facts.purchases.astype(np.float64)
    own = facts.purchase_margin / np.maximum(count, 1.0)
    if models.money is None:
        return own
    # A mean of zero or less is no draw of the model: it is taken as it is.
    return np.where(own > 0, gamma_gamma.expected_mean(models.money, count, own), own)


def _potential(
    facts: Facts, assumptions: Assumptions, contract_life: Floats, purchase_part: Floats
) -> Integers:
    """0 for who is among the best quarter of his kind, and where fewer than twenty of a kind bring anything."""
    months = assumptions.discounted_months(assumptions.horizon_months)
    brings = facts.contract_margin * np.minimum(contract_life, months) + purchase_part
    potential = np.zeros(len(brings))
    for kind in (True, False):
        peers = facts.is_company == kind
        earning = brings[peers & (brings > 0)]
        if len(earning) >= PEERS_AT_LEAST:
            potential[peers] = np.maximum(np.quantile(earning, 0.75) - brings[peers], 0.0)
    return _money(potential)


def _money(amounts: Floats) -> Integers:
    return np.rint(np.clip(np.nan_to_num(amounts), -LARGEST_MINOR, LARGEST_MINOR)).astype(np.int64)
