"""Reads from Asterisk what there is: the half of a comparison that needs the link."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from twisted.internet.defer import Deferred

from ctiserver.asterisk import ari_wire
from ctiserver.asterisk.ari_request import Request
from ctiserver.asterisk.arranger import seen_bridges
from ctiserver.asterisk.asking import Send
from ctiserver.asterisk.belief import Belief
from ctiserver.asterisk.resync import Reality
from ctiserver.asterisk.together import together
from ctiserver.core.errors import CallGone
from ctiserver.core.ids import ConversationId, RecordingId

_Name = TypeVar("_Name", bound=str)

_HEADER_BYTES, _BYTES_A_SECOND = 44, 16_000


async def read_reality(
    send: Send, belief: Belief, *, app: str, installation: str, recordings: Path
) -> Reality:
    """What Asterisk holds now. Raises SwitchUnreachable, SwitchRefused."""
    channels, bridges = await together(
        [send(ari_wire.channels(), "channels"), send(ari_wire.bridges(), "bridges")]
    )
    playbacks = await _there(send, belief.playbacks, ari_wire.playback)
    live = await _there(send, belief.recordings, ari_wire.live_recording)
    over = [name for name in belief.recordings if name not in live]
    seconds = {name: recorded_seconds(recordings, name) for name in over}
    seen = seen_bridges(bridges, installation)
    ours = ari_wire.SPY + f"{installation}-"
    seen.ears = {
        ConversationId(it["id"].removeprefix(ari_wire.SPY)): False
        for it in channels
        if it["id"].startswith(ours)
    }
    return Reality(
        app=app,
        channels={channel["id"]: channel for channel in channels},
        bridges=seen,
        playbacks=playbacks,
        recordings=live,
        stored={name: found for name, found in seconds.items() if found is not None},
    )


def recorded_seconds(recordings: Path, recording: RecordingId) -> float | None:
    """Length of a recording by the size of its file (8 kHz, 16 bits, one channel); None without a file."""
    try:
        size = (recordings / f"{recording}.wav").stat().st_size
    except FileNotFoundError:
        return None
    return max(0.0, (size - _HEADER_BYTES) / _BYTES_A_SECOND)


async def _there(send: Send, names: Iterable[_Name], request: Callable[[str], Request]) -> frozenset[_Name]:
    """Those that Asterisk still knows."""

    async def ask(name: _Name) -> _Name | None:
        try:
            await send(request(name), name)
        except CallGone:
            return None
        return name

    found = await together([Deferred.fromCoroutine(ask(name)) for name in names])
    return frozenset(name for name in found if name is not None)
