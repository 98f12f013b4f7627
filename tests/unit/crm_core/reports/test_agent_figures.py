"""An agent's figures against an oracle that counts second by second."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from crm_core.agent_statuses import StatusSpan
from crm_core.reports.agent_figures import AgentDay, agent_figures, team_figures
from crm_core.reports.queue_figures import Talk

DAY = 200
moments = st.integers(0, DAY)
spans = st.tuples(moments, moments).map(lambda pair: (float(min(pair)), float(max(pair))))


def test_pauses_are_in_neither_side_of_occupancy() -> None:
    day = AgentDay(
        busy=[(0.0, 60.0)],
        statuses=[StatusSpan(0.0, 120.0, "available", ""), StatusSpan(120.0, 1000.0, "pause", "lunch")],
    )
    found = agent_figures(day, 0.0, 1000.0)
    assert (found.occupancy, found.idle_seconds, found.pauses) == (0.5, 60.0, {"lunch": 880.0})
    assert found.logged_in_seconds == 1000.0
    assert agent_figures(AgentDay(), 0.0, 1000.0).occupancy is None


def test_a_talk_counts_where_it_was_answered_and_its_time_where_it_was_spent() -> None:
    talk = Talk(
        contact="c",
        queue="q",
        value_class="A",
        agent="ann",
        answered_at=90.0,
        over_at=130.0,
        talk_seconds=30.0,
        after_seconds=10.0,
        transferred=False,
    )
    day = AgentDay(talks=[talk], busy=[(90.0, 120.0), (120.0, 130.0)])
    first, second = agent_figures(day, 0.0, 100.0), agent_figures(day, 100.0, 200.0)
    assert (first.handled, first.aht_seconds, first.on_contacts_seconds) == (1, 40.0, 10.0)
    assert (second.handled, second.aht_seconds, second.on_contacts_seconds) == (0, None, 30.0)


def test_a_teams_figures_are_made_of_its_sums_and_not_the_mean_of_shares() -> None:
    def agent(busy: float, idle: float) -> AgentDay:
        return AgentDay(
            busy=[(0.0, busy)],
            statuses=[
                StatusSpan(0.0, busy + idle, "available", ""),
                StatusSpan(500.0, 510.0, "pause", "lunch"),
            ],
            work=[(0.0, 100.0)],
        )

    team = team_figures([agent(60.0, 40.0), agent(10.0, 30.0)], 0.0, 1000.0)
    assert (team.on_contacts_seconds, team.idle_seconds, team.occupancy) == (70.0, 70.0, 0.5)
    assert (team.pauses, team.planned_seconds, team.adherence) == ({"lunch": 20.0}, 200.0, 0.7)
    assert team_figures([], 0.0, 1000.0).occupancy is None


@given(st.lists(spans), st.lists(moments, unique=True).map(sorted), st.data())
def test_times_are_those_of_an_oracle_that_looks_at_every_second(
    busy: list[tuple[float, float]], changes: list[int], data: st.DataObject
) -> None:
    statuses = [
        StatusSpan(float(begin), float(end), data.draw(st.sampled_from(["available", "pause"])), "lunch")
        for begin, end in itertools.pairwise(changes)
    ]
    from_at, until_at = data.draw(spans)
    found = agent_figures(AgentDay(busy=busy, statuses=statuses), from_at, until_at)
    on_contacts = idle = paused = 0
    for second in range(int(from_at), int(until_at)):
        if any(begin <= second < end for begin, end in busy):
            on_contacts += 1
            continue
        status = next((one.status for one in statuses if one.from_at <= second < one.until_at), None)
        idle += status == "available"
        paused += status == "pause"
    assert (found.on_contacts_seconds, found.idle_seconds, found.paused_seconds) == (
        on_contacts,
        idle,
        paused,
    )
    known = on_contacts + idle
    assert found.occupancy == (on_contacts / known if known else None)
