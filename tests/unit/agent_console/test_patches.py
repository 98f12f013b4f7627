"""A screen that takes every patch shows what a fresh snapshot would."""

from typing import Any

import msgspec
import pytest
from random_walk import walk

from agent_console import patches
from ctiserver.core.live_view import LiveView
from ctiserver.core.message import Event


class Screen:
    """What a browser does with patches."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {"contacts": {}, "agents": {}, "queues": {}}

    def take(self, patch: dict[str, Any]) -> None:
        for kind, known in self.rows.items():
            if patch["whole"]:
                known.clear()
            for key, row in patch[kind].items():
                if row is None:
                    known.pop(key, None)
                else:
                    known[key] = row


@pytest.mark.parametrize("seed", range(4))
def test_patches_that_were_gathered_say_the_same_as_each_alone(seed: int) -> None:
    view, screen, accounts = LiveView(), Screen(), {}  # type: ignore[var-annotated]
    gathered: patches.Patch | None = None
    for number, turn in enumerate(walk(seed, 250).turns):
        events = [said for said in turn.said if isinstance(said, Event)]
        for event in events:
            view.apply(event)
        for patch in patches.changed(view, events, accounts, 0.0).values():
            gathered = patches.merged(gathered, patch) if gathered else patch
        if gathered and number % 7 == 0:
            screen.take(msgspec.to_builtins(gathered))
            gathered = None
    if gathered:
        screen.take(msgspec.to_builtins(gathered))
    whole = msgspec.to_builtins(patches.whole(view, 1, 0.0))
    assert screen.rows == {kind: whole[kind] for kind in screen.rows}


@pytest.mark.parametrize("seed", range(4))
def test_all_patches_together_are_the_whole(seed: int) -> None:
    view, screen, accounts = LiveView(), Screen(), {}  # type: ignore[var-annotated]
    for turn in walk(seed, 250).turns:
        events = [said for said in turn.said if isinstance(said, Event)]
        for event in events:
            view.apply(event)
        for patch in patches.changed(view, events, accounts, 0.0).values():
            screen.take(msgspec.to_builtins(patch))
        whole = msgspec.to_builtins(patches.whole(view, 1, 0.0))
        assert screen.rows == {kind: whole[kind] for kind in screen.rows}
