"""What the simulated center's journal would hold."""

from world import World

from ctiserver.core.wire import encode
from ctiserver.journal.line import Derived, Entry, Line


def journal(world: World) -> list[Line]:
    """Every entry with the events that followed."""
    lines: list[Line] = []
    for seq, (message, turn) in enumerate(zip(world.entries, world.turns, strict=True), start=1):
        lines.append(Entry(seq, 1, message.at, encode(message)))
        for n, event in enumerate(turn.events, start=1):
            lines.append(Derived(seq, n, 1, message.at, encode(event)))
    return lines
