"""The simulated dialer against the published figures of the same world."""

from dataclasses import replace

import pytest

from dialer.simulate import Simulation, compare
from dialer.simulated_world import World

CLAIRVOYANT_MINUTES = 54.5
"""Talk minutes per hour of one who knows when everybody will answer and finish."""


@pytest.mark.parametrize(
    ("agents", "hours", "progressive", "predictive"),
    [(10, 2.5, 0.740, 0.861), (50, 0.8, 0.741, 0.943), (200, 0.3, 0.742, 0.982)],
)
def test_the_modes_keep_agents_as_busy_as_published_and_the_limit(
    agents: int, hours: float, progressive: float, predictive: float
) -> None:
    world = World(agents=agents, hours=hours, warm_up_hours=0.2, tick_seconds=1.0)
    simple = Simulation(replace(world, mode="progressive"), 2).run()
    assert simple.utilisation == pytest.approx(progressive, abs=0.02)
    assert simple.abandons == 0
    run = Simulation(world, 2)
    found = run.run()
    assert found.utilisation == pytest.approx(predictive, abs=0.02)
    assert found.talk_minutes_per_hour < CLAIRVOYANT_MINUTES
    assert found.abandons > 0
    ledger = run.pacer.ledger  # type: ignore[attr-defined]
    assert ledger.rate is not None
    assert ledger.rate <= world.alpha
    assert found.abandons_by_leaving == 0


def test_a_new_campaign_dials_progressively_until_it_has_earned_more() -> None:
    world = World(agents=20, hours=0.3, warm_up_hours=0.0, tick_seconds=1.0, history_answers=0)
    run = Simulation(world, 2)
    beyond = [(run.answers >= 34, decision.beyond) for _, decision in run.decisions()]
    assert {count for earned, count in beyond if not earned} == {0}, (
        "3 % of fewer than 34 answers is no abandon"
    )
    assert max(count for _, count in beyond) > 0


def test_a_seed_repeats_itself_and_a_leaving_agent_is_told_apart() -> None:
    world = World(
        agents=10, hours=0.3, warm_up_hours=0.0, tick_seconds=1.0, leaving_per_hour=300.0, away_seconds=30.0
    )
    once, again = compare(world, ["predictive"], 2), compare(world, ["predictive"], 2)
    assert once == again
    assert once["predictive"][0] != once["predictive"][1]
    assert sum(run.abandons_by_leaving for run in once["predictive"]) > 0
