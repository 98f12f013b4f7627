"""What calls outside cost, by person, and today against the limits."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from crm_core import schema
from crm_core.accounts import account
from crm_core.db import Store
from crm_core.outside_calls import OutsideCall
from crm_core.reports.outside_report import calls_of, outside_report

MORNING = 1_795_352_400.0  # 2026-11-22 10:00 in Santiago
DAY = 86_400.0


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
    found = store.read(outside_report, 1, from_at=MORNING, until_at=MORNING + DAY, now=MORNING + 200)
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
    ]
    assert found.results == {"answered": 3, "busy": 1}


def test_a_limit_of_today_that_is_used_up_has_tripped_and_yesterday_counts_for_nothing(store: Store) -> None:
    found = store.read(outside_report, 1, from_at=0.0, until_at=MORNING, now=MORNING + 200)
    assert found.all.cost_minor == 900
    limits = [(one.agent, one.spent_minor, one.limit_minor, one.tripped) for one in found.today]
    assert limits == [("", 450, 500, False), ("ann", 300, 300, True), ("bob", 100, 300, False)]


def test_the_calls_themselves_are_chosen_by_person_and_result(store: Store) -> None:
    def chosen(**wanted: str) -> list[str]:
        span = {"from_at": MORNING, "until_at": MORNING + DAY}
        return [one.id for one in store.read(calls_of, 1, **span, **wanted)]  # type: ignore[arg-type]

    assert chosen() == ["d", "c", "b", "a"]
    assert chosen(agent="ann") == ["b", "a"]
    assert chosen(agent="ann", result="answered") == ["a"]
    assert store.read(calls_of, 2, from_at=0.0, until_at=MORNING + DAY) == []
