"""Staffing against published rows (time in mean services, so that a handle time is 1), and what must always hold."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyworkforce.queuing import ErlangC

from acd.staffing import (
    Demand,
    Target,
    erlang_b,
    erlang_c,
    expected,
    required_agents,
    required_per_interval,
    square_root_agents,
)


@pytest.mark.parametrize(
    ("calls", "agents", "delayed", "wait", "line", "within", "level"),
    [
        (0.8, 1, 0.8000, 4.0000, 3.2000, 1.0, 0.3450),
        (8.0, 10, 0.4092, 0.2046, 1.6367, 0.5, 0.8495),
        (9.0, 10, 0.6687, 0.6687, 6.0186, 1.0, 0.7540),
        (48.0, 50, 0.6945, 0.3472, 16.6669, 1 / 3, 0.6435),
    ],
)
def test_erlang_c_gives_the_known_rows(
    calls: float, agents: int, delayed: float, wait: float, line: float, within: float, level: float
) -> None:
    found = expected(Demand(calls_per_second=calls, handle_seconds=1.0), agents, within_seconds=within)
    assert found.delayed == pytest.approx(delayed, abs=5e-5)
    assert found.wait_seconds == pytest.approx(wait, abs=5e-5)
    assert found.waiting == pytest.approx(line, abs=5e-5)
    assert found.service_level == pytest.approx(level, abs=5e-5)


@pytest.mark.parametrize(
    ("calls", "agents", "delayed", "abandoned", "wait", "served_wait", "occupancy"),
    [
        (48.0, 50, 0.4678, 0.0309, 0.0618, 0.0603, 0.9303),
        (8.0, 10, 0.3174, 0.0388, 0.0776, 0.0720, 0.7689),
        (9.0, 10, 0.4689, 0.0670, 0.1340, 0.1259, 0.8397),
    ],
)
def test_erlang_a_gives_the_known_rows(
    calls: float,
    agents: int,
    delayed: float,
    abandoned: float,
    wait: float,
    served_wait: float,
    occupancy: float,
) -> None:
    demand = Demand(calls_per_second=calls, handle_seconds=1.0, patience_seconds=2.0)
    found = expected(demand, agents)
    told = (found.delayed, found.abandoned, found.wait_seconds, found.served_wait_seconds, found.occupancy)
    assert told == pytest.approx((delayed, abandoned, wait, served_wait, occupancy), abs=6e-5)


def test_the_published_example_of_fifty_agents_comes_out() -> None:
    """Garnett, Mandelbaum and Reiman 2002, table 1: 48 calls and 1 minute of service, patience 2 minutes."""
    found = expected(Demand(calls_per_second=0.8, handle_seconds=60.0, patience_seconds=120.0), 50)
    assert found.abandoned == pytest.approx(0.031, abs=5e-4)
    assert found.wait_seconds == pytest.approx(3.7, abs=0.05)
    assert found.waiting == pytest.approx(3.0, abs=0.05)
    assert found.occupancy == pytest.approx(0.93, abs=5e-3)


def test_an_interval_needs_fourteen_agents_or_twelve_where_people_hang_up() -> None:
    demand = Demand(calls_per_second=100 / 1800, handle_seconds=180.0)
    assert demand.load == pytest.approx(10.0)
    assert required_agents(demand, Target(service_level=0.8, within_seconds=20.0)) == 14
    found = expected(demand, 14, within_seconds=20.0)
    assert found.service_level == pytest.approx(0.8884, abs=5e-5)
    assert found.served_wait_seconds == pytest.approx(7.836, abs=5e-4)
    assert found.occupancy == pytest.approx(0.7143, abs=5e-5)
    impatient = Demand(calls_per_second=100 / 1800, handle_seconds=180.0, patience_seconds=120.0)
    assert required_per_interval([demand, impatient], Target()) == [14, 12]
    assert square_root_agents(demand.load, 1.0) == 14


def test_thousands_of_agents_overflow_nothing() -> None:
    for patience in (None, 1.0, 300.0, 1e7):
        demand = Demand(calls_per_second=50.0, handle_seconds=100.0, patience_seconds=patience)
        found = expected(demand, 5050)
        assert 0.0 < found.delayed < 1.0
        assert found.occupancy == pytest.approx(demand.load * (1 - found.abandoned) / 5050, rel=1e-9)
    needed = required_agents(Demand(calls_per_second=50.0, handle_seconds=100.0), Target())
    assert needed is not None
    assert 5000 < needed < 5100
    flooded = expected(Demand(calls_per_second=500.0, handle_seconds=100.0, patience_seconds=60.0), 1000)
    assert flooded.abandoned == pytest.approx(0.98, abs=1e-3), "of 50 000 Erlangs a thousand are served"


def test_an_almost_endless_patience_is_erlang_c() -> None:
    patient = expected(Demand(calls_per_second=8.0, handle_seconds=1.0), 10, within_seconds=0.5)
    nearly = expected(
        Demand(calls_per_second=8.0, handle_seconds=1.0, patience_seconds=1e6), 10, within_seconds=0.5
    )
    assert nearly.wait_seconds == pytest.approx(patient.wait_seconds, rel=1e-4)
    assert nearly.service_level == pytest.approx(patient.service_level, rel=1e-4)


def test_too_high_a_load_is_told_and_not_a_mistake() -> None:
    found = expected(Demand(calls_per_second=10.0, handle_seconds=1.0), 10)
    assert (found.wait_seconds, found.service_level, found.occupancy) == (math.inf, 0.0, 1.0)
    assert erlang_c(10.0, 10) == 1.0
    none = expected(Demand(calls_per_second=10.0, handle_seconds=1.0, patience_seconds=5.0), 0)
    assert none.abandoned == pytest.approx(1.0)
    assert none.wait_seconds == pytest.approx(5.0)
    assert expected(Demand(calls_per_second=0.0, handle_seconds=1.0), 0).service_level == 1.0


def test_what_no_number_of_agents_reaches_is_none_and_nonsense_is_refused() -> None:
    demand = Demand(calls_per_second=1.0, handle_seconds=10.0)
    assert required_agents(demand, Target(occupancy_at_most=0.0)) is None
    assert required_agents(demand, Target(service_level=1.01)) is None
    assert required_agents(Demand(calls_per_second=0.0, handle_seconds=10.0), Target()) == 0
    with pytest.raises(ValueError, match="patience"):
        expected(Demand(calls_per_second=1.0, handle_seconds=1.0, patience_seconds=0.0), 3)
    with pytest.raises(ValueError, match="negative"):
        expected(demand, -1)


@settings(deadline=None, max_examples=60)
@given(
    load=st.floats(0.1, 300.0),
    handle=st.floats(5.0, 900.0),
    patience=st.none() | st.floats(2.0, 2000.0),
    agents=st.integers(1, 320),
    within=st.floats(0.0, 120.0),
)
def test_one_more_agent_is_never_worse_and_every_share_is_one(
    load: float, handle: float, patience: float | None, agents: int, within: float
) -> None:
    demand = Demand(calls_per_second=load / handle, handle_seconds=handle, patience_seconds=patience)
    fewer, more = (expected(demand, count, within_seconds=within) for count in (agents, agents + 1))
    slack = 1e-9
    assert more.service_level >= fewer.service_level - slack
    assert more.delayed <= fewer.delayed + slack
    assert more.abandoned <= fewer.abandoned + slack
    assert more.wait_seconds <= fewer.wait_seconds * (1 + slack) + slack
    for found in (fewer, more):
        shares = (found.delayed, found.abandoned, found.service_level, found.occupancy)
        assert all(-slack <= share <= 1 + slack for share in shares)
        assert found.waiting == pytest.approx(found.wait_seconds * demand.calls_per_second), "Little's law"
    if patience is not None:
        assert fewer.served_wait_seconds <= fewer.wait_seconds / (1 - fewer.abandoned) + slack
        assert fewer.abandoned == pytest.approx(fewer.wait_seconds / patience, abs=1e-9), "theta * E[W]"


@settings(deadline=None, max_examples=40)
@given(
    load=st.floats(0.1, 200.0),
    patience=st.none() | st.floats(5.0, 600.0),
    level=st.floats(0.1, 0.99),
    within=st.floats(0.0, 60.0),
)
def test_the_number_required_is_the_least_that_reaches_the_target(
    load: float, patience: float | None, level: float, within: float
) -> None:
    demand = Demand(calls_per_second=load / 180.0, handle_seconds=180.0, patience_seconds=patience)
    target = Target(service_level=level, within_seconds=within)
    needed = required_agents(demand, target)
    assert needed is not None
    assert target.met(expected(demand, needed, within_seconds=within))
    assert needed == 0 or not target.met(expected(demand, needed - 1, within_seconds=within))


@settings(deadline=None)
@given(load=st.floats(0.01, 170.0), agents=st.integers(0, 160))
def test_the_recursion_is_the_formula_with_factorials(load: float, agents: int) -> None:
    terms = [agent * math.log(load) - math.lgamma(agent + 1) for agent in range(agents + 1)]
    most = max(terms)
    assert erlang_b(load, agents) == pytest.approx(
        math.exp(terms[-1] - most) / sum(math.exp(term - most) for term in terms), rel=1e-9, abs=1e-300
    )


@pytest.mark.parametrize("calls", [3, 100, 2000])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_pyworkforce_agrees(calls: int, level: float) -> None:
    """An independent implementation of Erlang C; its times are in minutes."""
    other = ErlangC(transactions=calls, aht=3, interval=30, asa=20 / 60, shrinkage=0.0)
    theirs = other.required_positions(service_level=level, max_occupancy=1.0)
    demand = Demand(calls_per_second=calls / 1800, handle_seconds=180.0)
    ours = required_agents(demand, Target(service_level=level, within_seconds=20.0))
    assert ours == theirs["positions"]
    found = expected(demand, theirs["positions"], within_seconds=20.0)
    told = (found.service_level, found.occupancy, found.delayed)
    assert told == pytest.approx(
        (theirs["service_level"], theirs["occupancy"], theirs["waiting_probability"]), rel=1e-9
    )
