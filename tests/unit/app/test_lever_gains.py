"""What the jobs process answers when somebody asks what the levers would have gained, from the records of a day."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy.orm import Session

from crm_core import schema
from crm_core.agent_statuses import AgentStatus
from crm_core.agents import add_agent, agent
from crm_core.db import Store
from crm_core.interactions import Interaction, Offer, Segment
from crm_core.queue_visits import QueueVisit
from crm_core.queues import add_queue, let_serve
from crm_core.users import add_user
from ctiserver.app.lever_gains import LeverGains
from ctiserver.core.config import Config
from ctiserver.core.errors import Refusal
from ctiserver.process.config_file import parse

BEGAN = 1_780_027_200.0


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[LeverGains]:
    config: Config = parse({}, folder=tmp_path, environ={})
    url = f"sqlite:///{tmp_path / 'crm.sqlite'}"
    schema.upgrade(url)
    with Store(url) as store:
        store.write(_day)
        yield LeverGains(config, store)


def _day(session: Session) -> None:
    """An hour in which one agent is called every three minutes for four; every other caller is of class A."""
    sales = add_queue(session, 1, "sales", "Sales", skills={})
    add_user(session, login="ann", name="Ann", password="a-good-password", roles={"agent"})
    add_agent(session, login="ann", extension="101", skills={})
    let_serve(session, agent(session, "ann"), sales)
    session.add(AgentStatus(account_id=1, agent="ann", at=BEGAN, status="available"))
    for place in range(20):
        at, waited = BEGAN + 180.0 * place, 60.0 * place
        row = Interaction(
            id=f"c-{place}",
            account_id=1,
            arrived_at=at,
            ended_at=at + waited + 240.0,
            last_epoch=1,
            last_seq=1,
            last_n=0,
        )
        session.add(row)
        session.flush()
        session.add(
            QueueVisit(
                interaction_id=row.id,
                ordinal=1,
                account_id=1,
                queue="sales",
                value_class="AC"[place % 2],
                entered_at=at,
                left_at=at + waited,
                result="answered",
                agent="ann",
            )
        )
        session.add(
            Offer(
                interaction_id=row.id,
                ordinal=1,
                agent="ann",
                queue="sales",
                made_at=at + waited - 10.0 if waited else at,
                ended_at=at + waited,
                result="answered",
            )
        )
        session.add(
            Segment(
                interaction_id=row.id,
                ordinal=1,
                agent="ann",
                queue="sales",
                answered_at=at + waited,
                ended_at=at + waited + 240.0,
            )
        )


def asked(seconds: float = 86_400.0) -> bytes:
    return msgspec.json.encode(
        {"account_id": 1, "from_at": BEGAN - 3600.0, "until_at": BEGAN - 3600.0 + seconds}
    )


def test_one_more_agent_saves_the_valuable_their_waiting_and_a_lever_without_a_figure_says_why(
    desk: LeverGains,
) -> None:
    told: Any = msgspec.json.decode(desk.answer(asked()))
    assert (told["queue"], told["calls"]) == ("sales", 20)
    gains = {one["lever"]: one for one in told["gains"]}
    assert (
        gains["one_more_agent"]["seconds"]["mean"] > gains["one_more_agent"]["seconds"]["half_width"] >= 0.0
    )
    assert gains["shorter_ringing"]["seconds"]["mean"] > 0.0
    assert gains["shorter_named_wait"]["why_not"] == "not_run"
    assert gains["no_preference"]["why_not"] == "nothing_to_change"


def test_a_span_of_several_days_and_one_without_calls_are_refused_with_a_reason(desk: LeverGains) -> None:
    with pytest.raises(Refusal, match="single day"):
        desk.answer(asked(3 * 86_400.0))
    with pytest.raises(Refusal, match="0 calls"):
        desk.answer(asked(60.0))
