"""What waiting callers are told, against what they then wait, in a simulated center."""

import pytest

from acd.simulate import Simulation
from acd.simulated_estimates import Teller
from acd.simulated_world import CallerClass, Pool, World


def center(load: float) -> World:
    """20 agents, services of 5 minutes, patience of 10, head starts of 120, 45 and 0 seconds."""
    calls = load * 20 * 3600 / 300
    classes = tuple(
        CallerClass(
            name=name,
            calls_per_hour=share * calls,
            service_seconds=300,
            patience_seconds=600,
            head_start_seconds=head_start,
        )
        for name, share, head_start in (("A", 0.1, 120.0), ("B", 0.3, 45.0), ("C", 0.6, 0.0))
    )
    pool = Pool(name="all", count=20, queues={"queue": 0})
    return World(classes=classes, pools=(pool,), discipline="head_start", calls=11_000, warm_up_calls=0)


@pytest.mark.parametrize("load", [0.8, 0.95, 1.05])
def test_each_class_is_told_its_wait_without_bias_and_nearer_than_by_the_waits_of_others(load: float) -> None:
    world = center(load)
    teller = Teller(world, unmeasured=500)
    Simulation(world, 1, teller).run()
    found = teller.accuracy()
    assert list(found) == ["A", "B", "C"]
    for name, one in found.items():
        assert one.told > 100, name
        assert abs(one.bias) <= 0.1 * one.mean_wait, name
        assert one.error <= min(one.head_of_line_error, one.last_delay_error), name
        assert 0.75 <= one.kept <= 0.85, name
