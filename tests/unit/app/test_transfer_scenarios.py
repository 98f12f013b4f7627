"""The table of scenarios (tests/scenarios/transfers.toml): what happens to a call, and what is on record of it.

Each is played on the simulated center; its events are written down as the reader of the journal does.
"""

import itertools
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from company import AVAILABLE, agent, configured, queue
from simulated_switch import OUTSIDE
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload
from world import World

from crm_core import schema
from crm_core.db import Store
from crm_core.interaction_writer import apply_batch
from crm_core.interactions import Interaction, Segment
from crm_core.reader_positions import EventId
from crm_core.third_parties import ThirdParty
from ctiserver.core import events as e
from ctiserver.core import requests as r
from ctiserver.core.requests import Status

TABLE = tomllib.loads((Path(__file__).parents[2] / "scenarios" / "transfers.toml").read_text())["scenario"]
AXES = (
    ("blind", "attended", "returned", "merged", "conference"),
    ("agent", "queue", "outside"),
    ("caller", "first", "second", "failure"),
)
NUMBER = "+56 2 2345 6789"
WAIT_SECONDS = 20.0
VERBS: dict[str, Any] = {
    "hangs": r.HangUp,
    "holds": r.Hold,
    "returns": r.ReturnFromConsult,
    "completes": r.CompleteTransfer,
    "merges": r.MergeParties,
    "removes": r.RemoveParty,
}
PEOPLE = (agent("ann", "service", roles=("agent",)), agent("bob", "technical", skills={"gas": 80}))
QUEUES = (queue("service"), queue("technical", requires={"gas": 50}))


def test_every_pair_of_values_of_two_axes_occurs() -> None:
    wanted = {pair for one, two in itertools.combinations(AXES, 2) for pair in itertools.product(one, two)}
    assert wanted <= {pair for row in TABLE for pair in itertools.combinations(row["axes"], 2)}
    assert [row["id"] for row in TABLE] == list(range(1, 28))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("empty") / "crm.sqlite"
    schema.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def store(empty: Path, tmp_path: Path) -> Iterator[Store]:
    with Store(f"sqlite:///{shutil.copy(empty, tmp_path / 'crm.sqlite')}") as opened:
        yield opened


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row['id']}: {row['words']}")
def test_what_happened_to_a_call_is_on_record(row: dict[str, Any], store: Store) -> None:
    world = played(row)
    [interaction] = store.write(written, world)
    assert [segment_in_words(it) for it in interaction.segments] == row["segments"]
    assert [party_in_words(it) for it in interaction.third_parties] == row["parties"]
    assert f"{interaction.ended_where} by {interaction.ended_by}" == row["end"]
    assert world.contacts == {}
    assert [key for key, state in world.agents.items() if state.activity != "idle" or state.owes] == []
    assert talks_on_record(interaction.segments) == pytest.approx(talks_of_the_journal(world))


def played(row: dict[str, Any]) -> World:
    """The world after the steps of a scenario."""
    first = configured(at=1_795_352_400.0, agents=PEOPLE, queues=QUEUES, surveys={})
    world = World(row["id"], first)
    world.choose("ann", AVAILABLE)
    caller = world.call()
    world.run(WAIT_SECONDS)
    world.press(caller, "0")
    world.run(2 * WAIT_SECONDS)
    world.choose("bob", AVAILABLE)
    world.phones |= {OUTSIDE: "answers"} | row.get("phones", {})
    for step in row["steps"]:
        Play(world, caller).step(step)
    world.run(200)
    return world


class Play:
    """Does what a step says."""

    def __init__(self, world: World, caller: Any) -> None:
        self.world, self.caller = world, caller

    def step(self, words: str) -> None:
        who, *what = words.split()
        match [who, *what]:
            case ["wait"]:
                self.world.run(WAIT_SECONDS)
            case ["customer", "hangs", "up"]:
                self.world.hang_up(self.caller)
            case ["customer", "presses", keys]:
                self.world.press(self.caller, keys)
            case ["outside", "hangs", "up"]:
                self.world.hang_up(next(reversed(self.world.legs)))  # nobody was rung after it
            case [_, "is", "lost"]:
                self.world.drop(self.leg(who), "switch")
            case [_, "disposes"]:
                self.dispose(who)
            case [_, "transfers", "to", *to]:
                self.transfer(who, to)
            case [_, "consults", *to]:
                self.ask(r.StartConsult, who, **whom(to))
            case [_, verb, *_]:
                self.ask(VERBS[verb], who)

    def dispose(self, who: str) -> None:
        self.world.dispose(who)
        if self.world.agents[who].status is not Status.AVAILABLE:  # his wrap-up time was over
            self.world.choose(who, AVAILABLE)

    def transfer(self, who: str, to: list[str]) -> None:
        fields = whom(to)
        kinds = {
            "to": r.TransferToAgent,
            "queue": r.TransferBlind,
            "pii_number": r.TransferOutside,
            "flow": r.TransferToFlow,
        }
        self.ask(kinds[next(iter(fields))], who, **fields)

    def ask(self, request: Any, who: str, **fields: Any) -> None:
        world = self.world
        turn = world.put(request(at=world.at, request_id=f"q{world.seq}", by=who, agent=who, **fields))
        [answer] = [event for event in turn.events if isinstance(event, e.RequestAnswered)]
        assert answer.error_id == "", answer.message

    def leg(self, who: str) -> Any:
        return next(key for key, leg in self.world.legs.items() if leg.agent == who and leg.up)


def whom(words: list[str]) -> dict[str, str]:
    """`bob`, `queue technical`, `flow main` or `outside` as fields of a request."""
    if words[0] in ("queue", "flow"):
        return {words[0]: words[1]}
    return {"pii_number": NUMBER} if words[0] == "outside" else {"to": words[0]}


# What is on record, in the words of the table


def written(session: Session, world: World) -> list[Interaction]:
    batch = [
        (EventId(1, seq, n), event)
        for seq, turn in enumerate(world.turns, start=1)
        for n, event in enumerate(turn.events, start=1)
    ]
    apply_batch(session, batch)
    session.flush()
    parts = selectinload(Interaction.segments), selectinload(Interaction.third_parties)
    return list(session.scalars(select(Interaction).options(*parts)))


def segment_in_words(it: Segment) -> str:
    passed_on = f"{it.transfer} to {it.transferred_to or it.transferred_to_kind}" if it.transfer else "-"
    passed_on += f", {it.transfer_failed}" if it.transfer_failed else ""
    said = (it.agent, it.began, it.from_agent, it.ended_by, passed_on, it.disposition)
    return " | ".join(word or "-" for word in said)


def party_in_words(it: ThirdParty) -> str:
    up, heard = it.answered_at and "up", it.heard_at and "heard"
    ended = f"{it.outcome}: {it.reason}" if it.reason else it.outcome
    assert bool(it.number) == (it.agent is None)
    return " | ".join(word or "-" for word in (it.asked_by, it.agent or "outside", up, heard, ended))


def talks_on_record(segments: list[Segment]) -> dict[str, float]:
    talks: dict[str, float] = {}
    for it in segments:
        assert it.talk_seconds is not None
        talks[it.agent] = talks.get(it.agent, 0.0) + it.talk_seconds
    return talks


def talks_of_the_journal(world: World) -> dict[str, float]:
    """Seconds between ContactConnected and TalkEnded, by agent."""
    talks: dict[str, float] = {}
    for event in (event for turn in world.turns for event in turn.events):
        if isinstance(event, e.ContactConnected | e.TalkEnded):
            sign = 1 if isinstance(event, e.TalkEnded) else -1
            talks[event.agent] = talks.get(event.agent, 0.0) + sign * event.at
    return talks
