"""The child's side of the heartbeat, with a pipe in hand."""

import os
from collections.abc import Callable

from ctiserver.process.heartbeat import PIPE_VARIABLE, SECONDS_VARIABLE, start_beating


class HandDrivenLoop:
    def __init__(self) -> None:
        self.waiting: list[tuple[float, Callable[[], None]]] = []

    def call_later(self, seconds: float, call: Callable[[], None]) -> None:
        self.waiting.append((seconds, call))

    def turn(self) -> None:
        self.waiting.pop(0)[1]()


def test_it_beats_at_once_and_then_every_so_many_seconds() -> None:
    reader, writer = os.pipe()
    environment = {PIPE_VARIABLE: str(writer), SECONDS_VARIABLE: "0.5", "OTHER": "stays"}
    loop = HandDrivenLoop()
    beat_once = start_beating(loop.call_later, environment)
    assert os.read(reader, 10) == b"."
    assert loop.waiting[0][0] == 0.5
    loop.turn()
    beat_once()
    assert os.read(reader, 10) == b".."
    assert environment == {"OTHER": "stays"}
    assert not os.get_inheritable(writer)
    os.close(reader)
    loop.turn()  # the parent is gone: nothing to say, nobody to tell
    os.close(writer)


def test_without_a_parent_nothing_happens() -> None:
    loop = HandDrivenLoop()
    start_beating(loop.call_later, {})()
    assert not loop.waiting


def test_a_parent_that_does_not_read_never_blocks_the_loop() -> None:
    reader, writer = os.pipe()
    beat_once = start_beating(
        HandDrivenLoop().call_later, {PIPE_VARIABLE: str(writer), SECONDS_VARIABLE: "1"}
    )
    for _ in range(70_000):
        beat_once()
    os.close(reader)
    os.close(writer)
