"""Rehearsals as people ask for them: a child process over a journal on the disk, watched and stopped."""

import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
import random_walk
from journalled import journal
from sqlalchemy.orm import Session

from crm_core import schema
from crm_core.accounts import Account
from crm_core.db import Store
from crm_core.queues import add_queue
from ctiserver.app import cli_rehearse, rehearsal_desk
from ctiserver.app.rehearsal_desk import RehearsalDesk
from ctiserver.app.rehearsal_task import Task
from ctiserver.core.config import Config, Database, Folder, Installation
from ctiserver.core.errors import CtiError, NotFound, Refusal
from ctiserver.core.rehearsals import ProfileChange, RehearsalQuestion, RehearsalState
from ctiserver.journal.line import encode
from ctiserver.journal.segments import SegmentName
from ctiserver.process import folders

DAY = "1969-12-31"  # in Santiago, when the simulated center opens
FLOW = """
name = "main"
start = "wait"
[node.wait]
type = "queue"
queue = "service"
"""
PATIENCE_SECONDS = 60.0


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RehearsalDesk]:
    """A day of the simulated center as its journal, in an installation without a flow of its own."""
    folder = tmp_path_factory.mktemp("rehearsals")
    url = f"sqlite:///{folder / 'crm.sqlite'}"
    schema.upgrade(url)
    (folder / "main.toml").write_text(FLOW)
    config = replace(
        Config(),
        flows=Folder(directory=folder),
        installation=Installation(name="test", state_dir=folder / "state"),
        database=Database(url=url),
    )
    directory = folders.journal_dir(config)
    directory.mkdir(parents=True)
    lines = b"".join(encode(line) for line in journal(random_walk.walk(2, 700)))
    SegmentName(1, 1).path(directory).write_bytes(lines)
    with Store(url) as store:
        store.write(_two_companies)
        opened = RehearsalDesk(config, store)
        yield opened
        opened.stop()


def _two_companies(session: Session) -> None:
    session.add(Account(id=2, name="Other", country="MX", language="es", time_zone="America/Mexico_City"))
    session.flush()
    add_queue(session, 1, "service", "Service", skills={})
    add_queue(session, 2, "theirs", "Theirs", skills={})


def asked(**more: Any) -> bytes:
    return msgspec.json.encode(RehearsalQuestion(**{"account_id": 1, "day": DAY, **more}))


def state(desk: RehearsalDesk, account_id: int = 1) -> RehearsalState:
    body = desk.state(msgspec.json.encode({"account_id": account_id}))
    return msgspec.json.decode(body, type=RehearsalState)


def until(desk: RehearsalDesk, is_so: Callable[[RehearsalState], bool]) -> RehearsalState:
    given_up = time.monotonic() + PATIENCE_SECONDS
    while not is_so(found := state(desk)):
        assert time.monotonic() < given_up, found
        time.sleep(0.02)
    return found


def test_a_rehearsal_runs_in_a_child_and_tells_what_differs(desk: RehearsalDesk) -> None:
    assert state(desk).state == "none"
    desk.begin(asked(queues={"service": ProfileChange(head_start_seconds={"C": 1e4}, slope={"C": 50.0})}))
    told = until(desk, lambda it: it.state != "running")
    assert (told.state, told.part, told.day) == ("done", 1.0, DAY)
    assert told.found is not None
    assert told.found.recorded[""].calls > 5
    assert set(told.found.before) == set(told.found.after)
    assert state(desk, account_id=2).state == "none"  # nobody else's


def test_a_day_without_contacts_is_said_in_words(desk: RehearsalDesk) -> None:
    desk.begin(asked(day="2020-05-05"))
    told = until(desk, lambda it: it.state != "running")
    assert (told.state, told.problem) == ("failed", "no_contacts")


def test_a_rehearsal_is_stopped_and_a_second_one_waits(
    desk: RehearsalDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = ("/bin/sh", "-c", "cat > /dev/null; exec sleep 600")
    monkeypatch.setattr(rehearsal_desk, "_PROGRAM", slow)
    desk.begin(asked())
    with pytest.raises(Refusal) as refused:
        desk.begin(asked())
    assert refused.value.error_id == "rehearsal_runs"
    desk.cancel(b'{"account_id": 1}')
    assert state(desk).state == "cancelled"

    def may_begin() -> bool:
        return not desk._children

    until(desk, lambda _: may_begin())
    monkeypatch.setattr(rehearsal_desk, "_PROGRAM", ("/bin/false",))
    desk.begin(asked())
    assert until(desk, lambda it: it.state != "running").problem == "rehearsal_broke"


@pytest.mark.parametrize(
    ("more", "error_id"),
    [
        ({"day": "yesterday"}, "wrong_day"),
        ({"queues": {"nowhere": ProfileChange()}}, "unknown_queue"),
        ({"flow": {"name": "main", "text": "start = 1"}}, "wrong_flow"),
        ({"flow": {"name": "main", "text": FLOW.replace('"service"', '"theirs"')}}, "wrong_flow"),
    ],
)
def test_what_cannot_be_rehearsed_is_refused(
    desk: RehearsalDesk, more: dict[str, Any], error_id: str
) -> None:
    body = msgspec.json.encode({"account_id": 1, "day": DAY} | more)
    with pytest.raises(Refusal) as refused:
        desk.begin(body)
    assert refused.value.error_id == error_id


def test_a_day_on_the_command_line_is_of_the_accounts_zone_too(
    tmp_path: Path, desk: RehearsalDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[float] = []

    def rehearsed(task: Task, _told: object) -> None:
        begun.append(task.from_at)
        raise Refusal("no_contacts", "the day has no contacts")

    monkeypatch.setattr(cli_rehearse.rehearsal_task, "run", rehearsed)
    monkeypatch.setattr(cli_rehearse, "load", lambda _file: desk._config)
    for account_id in (1, 2):
        chosen = Namespace(
            config=tmp_path, journal=None, day="2026-11-20", account=account_id, profile=None, flow=None
        )
        with pytest.raises(CtiError, match="no contacts"):
            cli_rehearse.run(chosen)
    assert begun[1] - begun[0] == 3 * 3600.0  # midnight comes to Mexico three hours after Santiago
    with pytest.raises(NotFound):
        cli_rehearse.run(Namespace(**vars(chosen) | {"account": 77}))
