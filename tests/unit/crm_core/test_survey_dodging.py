from random import Random

import pytest
from scipy import stats

from crm_core.survey_dodging import ALPHA, Accepted, judge


def agent(name: str, accepted: int, begun: int) -> Accepted:
    return Accepted(agent=name, accepted=accepted, begun=begun, answered=begun, caller_left=accepted - begun)


def test_the_probability_is_fishers() -> None:
    rows = [agent("ann", 20, 9), agent("bob", 60, 45)]
    [ann, bob] = judge(rows)
    assert ann.of.agent == "ann"
    expected = stats.fisher_exact([[9, 11], [45, 15]], alternative="less").pvalue
    assert ann.p == pytest.approx(expected)
    assert bob.p > 0.9


def test_a_planted_dodging_agent_is_flagged_and_nobody_else() -> None:
    random = Random(1)
    honest = [agent(f"a{n}", 80, sum(random.random() < 0.8 for _ in range(80))) for n in range(11)]
    dodger = agent("dodger", 80, sum(random.random() < 0.45 for _ in range(80)))
    judged = judge([*honest, dodger])
    assert [one.of.agent for one in judged if one.flagged] == ["dodger"]
    assert judged[0].of.agent == "dodger"


def test_among_honest_agents_hardly_any_center_has_one_flagged() -> None:
    random, flagged = Random(2), 0
    for _ in range(400):
        rows = [agent(f"a{n}", 40, sum(random.random() < 0.8 for _ in range(40))) for n in range(10)]
        flagged += any(one.flagged for one in judge(rows))
    assert flagged / 400 <= 2 * ALPHA


def test_few_callers_prove_nothing() -> None:
    assert not any(one.flagged for one in judge([agent("ann", 3, 0), agent("bob", 4, 4)]))


def test_an_agent_alone_is_compared_with_nobody() -> None:
    [only] = judge([agent("ann", 30, 2)])
    assert (only.p, only.flagged) == (1.0, False)
    assert judge([]) == []
