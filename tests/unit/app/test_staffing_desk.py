"""How many agents a day needs: from the weeks before, or from a table that was imported."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from sqlalchemy.orm import Session

from crm_core import schema
from crm_core.db import Store
from crm_core.forecast_intervals import import_forecast
from crm_core.interactions import Interaction
from crm_core.permission.calendars import instant
from crm_core.queue_visits import QueueVisit
from crm_core.queues import add_queue
from ctiserver.app.staffing_desk import StaffingDesk
from ctiserver.core.errors import Refusal

SANTIAGO = ZoneInfo("America/Santiago")
MONDAYS = [date(2026, 6, day) for day in (1, 8, 15)]
NEXT = "2026-06-22"
NOON = instant(MONDAYS[2], 720, SANTIAGO)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'crm.sqlite'}"
    schema.upgrade(url)
    with Store(url) as opened:
        opened.write(_mondays)
        yield opened


def _mondays(session: Session) -> None:
    """On each Monday from ten to half past ten 100 calls come, and none else."""
    add_queue(session, 1, "sales", "Sales", skills={})
    add_queue(session, 1, "quiet", "Quiet", skills={})
    for day in MONDAYS:
        begins = instant(day, 600, SANTIAGO)
        for place in range(100):
            at = begins + 18.0 * place
            row = Interaction(id=f"c-{at}", account_id=1, arrived_at=at, last_epoch=1, last_seq=1, last_n=0)
            row.visits = [
                QueueVisit(
                    ordinal=1,
                    account_id=1,
                    queue="sales",
                    value_class="A",
                    entered_at=at,
                    left_at=at + 5,
                    result="answered",
                )
            ]
            session.add(row)


def ask(store: Store, **fields: Any) -> Any:
    asked: dict[str, Any] = {
        "account_id": 1,
        "queue": "sales",
        "day": NEXT,
        "minutes": 30,
        "service_level": 0.8,
    }
    asked |= {"within_seconds": 20.0, "now": NOON}
    return msgspec.json.decode(StaffingDesk(store).answer(msgspec.json.encode(asked | fields)))


def test_a_mondays_agents_are_those_of_the_mondays_before(store: Store) -> None:
    told = ask(store)
    busy = [one for one in told["needed"] if one["calls"]]
    assert [(one["from_at"], one["calls"]) for one in busy] == [
        (instant(date(2026, 6, 22), 600, SANTIAGO), 100.0)
    ]
    assert (
        busy[0]["agents_patient"] == 14
    )  # 100 calls in half an hour of three minutes each: ten Erlangs, 80/20
    assert (told["source"], told["error"]["mean_absolute"]) == ("history", 0.0)
    assert len(told["needed"]) == 48
    assert {one["agents"] for one in told["needed"] if not one["calls"]} == {0}
    far = ask(store, day="2026-12-21")  # weeks count back from today, however far ahead one plans
    assert [one["calls"] for one in far["needed"] if one["calls"]] == [100.0]
    stricter = ask(store, service_level=0.95)
    assert max(one["agents"] for one in stricter["needed"]) > 14


def test_an_imported_day_is_taken_as_it_is_and_what_is_wrong_in_a_table_is_said(store: Store) -> None:
    def take(text: str) -> int:
        return store.write(import_forecast, 1, "sales", text, minutes=30, zone=SANTIAGO, by="boss", now=NOON)

    head = "day;from;calls;handle_seconds\n"
    assert take(f"{head}{NEXT};09:00;50;180\n{NEXT};09:30;10,5;200\n") == 2
    assert take(f"{head}{NEXT};09:30;20;200\n") == 1  # the day's table is replaced
    told = ask(store)
    assert [(one["calls"], one["handle_seconds"]) for one in told["needed"]] == [(20.0, 200.0)]
    assert (told["source"], told["error"]) == ("imported", None)
    in_hours = ask(store, minutes=60)
    assert [one["seconds"] for one in in_hours["needed"]] == [1800.0]  # as imported, whatever is asked for
    with pytest.raises(Refusal, match="line 2"):
        take(f"{head}{NEXT};9;x;200\n")
    with pytest.raises(Refusal, match="calls is missing"):
        take("day,from,handle_seconds\n")
    with pytest.raises(Refusal, match="import a forecast"):
        ask(store, queue="quiet")
