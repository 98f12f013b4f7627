"""How many to dial now: never less than progressive, beyond it by risk, within the limit in any world."""

import math
from dataclasses import replace

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.answer_rate import AnswerRate
from dialer.pacing import KAPPA, THETA_MIN, Pacer
from dialer.pacing_ledger import Ledger
from dialer.pacing_state import Mode, PacerState, Scene
from dialer.simulate import Simulation
from dialer.simulated_world import World
from dialer.survival import Durations

NOBODY: tuple[float, ...] = ()
BUSY = Scene(idle=0, waiting=0, talk_ages=[100.0] * 40, wrap_up_ages=[5.0, 9.0, 14.0] * 4, ring_ages=NOBODY)


def _pacer(mode: Mode = "predictive", *, theta: float = math.log(0.1), answers: int = 5000) -> Pacer:
    talk = Durations(600, np.random.default_rng(1).exponential(100.0, 500).tolist())
    pacer = Pacer(mode=mode, rate=AnswerRate(30.0), talk=talk, wrap_up=Durations(60, [15.0]), theta=theta)
    for _ in range(answers):
        pacer.ledger.answered(0.0)
    return pacer


@pytest.mark.parametrize(
    ("mode", "dials"), [("manual", 0), ("preview", 0), ("progressive", 3), ("predictive", 3)]
)
def test_a_campaign_that_has_earned_nothing_dials_for_idle_agents_alone(mode: Mode, dials: int) -> None:
    scene = replace(BUSY, idle=6, waiting=1, ring_ages=[3.0, 9.0])
    decision = _pacer(mode, theta=THETA_MIN).decide(scene, 0.0)
    assert (decision.dials, decision.beyond, decision.guarded) == (dials, 0, False)


def test_beyond_progressive_is_dialled_while_the_risk_allows_and_the_more_the_more_agents_will_be_free() -> (
    None
):
    decision = _pacer().decide(BUSY, 0.0)
    assert decision.beyond > 5
    assert decision.risk is not None
    assert decision.risk > decision.beta
    fewer = _pacer().decide(replace(BUSY, wrap_up_ages=[5.0]), 0.0).beyond
    ringing = _pacer().decide(replace(BUSY, ring_ages=[4.0] * decision.beyond), 0.0).beyond
    shared = _pacer().decide(replace(BUSY, portion=0.5), 0.0).beyond
    inbound = _pacer().decide(replace(BUSY, inbound_per_second=0.3), 0.0).beyond
    bold = _pacer(theta=math.log(0.4)).decide(BUSY, 0.0).beyond
    assert max(fewer, ringing, shared, inbound) < decision.beyond < bold


def test_the_ledger_says_no_where_the_risk_would_allow_it_and_limits_cap_all() -> None:
    decision = _pacer(answers=100).decide(BUSY, 0.0)
    assert (decision.beyond, decision.guarded) == (3, True)
    assert _pacer().decide(BUSY, 0.0, most=2).dials == 2
    assert _pacer("progressive").decide(replace(BUSY, idle=9), 0.0, most=4).dials == 4


def test_the_risk_that_is_allowed_learns_from_what_happens_and_has_no_lower_clip() -> None:
    pacer = _pacer(theta=THETA_MIN, answers=0)
    for _ in range(100):
        pacer.connected(0.0)
    assert pacer.theta == pytest.approx(THETA_MIN + 100 * KAPPA * 0.03)
    for _ in range(10):
        pacer.abandoned(0.0)
    assert pacer.theta == pytest.approx(THETA_MIN + KAPPA * (100 * 0.03 - 10 * 0.97))
    assert pacer.theta < THETA_MIN
    assert pacer.decide(BUSY, 0.0).dials == 0
    for _ in range(10_000):
        pacer.connected(0.0)
    assert pacer.beta == pytest.approx(0.5)


@settings(max_examples=12, deadline=None)
@given(
    agents=st.integers(2, 14),
    believed=st.floats(0.02, 0.9),
    answers=st.lists(st.floats(0.02, 0.95), min_size=1, max_size=4),
    talk_seconds=st.floats(10.0, 200.0),
    alpha=st.sampled_from([0.01, 0.03, 0.1, 0.2]),
    leaving_per_hour=st.sampled_from([0.0, 60.0, 400.0]),
    window_seconds=st.sampled_from([240.0, 1e9]),
    theta=st.floats(THETA_MIN, math.log(0.5)),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_guard_holds_at_every_dial_beyond_progressive_in_any_world(
    agents: int,
    believed: float,
    answers: list[float],
    talk_seconds: float,
    alpha: float,
    leaving_per_hour: float,
    window_seconds: float,
    theta: float,
    seed: int,
) -> None:
    """Tables are wrong, the answer rate jumps, agents leave; answers and abandons are counted here anew."""
    world = World(
        agents=agents,
        talk_seconds=talk_seconds,
        wrap_up_seconds=5.0,
        alpha=alpha,
        leaving_per_hour=leaving_per_hour,
        away_seconds=60.0,
        tick_seconds=1.0,
        warm_up_hours=0.0,
        hours=0.2,
    )
    pacer = Pacer(
        mode="predictive",
        rate=AnswerRate(35.0, believed=believed),
        talk=Durations(600, [3.0, 300.0]),
        wrap_up=Durations(60, [1.0]),
        ledger=Ledger(alpha=alpha, window_seconds=window_seconds),
        theta=theta,
    )
    answered, abandoned = [0.0] * 400, list[float]()
    for at in answered:
        pacer.ledger.answered(at)
    run = Simulation(world, seed, pacer)
    run.pacer = _Counted(pacer, answered, abandoned)
    most_lines = 0
    for scene, decision in run.decisions():
        run.world = replace(world, answer_probability=answers[int(run.now // 180.0) % len(answers)])
        lines = len(scene.ring_ages) + scene.waiting
        assert decision.dials >= max(0, scene.idle - lines), "never below progressive"
        begins = run.now - window_seconds
        recent = sum(at > begins for at in answered)
        lost = sum(at > begins for at in abandoned)
        if decision.beyond:
            at_stake = max(0, lines + decision.dials - scene.idle) - pacer.ledger.short
            assert lost + at_stake <= alpha * recent
        if window_seconds > 1e8:
            assert lost <= alpha * recent, "at every instant"
            most_lines = max(most_lines, lines)  # in flight as beta came to its end, at most
            earned = max(0.0, theta - THETA_MIN) / KAPPA
            assert lost <= alpha * (len(answered) - 400) + earned + 1 + most_lines


class _Counted:
    """Counts by itself what the pacer is told: answers, and abandons that no leaving agent caused."""

    def __init__(self, pacer: Pacer, answered: list[float], abandoned: list[float]) -> None:
        self.pacer, self.ledger, self.decide = pacer, pacer.ledger, pacer.decide
        self.answered, self.lost = answered, abandoned

    def connected(self, at: float) -> None:
        self.answered.append(at)
        self.pacer.connected(at)

    def abandoned(self, at: float) -> None:
        self.answered.append(at)
        if not self.ledger.short:
            self.lost.append(at)
        self.pacer.abandoned(at)


def test_who_takes_over_from_a_snapshot_decides_the_same() -> None:
    first = _pacer()
    for number in range(200):
        first.rate.dialled(f"a{number}", number / 10)
        first.rate.ended(f"a{number}", number / 10 + 3.0, answered=number % 3 == 0)
    first.decide(BUSY, 35.0)
    for number in range(60):
        first.talk.add(float(number))
        first.wrap_up.add(number / 4)
        first.connected(35.0 + number / 10)
    second = Pacer.restore(
        msgspec.convert(msgspec.json.decode(msgspec.json.encode(first.state())), PacerState),
        first.mode,
        first.tolerance_seconds,
    )
    for at in (45.0, 66.0, 96.0):  # with the tables of before, and with new ones
        assert second.decide(BUSY, at) == first.decide(BUSY, at)
        assert second.state() == first.state()
    assert len(msgspec.json.encode(first.state())) < 40_000


def test_what_was_decided_is_dialled_only_as_long_as_it_may_be() -> None:
    assert _pacer("progressive").may_dial(idle=3, ringing=1, waiting=1, now=0.0)
    assert not _pacer("progressive").may_dial(idle=3, ringing=2, waiting=1, now=0.0)
    assert _pacer().may_dial(idle=3, ringing=2, waiting=1, now=0.0)
    assert not _pacer(answers=100).may_dial(idle=0, ringing=3, waiting=0, now=0.0)
    assert not _pacer(theta=THETA_MIN).may_dial(idle=0, ringing=0, waiting=0, now=0.0)
