"""What people do with a live call costs the switch: CPU of Asterisk per talk and second.

The same talks, a tone each way, in the same Asterisk; one side after the other, `--rounds` times; figures are medians.
A side is added to a talk by commands and taken away by others, so that the talks themselves go on.

    python -m bench.live [--talks N] [--rounds N] [--seconds S]
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msgspec import structs

from bench import machine, report
from ctiserver.core.commands import Arrange, DialLeg, DropLeg, FollowVoice, StartRecording, StopRecording
from ctiserver.core.ids import ContactId, ConversationId, LegId, RecordingId
from ctiserver.core.inputs import LegAnswered, LegEnded, LegJoined, RecordingStored
from ctiserver.core.message import Command
from ctiserver.core.topology import Conversation, Kind, Mode
from tests.integration.ari_center import AriCenter, arrived, talk
from tests.integration.asterisk import private_asterisk
from tests.integration.reactor_thread import ReactorThread

SETTLE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Talk:
    """Two legs that hear each other in a conversation."""

    caller: LegId
    agent: LegId
    contact: ContactId
    conversation: ConversationId
    supervisor: str
    """The telephone of whoever may listen, in the switch's terms."""

    def bridge(self, *others: LegId) -> Conversation:
        """The talk, with others in it."""
        return Conversation(id=self.conversation, kind=Kind.TALK, legs=(self.caller, self.agent, *others))


@dataclass(frozen=True, slots=True)
class Side:
    """`begin` gives the commands for one talk; `end` those that undo them, and waits until they have."""

    begin: Callable[[AriCenter, Talk], Sequence[Command]]
    end: Callable[[AriCenter, Sequence[Command]], None]


def _nothing(_center: AriCenter, _talk: Talk) -> list[Command]:
    return []


def _recorded(center: AriCenter, talk: Talk) -> list[Command]:
    return [StartRecording(recording=RecordingId(center.new_id("recording")), leg=talk.caller)]


def _followed(center: AriCenter, talk: Talk) -> list[Command]:
    [started] = [one for one in _recorded(center, talk) if isinstance(one, StartRecording)]
    now = time.time()
    return [
        started,
        FollowVoice(recording=started.recording, leg=talk.caller, who="caller", recording_at=now),
        FollowVoice(recording=started.recording, leg=talk.agent, who="agent", recording_at=now),
    ]


def _listened(center: AriCenter, talk: Talk, mode: Mode = Mode.LISTEN) -> list[Command]:
    """A supervisor's phone is rung first; then he has an ear at the agent's leg."""
    own = _rung(center, talk)
    modes = {own: mode} if mode is Mode.LISTEN else {}
    beside = Conversation(
        id=ConversationId(center.new_id("ear")), kind=Kind.TALK, legs=(own,), modes=modes, ear=talk.agent
    )
    return [Arrange(contact=talk.contact, conversations=(talk.bridge(), beside))]


def _whispered(center: AriCenter, talk: Talk) -> list[Command]:
    return _listened(center, talk, Mode.WHISPER)


def _joined(center: AriCenter, talk: Talk) -> list[Command]:
    return [Arrange(contact=talk.contact, conversations=(talk.bridge(_rung(center, talk)),))]


def _rung(center: AriCenter, talk: Talk) -> LegId:
    own = LegId(center.new_id("supervisor"))
    center.perform(DialLeg(leg=own, contact=talk.contact, endpoint=talk.supervisor, ring_seconds=30))
    center.wait(LegAnswered, leg=own)
    return own


def _stop_supervising(center: AriCenter, begun: Sequence[Command]) -> None:
    for one in begun:
        assert isinstance(one, Arrange)
        talking = one.conversations[0]
        own = (set(one.conversations[-1].legs) - set(talking.legs[:2])).pop()
        alone = structs.replace(talking, legs=talking.legs[:2])
        center.perform(Arrange(contact=one.contact, conversations=(alone,)), DropLeg(leg=own))
        center.wait(LegEnded, leg=own)


def _stop_recording(center: AriCenter, begun: Sequence[Command]) -> None:
    for one in begun:
        if isinstance(one, StartRecording):
            center.perform(StopRecording(recording=one.recording))
            center.wait(RecordingStored, recording=one.recording)


SIDES = {
    "talk alone": Side(_nothing, _stop_recording),
    "recorded": Side(_recorded, _stop_recording),
    "recorded, voices followed": Side(_followed, _stop_recording),
    "listened to": Side(_listened, _stop_supervising),
    "whispered in": Side(_whispered, _stop_supervising),
    "joined in": Side(_joined, _stop_supervising),
}


@contextmanager
def _talks(center: AriCenter, count: int) -> Iterator[list[Talk]]:
    """So many callers, each with an agent."""
    with ExitStack() as world:
        yield [_talk(center, world, number) for number in range(count)]


def _talk(center: AriCenter, world: ExitStack, number: int) -> Talk:
    caller_number, contact = f"+5690000{number:04}", ContactId(center.new_id("contact"))
    world.enter_context(center.asterisk.call(number=caller_number, tone_hertz=440))
    phone = world.enter_context(center.asterisk.phone(ring_seconds=0.1, tone_hertz=600))
    listener = world.enter_context(center.asterisk.phone(ring_seconds=0.1, tone_hertz=800))
    endpoint = center.provision(f"agent{number}", phone)
    supervisor = center.provision(f"supervisor{number}", listener)
    leg = arrived(center, count=number + 1, fuse_seconds=3600)
    center.arrive(contact, leg)
    agent, talking = LegId(center.new_id("agent")), center.new_id("talk")
    center.perform(DialLeg(leg=agent, contact=contact, endpoint=endpoint, ring_seconds=30))
    center.wait(LegAnswered, leg=agent)
    center.perform(talk(contact, talking, leg, agent))
    center.wait(LegJoined, leg=agent, conversation=talking)
    return Talk(leg, agent, contact, ConversationId(talking), supervisor)


def measure(center: AriCenter, talks: Sequence[Talk], side: Side, seconds: float, pid: int) -> float:
    """CPU of Asterisk, in milliseconds per talk and second."""
    begun = [command for talk in talks for command in side.begin(center, talk)]
    center.perform(*begun)
    time.sleep(SETTLE_SECONDS)
    watch, since = machine.CpuWatch({"asterisk": [pid]}), time.monotonic()
    time.sleep(seconds)
    used = 1000 * watch.used()["asterisk"] / len(talks) / (time.monotonic() - since)
    side.end(center, begun)
    return used


def main(arguments: Sequence[str] = ()) -> None:
    """Measures and writes results/live."""
    parser = argparse.ArgumentParser(prog="bench.live")
    parser.add_argument("--talks", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=6.0)
    options = parser.parse_args(arguments)
    yardstick = machine.yardstick()
    found: dict[str, list[float]] = {name: [] for name in SIDES}
    thread = ReactorThread()
    try:
        with (
            tempfile.TemporaryDirectory(prefix="bench-") as folder,
            private_asterisk(Path(folder)) as asterisk,
            AriCenter(asterisk, thread) as center,
            _talks(center, options.talks) as talks,
        ):
            for _ in range(options.rounds):
                for name, side in SIDES.items():
                    found[name].append(measure(center, talks, side, options.seconds, asterisk.process.pid))
    finally:
        thread.stop()
    print(_write(found, options, yardstick))


def _write(found: dict[str, list[float]], options: argparse.Namespace, yardstick: str) -> str:
    plain = statistics.median(found["talk alone"])
    rows: list[dict[str, Any]] = [
        {
            "talk": name,
            "CPU ms/s": statistics.median(values),
            "more than alone": statistics.median(values) - plain,
            "talks on a core": int(1000 / statistics.median(values)),
        }
        for name, values in found.items()
    ]
    notes = [
        f"CPU of Asterisk for each talk and second; {options.talks} talks of two telephones, G.711, a tone each way; "
        f"{options.rounds} rounds of {options.seconds:g} s, medians; talks on a core: as far as this alone goes",
        "who listens, whispers or has joined in has a telephone of his own, whose leg is part of the figure",
        "a tone is one long spell: a real talk brings about two events a spell beside this",
        yardstick,
    ]
    return report.write(
        "live", "Recording and supervising a live talk: what it costs the switch", rows, notes
    )


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
