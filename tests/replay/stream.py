"""A recorded stream of ARI events, decided again.

Run as a program it prints a hash of every command that the given streams lead to.
"""

import sys
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from ctiserver.app.center import Center
from ctiserver.asterisk.belief import Belief
from ctiserver.asterisk.translate import Translator
from ctiserver.core import wire
from ctiserver.core.commands import DialLeg, DropLeg, Play, StartRecording
from ctiserver.core.ids import RecordingId
from ctiserver.core.inputs import RecordingStored
from ctiserver.core.message import Command, Input

FOLDER = Path(__file__).parent / "streams"
EPOCH = 1
PREFIX = "test-a"
Line = dict[str, Any]


def read(file: Path) -> list[Line]:
    """The lines of a stream."""
    return [msgspec.json.decode(line) for line in file.read_bytes().splitlines()]


class Replay:
    """Translator and engines as production couples them, without a switch: commands are only noted."""

    def __init__(self, recorded_seconds: dict[RecordingId, float]) -> None:
        self.center, self.belief = Center(PREFIX), Belief()
        self.translator = Translator(file_seconds=recorded_seconds.get)
        self.seq = 0

    def decide(self, message: Input) -> list[Command]:
        """The commands that an entry leads to."""
        self.seq += 1
        turn = self.center.handle(EPOCH, self.seq, message)
        assert not turn.faults, turn.faults
        for one in (message, *turn.said):
            self.belief.note(one)
        for command in turn.commands:
            self._perform(command)
        return turn.commands

    def _perform(self, command: Command) -> None:
        match command:
            case DialLeg(leg=leg):
                self.translator.dialled(leg)
            case DropLeg(leg=leg):
                self.translator.dropped(leg)
            case Play(playback=playback):
                self.translator.playing(playback)
            case StartRecording(recording=recording):
                self.translator.recording(recording)


def recorded_seconds(inputs: Iterable[Input]) -> dict[RecordingId, float]:
    """How long each recording was."""
    return {it.recording: it.seconds for it in inputs if isinstance(it, RecordingStored)}


def replay(lines: list[Line]) -> Iterator[Line]:
    """The lines as today's code makes them from the `given` and `event` lines alone."""
    inputs = [wire.decode_input(msgspec.json.encode(line["input"])) for line in lines if "input" in line]
    run = Replay(recorded_seconds(inputs))
    for line in lines:
        if "event" in line:
            yield line
            for message in run.translator.handle(line["event"], line["at"]):
                yield {"input": plain(message)}
                yield from ({"command": plain(command)} for command in run.decide(message))
        elif "given" in line:
            yield line
            message = wire.decode_input(msgspec.json.encode(line["given"]))
            yield from ({"command": plain(command)} for command in run.decide(message))


def plain(message: Input | Command) -> Any:
    """As it stands in a stream."""
    return msgspec.json.decode(wire.encode(message))


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(sha256(msgspec.json.encode(list(replay(read(Path(name)))))).hexdigest())
