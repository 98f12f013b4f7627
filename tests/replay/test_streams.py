"""What Asterisk said once leads to the same inputs and commands today."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from ctiserver.asterisk.belief import Belief
from ctiserver.core import wire
from tests.replay import stream
from tests.replay.stream import FOLDER, Line, Replay, read, replay

REPOSITORY = Path(__file__).parents[2]
STREAMS = sorted(FOLDER.glob("*.jsonl"))


@pytest.mark.parametrize("file", STREAMS, ids=lambda file: file.stem)
def test_a_recorded_stream_leads_to_the_recorded_inputs_and_commands(file: Path) -> None:
    assert list(replay(read(file))) == read(file)


@pytest.mark.parametrize("file", STREAMS, ids=lambda file: file.stem)
def test_a_recorded_call_leaves_nothing_behind(file: Path) -> None:
    run = whole(entries(read(file)))
    state = run.belief.state()
    assert {key: state[key] for key in ("legs", "contacts", "playbacks", "recordings", "open", "due")} == {
        "legs": {},
        "contacts": {},
        "playbacks": {},
        "recordings": {},
        "open": {},
        "due": {},
    }


def test_two_hash_seeds_give_the_same_commands() -> None:
    said = set()
    for hash_seed in ("0", "1"):
        run = subprocess.run(
            [sys.executable, str(stream.__file__), *map(str, STREAMS)],
            env=os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(REPOSITORY)},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        said.add(run.stdout)
    [hashes] = said
    assert len(hashes.split()) == len(STREAMS) >= 3


@pytest.mark.parametrize("file", STREAMS, ids=lambda file: file.stem)
def test_a_snapshot_at_any_entry_and_the_tail_give_what_a_full_replay_gives(file: Path) -> None:
    lines = entries(read(file))
    full = whole(lines)
    for cut in range(1, len(lines)):
        before = whole(lines[:cut])
        run = Replay({})
        run.center.restore(through_json(before.center.state()))
        run.belief, run.seq = Belief.restore(through_json(before.belief.state())), cut
        for line in lines[cut:]:
            run.decide(wire.decode_input(msgspec.json.encode(line)))
        assert through_json(run.center.state()) == through_json(full.center.state())
        assert run.belief == full.belief


def entries(lines: list[Line]) -> list[Line]:
    """The journal of a recorded call."""
    return [line.get("given") or line["input"] for line in lines if "given" in line or "input" in line]


def whole(lines: list[Line]) -> Replay:
    run = Replay({})
    for line in lines:
        run.decide(wire.decode_input(msgspec.json.encode(line)))
    return run


def through_json(state: object) -> object:
    return msgspec.json.decode(msgspec.json.encode(state))
