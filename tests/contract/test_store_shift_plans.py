"""Shifts as somebody plans them, on both databases: weeks of the company's clock, and what is refused whole."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from crm_core import shift_plans
from crm_core.agents import add_agent
from crm_core.db import Store
from crm_core.queues import add_queue, let_serve
from crm_core.shift_plans import DayPlan, Piece, Week
from crm_core.users import add_user
from ctiserver.core.errors import ConfigError, Conflict, Refusal

HOUR = 3600.0
WORK = Piece(begins="09:00", ends="18:00")
LUNCH = Piece(kind="break", begins="13:00", ends="14:00")
NIGHT = Piece(begins="22:00", ends="06:00")
MONDAY, TUESDAY, WEDNESDAY = "2026-05-25", "2026-05-26", "2026-05-27"


@pytest.fixture
def planned(store: Store) -> Store:
    """Ann and Bea, who serve sales, and a plan for Ann's Monday."""

    def furnish(session: Session) -> None:
        sales = add_queue(session, 1, "sales", "Sales", skills={})
        for place, login in enumerate(("ann", "bea")):
            add_user(session, login=login, name=login, password="a-good-password", roles={"agent"})
            let_serve(session, add_agent(session, login=login, extension=f"100{place}", skills={}), sales)

    store.write(furnish)
    assert keep(store, DayPlan(agent="ann", day=MONDAY, pieces=[WORK, LUNCH])) == 2
    return store


def keep(store: Store, *plans: DayPlan) -> int:
    return store.write(shift_plans.keep, 1, plans, by="boss", now=1.0)


def week(store: Store, day: str, **more: Any) -> Week:
    return store.read(shift_plans.week, 1, day, **more)


def refused(store: Store, *plans: DayPlan) -> list[tuple[str, str]]:
    with pytest.raises(ConfigError) as found:
        keep(store, *plans)
    return [(one.error_id, dict(one.fields).get("hours", "")) for one in found.value.mistakes]


def test_a_week_shows_what_each_is_to_do_and_how_many_that_brings(planned: Store) -> None:
    ann, bea = week(planned, WEDNESDAY).agents
    assert (ann.agent, ann.days[0], ann.planned_seconds) == ("ann", [WORK, LUNCH], 8 * HOUR)
    assert bea.days == [[]] * 7
    keep(planned, DayPlan(agent="bea", day=MONDAY, pieces=[NIGHT]))
    assert [one.agent for one in week(planned, MONDAY, agent="bea").agents] == ["bea"]
    first = week(planned, MONDAY).days[0].begins_at
    spans = [(first + hour * HOUR, first + (hour + 1) * HOUR) for hour in (8, 12.5, 17, 23, 29)]
    assert planned.read(shift_plans.at_work, 1, "sales", spans) == [0.0, 0.5, 1.0, 1.0, 1.0]
    assert keep(planned, DayPlan(agent="bea", day=MONDAY, pieces=[])) == 0
    assert week(planned, MONDAY).agents[1].planned_seconds == 0.0


def test_what_overlaps_is_refused_whole_with_every_mistake(planned: Store) -> None:
    late = Piece(begins="05:00", ends="10:00")
    alone = Piece(kind="break", begins="20:00", ends="21:00")
    found = refused(
        planned,
        DayPlan(agent="ann", day=TUESDAY, pieces=[NIGHT]),
        DayPlan(agent="ann", day=WEDNESDAY, pieces=[late, alone]),
    )
    assert found == [("shift_overlap", "05:00-10:00"), ("break_outside", "20:00-21:00")]
    assert week(planned, MONDAY).agents[0].days[1:] == [[]] * 6
    keep(planned, DayPlan(agent="ann", day=TUESDAY, pieces=[NIGHT]))
    assert refused(planned, DayPlan(agent="ann", day=WEDNESDAY, pieces=[late])) == [
        ("shift_overlap", "05:00-10:00")
    ]
    nobody = DayPlan(agent="nobody", day=MONDAY, pieces=[])
    strange = DayPlan(agent="ann", day=MONDAY, pieces=[Piece(begins="9", ends="10:00")])
    assert [one for one, _ in refused(planned, nobody, strange)] == ["no_such_agent", "wrong_shift_time"]
    with pytest.raises(Conflict, match="meanwhile"):
        keep(planned, DayPlan(agent="ann", day=MONDAY, pieces=[], seen=[WORK]))
    for day in ("tomorrow", "9999-12-31"):
        with pytest.raises(Refusal, match="no day"):
            week(planned, day)
    endless = Piece(begins="9" * 5000 + ":00", ends="10:00")
    far = DayPlan(agent="ann", day="9999-12-31", pieces=[WORK])
    assert [one for one, _ in refused(planned, far, DayPlan(agent="ann", day=MONDAY, pieces=[endless]))] == [
        "wrong_day",
        "wrong_shift_time",
    ]


def test_a_break_after_midnight_does_not_outlast_the_work_around_it(planned: Store) -> None:
    rest = Piece(kind="break", begins="02:00", ends="02:30")
    keep(
        planned,
        DayPlan(agent="bea", day=MONDAY, pieces=[NIGHT]),
        DayPlan(agent="bea", day=TUESDAY, pieces=[rest]),
    )
    for left in ([], [Piece(begins="20:00", ends="23:00")]):
        evening = DayPlan(agent="bea", day=MONDAY, pieces=left)
        assert refused(planned, evening) == [("break_outside", "02:00-02:30")]
    assert keep(planned, evening, DayPlan(agent="bea", day=TUESDAY, pieces=[])) == 1


def test_days_on_which_the_clock_is_changed_have_their_hours(planned: Store) -> None:
    autumn, spring = week(planned, "2026-04-04"), week(planned, "2026-09-06")
    assert ([one.hours for one in autumn.days], [one.hours for one in spring.days]) == (
        [24, 24, 24, 24, 24, 25, 24],
        [24, 24, 24, 24, 24, 24, 23],
    )
    keep(planned, DayPlan(agent="ann", day="2026-04-04", pieces=[NIGHT]))
    ann, _ = week(planned, "2026-04-04").agents
    assert (ann.days[5], ann.planned_seconds) == ([NIGHT], 9 * HOUR)
