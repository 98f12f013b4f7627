"""What the jobs process answers to "two more agents?", from stored tables and the records of the last weeks."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy.orm import Session

from crm_core import schema
from crm_core.agents import add_agent, agent
from crm_core.db import Store
from crm_core.interactions import Interaction, Segment
from crm_core.queue_visits import QueueVisit
from crm_core.queues import add_queue, let_serve
from crm_core.users import add_user
from ctiserver.app.what_if_now import WhatIfNow
from ctiserver.core.config import Config
from ctiserver.core.errors import Refusal
from ctiserver.process.config_file import parse

NOW = 1_780_027_200.0
WEEK = 7 * 86400.0


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[WhatIfNow]:
    config: Config = parse({}, folder=tmp_path, environ={})
    url = f"sqlite:///{tmp_path / 'crm.sqlite'}"
    schema.upgrade(url)
    with Store(url) as store:
        store.write(_company)
        yield WhatIfNow(config, store)


def _company(session: Session) -> None:
    sales = add_queue(session, 1, "sales", "Sales", skills={})
    add_queue(session, 1, "quiet", "Quiet", skills={})
    add_user(session, login="ann", name="Ann", password="a-good-password", roles={"agent"})
    add_agent(session, login="ann", extension="101", skills={})
    let_serve(session, agent(session, "ann"), sales)
    for place in range(30):  # an hour of the week before, and an hour ago
        for at in (NOW - WEEK + 100.0 * place, NOW - 7200.0 + 100.0 * place):
            gone = place % 5 == 0
            row = Interaction(
                id=f"c-{at}",
                account_id=1,
                arrived_at=at,
                ended_at=at + 300,
                last_epoch=1,
                last_seq=1,
                last_n=0,
            )
            visit = QueueVisit(ordinal=1, account_id=1, queue="sales", value_class="A", entered_at=at)
            visit.left_at, visit.result = at + 60, "abandoned" if gone else "answered"
            row.visits = [visit]
            if not gone:
                row.segments = [
                    Segment(ordinal=1, agent="ann", queue="sales", answered_at=at + 60, ended_at=at + 300)
                ]
            session.add(row)


def ask(desk: WhatIfNow, **fields: Any) -> Any:
    waits = {"contact": "w", "queue": "sales", "value_class": "A", "waited_seconds": 30.0}
    asked: dict[str, Any] = {"account_id": 1, "now": NOW, "queue": "sales", "agents": 2, "hours": 1.0}
    asked |= {
        "waiting": [waits],
        "available": [{"agent": "ann", "busy": True}, {"agent": "nobody", "busy": False}],
    }
    return msgspec.json.decode(desk.answer(msgspec.json.encode(asked | fields)))


def test_two_agents_more_are_drawn_from_what_the_records_tell(desk: WhatIfNow) -> None:
    told = ask(desk)
    assert told["runs"] == 40
    change = told["change"]["service_level"]
    assert (
        change["mean"] > change["half_width"] > 0.0
    )  # one agent has 30 calls of four minutes an hour: too many
    assert told["with_more"]["wait_seconds"]["mean"] < told["as_it_is"]["wait_seconds"]["mean"]


def test_a_large_center_is_answered_in_time_by_fewer_runs(desk: WhatIfNow) -> None:
    """Eight thousand who wait, and two hundred agents; three seconds on an idle machine."""
    one = {"queue": "sales", "value_class": "A", "waited_seconds": 30.0}
    waiting = [{"contact": f"w{number}", **one} for number in range(8000)]
    began_at = time.monotonic()
    told = ask(desk, waiting=waiting, agents=200)
    took = time.monotonic() - began_at
    print(f"answered in {took:.2f} s")
    assert told["runs"] == 3
    assert told["change"]["wait_seconds"]["mean"] < 0.0
    assert took < 3 * 3.0


def test_what_cannot_be_drawn_is_refused_in_words(desk: WhatIfNow) -> None:
    with pytest.raises(Refusal, match="no queue nowhere"):
        ask(desk, queue="nowhere")
    with pytest.raises(Refusal, match="nothing to draw"):
        ask(desk, now=NOW + 9 * WEEK, waiting=[])
    with pytest.raises(Refusal, match="nothing to draw"):
        ask(desk, now=NOW + WEEK / 2, waiting=[])  # this week people called, but never at this hour
