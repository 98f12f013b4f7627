"""What the jobs process answers when somebody asks what the levers would have gained, from the records of a day."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
    with _open(tmp_path, _day) as found:
        yield found


@contextmanager
def _open(folder: Path, day: Callable[[Session], None]) -> Iterator[LeverGains]:
    config: Config = parse({}, folder=folder, environ={})
    url = f"sqlite:///{folder / 'crm.sqlite'}"
    schema.upgrade(url)
    with Store(url) as store:
        store.write(day)
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
    assert gains["shorter_named_wait"]["why_not"] == "nothing_to_change"
    assert gains["no_preference"]["why_not"] == "nothing_to_change"


def test_a_span_of_several_days_and_one_without_calls_are_refused_with_a_reason(desk: LeverGains) -> None:
    with pytest.raises(Refusal, match="single day"):
        desk.answer(asked(3 * 86_400.0))
    with pytest.raises(Refusal, match="0 calls"):
        desk.answer(asked(60.0))


def _two_agents(session: Session, *, from_at: dict[str, float]) -> None:
    sales = add_queue(session, 1, "sales", "Sales", skills={})
    for login, at in from_at.items():
        add_user(session, login=login, name=login, password="a-good-password", roles={"agent"})
        add_agent(session, login=login, extension=f"10{len(login)}{login[0]}", skills={})
        let_serve(session, agent(session, login), sales)
        session.add(AgentStatus(account_id=1, agent=login, at=BEGAN + at, status="available"))


def _contact(
    session: Session, key: str, value_class: str, waits: list[tuple[float, float]], who: str, **more: Any
) -> list[Segment]:
    """Waits in the queue from one moment to another, each answered by the agent, who talks for 100 s."""
    fields = {"last_epoch": 1, "last_seq": 1, "last_n": 0} | more
    row = Interaction(id=key, account_id=1, arrived_at=BEGAN + waits[0][0], **fields)
    session.add(row)
    session.flush()
    for number, (entered, left) in enumerate(waits, start=1):
        session.add(
            QueueVisit(
                interaction_id=key,
                ordinal=number,
                account_id=1,
                queue="sales",
                value_class=value_class,
                entered_at=BEGAN + entered,
                left_at=BEGAN + left,
                result="answered",
                agent=who,
            )
        )
        row.segments.append(
            Segment(
                ordinal=number,
                agent=who,
                queue="sales",
                answered_at=BEGAN + left,
                ended_at=BEGAN + left + 100.0,
            )
        )
    return row.segments


def _gains(desk: LeverGains) -> dict[str, Any]:
    return {one["lever"]: one for one in msgspec.json.decode(desk.answer(asked()))["gains"]}


def _passed_on(session: Session) -> None:
    """Bob passes his caller on to ann at 100, who is busy until 150: after 20 s he has him again."""
    _two_agents(session, from_at={"ann": 40.0, "bob": 0.0})
    first, _ = _contact(session, "passed on", "A", [(0.0, 0.0), (100.0, 120.0)], "bob")
    first.transfer, first.transferred_to_kind, first.transferred_to = "blind", "agent", "ann"
    first.transfer_failed = "busy"
    _contact(session, "other", "C", [(50.0, 50.0)], "ann")


def test_who_was_passed_on_waits_half_as_long_for_that_agent(tmp_path: Path) -> None:
    with _open(tmp_path, _passed_on) as desk:
        gain = _gains(desk)["shorter_named_wait"]
    assert gain["causes"] == ["named_for_another", "named"]
    assert gain["seconds"]["mean"] == 10.0  # bob's again at 120; with the lever at 110


def _called_back(session: Session) -> None:
    """Both talk until 1050, then until 1150; by then two came at 980, and one who came at 1040 waits to be called."""
    _two_agents(session, from_at={"ann": 0.0, "bob": 0.0})
    for name, came, answered, who in (
        ("x", 950.0, 950.0, "ann"),
        ("y", 950.0, 950.0, "bob"),
        ("c1", 960.0, 1050.0, "ann"),
        ("c2", 960.0, 1050.0, "bob"),
        ("c3", 980.0, 1150.0, "ann"),
        ("c4", 980.0, 1150.0, "bob"),
    ):
        _contact(session, name, "C", [(came, answered)], who)
    made = [{"at": BEGAN + 1250.0, "heads": [{"waited_seconds": 210.0}]}]
    _contact(
        session,
        "back",
        "B",
        [(1045.0, 1250.0)],
        "ann",
        channel="callback",
        decisions=made,
        outcome="answered",
    )


def test_a_call_back_a_minute_sooner_in_line_is_made_before_who_came_a_minute_earlier(tmp_path: Path) -> None:
    with _open(tmp_path, _called_back) as desk:
        told = _gains(desk)
    gain = told["call_back_sooner"]
    assert gain["causes"] == ["call_back_held"]
    assert (gain["pairs"]["mean"], gain["seconds"]["mean"]) == (2.0, 100.0)  # at 1250; with the lever at 1150
    assert told["one_more_agent"]["seconds"]["mean"] == 100.0  # he is one of those who wait for it
