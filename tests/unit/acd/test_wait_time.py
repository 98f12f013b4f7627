import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import gammaincinv

from acd.accumulating import Terms, virtual_arrival
from acd.wait_time import Others, Serving, WaitTimes, ahead_at, gamma_quantile, model, stages

A = Terms(head_start_seconds=120.0)
C = Terms()


def test_first_come_first_served_is_the_queue_length_predictor() -> None:
    """Whitt 1999: with n ahead n + 1 stages; a patience makes each the faster, for who stays by one more."""
    serving = Serving(services_per_second=0.1)
    line = Others(terms=C, calls_per_second=0.5, virtual=(1.0, 2.0, 3.0))
    mean, shape = model((10.0, 1.0), 10.0, [line], serving)
    assert mean == pytest.approx(40.0, rel=1e-3)
    assert shape == pytest.approx(4.0, rel=1e-3), "four alike stages are Erlang-distributed"
    impatient = Serving(services_per_second=0.1, patience_seconds=100.0)
    mean, _ = model((10.0, 1.0), 10.0, [line], impatient)
    assert mean == pytest.approx(sum(1 / (0.1 + (k + 1) * 0.01) for k in range(4)), rel=1e-3)


def test_a_fraction_of_a_contact_ahead_is_a_fraction_of_a_stage() -> None:
    serving = Serving(services_per_second=0.5)
    assert stages(0.0, serving)[0] == pytest.approx(2.0)
    assert stages(1.25, serving)[0] == pytest.approx(4.5)


def test_ahead_are_those_who_count_more_at_his_turn_and_those_who_come_and_overtake() -> None:
    now = 1000.0
    mine = (virtual_arrival(now, C), 1.0)
    dear = Others(terms=A, calls_per_second=0.1, virtual=(700.0, 880.0))
    plain = Others(terms=C, calls_per_second=9.0, virtual=(990.0,))
    assert ahead_at(mine, 50.0, now, [dear, plain]) == pytest.approx(3 + 0.1 * 50.0)
    assert ahead_at(mine, 500.0, now, [dear, plain]) == pytest.approx(3 + 0.1 * 120.0), "no later than that"
    valued = (virtual_arrival(now, A), 1.0)
    assert ahead_at(valued, 50.0, now, [dear, plain]) == 2.0, "and he passes who has waited ten seconds"


def test_a_steeper_one_passes_those_before_him_the_sooner_the_longer_both_wait() -> None:
    now, steep = 1000.0, (1000.0, 4.0)
    flat = Others(terms=C, calls_per_second=0.0, virtual=(900.0,))
    assert ahead_at(steep, 30.0, now, [flat]) == 1.0, "120 against 130"
    assert ahead_at(steep, 40.0, now, [flat]) == 0.0, "160 against 140"
    fast = Others(terms=Terms(slope=4.0), calls_per_second=0.5)
    assert ahead_at((1000.0, 1.0), 100.0, now, [fast]) == pytest.approx(0.5 * 75.0)


def test_what_is_told_is_a_range_around_the_mean_and_of_the_model_at_first() -> None:
    told = WaitTimes().estimate((0.0, 1.0), 0.0, [], Serving(services_per_second=0.1))
    assert told.likely_seconds == told.model_seconds == pytest.approx(10.0, rel=1e-3)
    assert told.at_least_seconds == pytest.approx(2.231, rel=1.5e-2), "the 20 % quantile of an exponential"
    assert told.at_most_seconds == pytest.approx(16.09, rel=1.5e-2), "and the 80 %"


@pytest.mark.parametrize("truth", [0.5, 2.0])
def test_a_model_that_is_wrong_is_stretched_until_it_fits(truth: float) -> None:
    """Waits half or twice as long as modelled, evenly between 0 and twice their mean."""
    learned, serving = WaitTimes(), Serving(services_per_second=0.1)
    kept = bias = 0.0
    for number in range(6000):
        told = learned.estimate((0.0, 1.0), 0.0, [], serving)
        waited = 10.0 * truth * 2.0 * ((number * 0.6180339887) % 1.0)
        learned.served(told, waited)
        if number >= 3000:
            kept += waited <= told.at_most_seconds
            bias += told.likely_seconds - waited
    assert learned.stretch == pytest.approx(truth, rel=0.05)
    assert abs(bias / 3000) <= 0.1 * 10.0 * truth
    assert 0.75 <= kept / 3000 <= 0.85


@settings(deadline=None)
@given(
    waiting=st.lists(st.floats(0, 1000), max_size=30),
    terms=st.builds(Terms, head_start_seconds=st.floats(0, 200), slope=st.floats(0.5, 4)),
    rate=st.floats(0, 0.5),
    services=st.floats(0.05, 1.0),
)
def test_the_order_of_what_is_told_holds_and_more_ahead_never_makes_it_shorter(
    waiting: list[float], terms: Terms, rate: float, services: float
) -> None:
    serving = Serving(services_per_second=services, patience_seconds=300.0)
    mine, now = (1000.0, 1.0), 1000.0
    group = Others(terms=terms, calls_per_second=rate, virtual=sorted(waiting))
    more = Others(terms=terms, calls_per_second=rate, virtual=sorted([*waiting, -5000.0]))
    told = WaitTimes().estimate(mine, now, [group], serving)
    assert 0 < told.at_least_seconds <= told.likely_seconds <= told.at_most_seconds
    longer = WaitTimes().estimate(mine, now, [more], serving)
    assert longer.likely_seconds >= told.likely_seconds * (1 - 1e-3)


@pytest.mark.parametrize("patience", [None, 30.0, 600.0])
def test_a_thousand_stages_are_as_good_as_summed_one_by_one(patience: float | None) -> None:
    theta = 1.0 / patience if patience else 0.0
    times = [1.0 / (0.2 + theta * stage) for stage in range(1, 1002)]
    mean, variance = stages(1000.0, Serving(services_per_second=0.2, patience_seconds=patience))
    assert mean == pytest.approx(sum(times), rel=1e-4)
    assert variance == pytest.approx(sum(one * one for one in times), rel=1e-4)


@pytest.mark.parametrize("shape", [1.0, 1.5, 4.0, 50.0])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.95, 0.995])
def test_the_quantiles_are_those_of_the_gamma_distribution(shape: float, share: float) -> None:
    assert gamma_quantile(shape, share) == pytest.approx(gammaincinv(shape, share) / shape, rel=0.015)
