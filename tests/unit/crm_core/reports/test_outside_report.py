"""What calls outside cost, by person, and today against the limits."""

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from crm_core import outside_calls, outside_lifts, schema
from crm_core.accounts import account
from crm_core.db import Store
from crm_core.outside_calls import OutsideCall
from crm_core.reports.outside_report import calls_of, limits_today, outside_report
from ctiserver.core.events import OutsideCapLifted, OutsideRefused

MORNING = 1_795_352_400.0  # 2026-11-22 10:00 in Santiago
DAY = 86_400.0
SANTIAGO = ZoneInfo("America/Santiago")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'crm.sqlite'}"
    schema.upgrade(url)
    with Store(url) as opened:
        opened.write(furnish)
        yield opened


def furnish(session: Session) -> None:
    own = account(session, 1)
    own.outside_per_day_minor, own.outside_person_per_day_minor = 500, 300
    rows: tuple[tuple[str, float, str | None, str, float, int], ...] = (
        ("a", MORNING, "ann", "answered", 60.0, 300),
        ("b", MORNING + 60, "ann", "busy", 0.0, 0),
        ("c", MORNING + 90, "bob", "answered", 30.0, 100),
        ("d", MORNING + 95, None, "answered", 10.0, 50),
        ("r", MORNING + 97, "eve", "outside_closed", 0.0, 0),
        ("y", MORNING - DAY, "bob", "answered", 60.0, 900),
    )
    for id, at, agent, result, seconds, cost in rows:
        session.add(
            OutsideCall(
                id=id,
                account_id=1,
                contact=f"c-{id}",
                agent=agent,
                number="+56221234567",
                dialed_at=at,
                ended_at=at + 70,
                result=result,
                seconds=seconds,
                cost_minor=cost,
                trunk="first",
                sip_code=0,
            )
        )


def test_calls_are_added_up_by_person_and_by_how_they_ended(store: Store) -> None:
    found = store.read(
        outside_report, 1, from_at=MORNING, until_at=MORNING + DAY, now=MORNING + 200, zone=SANTIAGO
    )
    assert (found.all.calls, found.all.answered, found.all.seconds, found.all.cost_minor) == (
        4,
        3,
        100.0,
        450,
    )
    assert [(one.agent, one.calls, one.cost_minor) for one in found.people] == [
        ("ann", 2, 300),
        ("bob", 1, 100),
        (None, 1, 50),
        ("eve", 0, 0),
    ]
    assert found.results == {"answered": 3, "busy": 1, "outside_closed": 1}


def test_what_the_rules_refused_is_told_apart_and_is_no_call(store: Store) -> None:
    day = {"from_at": MORNING, "until_at": MORNING + DAY}
    found = store.read(outside_report, 1, now=MORNING + 200, zone=SANTIAGO, **day)  # type: ignore[arg-type]
    assert (found.all.refused, found.people[-1].agent, found.people[-1].refused) == (1, "eve", 1)
    span = {"from_at": MORNING, "until_at": MORNING + DAY}
    assert [one.id for one in store.read(calls_of, 1, result="outside_closed", **span)] == ["r"]  # type: ignore[arg-type]


def test_a_limit_of_today_that_is_used_up_has_tripped_and_yesterday_counts_for_nothing(store: Store) -> None:
    found = store.read(outside_report, 1, from_at=0.0, until_at=MORNING, now=MORNING + 200, zone=SANTIAGO)
    assert found.all.cost_minor == 900
    limits = [(one.agent, one.spent_minor, one.limit_minor, one.tripped) for one in found.today]
    assert limits == [("", 450, 500, False), ("ann", 300, 300, True), ("bob", 100, 300, False)]


def test_the_calls_themselves_are_chosen_by_person_and_result(store: Store) -> None:
    def chosen(**wanted: str) -> list[str]:
        span = {"from_at": MORNING, "until_at": MORNING + DAY}
        return [one.id for one in store.read(calls_of, 1, **span, **wanted)]  # type: ignore[arg-type]

    assert chosen() == ["r", "d", "c", "b", "a"]
    assert chosen(agent="ann") == ["b", "a"]
    assert chosen(agent="ann", result="answered") == ["a"]
    assert store.read(calls_of, 2, from_at=0.0, until_at=MORNING + DAY) == []


def test_today_is_a_day_of_the_installations_clock_also_where_midnight_comes_twice(store: Store) -> None:
    havana = ZoneInfo("America/Havana")
    second_time = 1_793_511_000.0  # 2026-11-01 00:30 in Havana, where it was 00:30 an hour before, too

    def at_half_past_midnight(session: Session) -> None:
        for row in calls_of(session, 1, from_at=MORNING, until_at=MORNING + 1):
            row.dialed_at = second_time - 3600

    store.write(at_half_past_midnight)
    assert store.read(limits_today, 1, second_time, havana)[0].spent_minor == 300
    lima = ZoneInfo("America/Lima")  # there the call was on the evening before
    assert store.read(limits_today, 1, second_time, lima)[0].spent_minor == 0


def lifted(id: str, agent: str | None, at: float, spent: int, limit: int) -> OutsideCapLifted:
    return OutsideCapLifted(
        at=at,
        id=id,
        account_id=1,
        agent=agent,
        by="boss",
        reason="fair",
        spent_minor=spent,
        limit_minor=limit,
    )


def test_a_limit_that_was_lifted_counts_from_there_and_trips_again(store: Store) -> None:
    for lift in (lifted("1", "ann", MORNING + 150, 300, 300), lifted("2", None, MORNING - DAY, 450, 500)):
        store.write(outside_lifts.record, lift)
    [whole, ann, _] = store.read(limits_today, 1, MORNING + 200, SANTIAGO)
    assert (ann.tripped, ann.lifted_minor, ann.lifted_at) == (False, 300, MORNING + 150)
    assert (whole.tripped, whole.lifted_at) == (False, None)  # that was yesterday
    store.write(outside_lifts.record, lifted("3", "ann", MORNING + 160, 0, 300))
    assert store.read(limits_today, 1, MORNING + 200, SANTIAGO)[1].tripped


def test_a_number_that_a_limit_refused_tells_of_it_before_the_calls_are_over_until_it_is_lifted(
    store: Store,
) -> None:
    refusal = OutsideRefused(
        at=MORNING + 170, id="r2", account_id=1, agent="zoe", pii_number="103", reason="outside_cap_person"
    )
    store.write(outside_calls.refused, refusal)
    zoe = store.read(limits_today, 1, MORNING + 200, SANTIAGO)[-1]
    assert (zoe.agent, zoe.spent_minor, zoe.refused_at) == ("zoe", 0, MORNING + 170)
    store.write(outside_lifts.record, lifted("1", "zoe", MORNING + 180, 310, 300))
    assert store.read(limits_today, 1, MORNING + 200, SANTIAGO)[-1].refused_at is None
