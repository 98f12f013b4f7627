"""What nobody told us while we live: calls that only the fallback saw, ends and moves whose event was lost.

Every 30 s the channels and bridges that Asterisk has, and what the CEL file tells, are compared with the belief.
What is found in two looks one after the other is told, for events are on their way all the time.
"""

from collections.abc import Callable
from pathlib import Path

import structlog
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from ctiserver.asterisk import ari_wire, cel
from ctiserver.asterisk.arranger import seen_bridges
from ctiserver.asterisk.asking import Send
from ctiserver.asterisk.belief import Belief
from ctiserver.asterisk.clock import Clock
from ctiserver.asterisk.legs import Seen
from ctiserver.asterisk.resync import Reality, lost_ends, misplaced, missed_calls, moves
from ctiserver.asterisk.together import together
from ctiserver.core.errors import SwitchError
from ctiserver.core.ids import LegId
from ctiserver.core.message import Input

_LOOK_SECONDS = 30.0
_WORTH_TELLING_BYTES = 256 << 10
_LONGEST_CEL_BYTES = 64 << 20

log = structlog.get_logger()


class Look:
    """Looks from `begin` to `rest`; never raises."""

    def __init__(
        self,
        *,
        request: Send,
        clock: Clock,
        app: str,
        installation: str,
        cel_file: Path,
        tell: Callable[[list[Input]], None],
        put_back: Callable[[LegId], None],
    ) -> None:
        self._request = request
        self._clock = clock
        self._app, self._installation = app, installation
        self._cel_file = cel_file
        self._tell = tell
        self._put_back = put_back
        self._belief: Belief | None = None
        self._absent: frozenset[LegId] = frozenset()
        self._astray: frozenset[LegId] = frozenset()
        self._stop: Callable[[], None] = lambda: None

    def begin(self, belief: Belief) -> None:
        """The belief was compared just now."""
        self.rest()
        self._belief = belief
        self._look_later()

    def rest(self) -> None:
        """Nothing can be seen."""
        self._belief = None
        self._absent = self._astray = frozenset()
        self._stop()

    def _look_later(self) -> None:
        self._stop()
        if self._belief is not None:
            self._stop = self._clock.call_later(_LOOK_SECONDS, self._look)

    def _look(self) -> None:
        looked = Deferred.fromCoroutine(self._compare())
        looked.addErrback(_log_failure).addCallback(lambda _looked: self._look_later())

    async def _compare(self) -> None:
        if self._belief is None:
            return
        belief = self._belief
        records = cel.read(self._cel_file, belief.cel_inode, belief.cel_offset)
        channels, bridges = await together(
            [self._request(ari_wire.channels(), "channels"), self._request(ari_wire.bridges(), "bridges")]
        )
        if self._belief is not belief:
            return
        reality = Reality(
            app=self._app,
            channels={channel["id"]: channel for channel in channels},
            bridges=seen_bridges(bridges, self._installation),
        )
        at = self._clock.now()
        told = missed_calls(belief, reality, records, at)
        ends, self._absent = lost_ends(belief, reality, records, at, self._absent)
        if ends:
            log.warning("ends_never_told", inputs=[type(one).__name__ for one in ends])
            self._tell(ends)
        another = records.inode not in (0, belief.cel_inode)
        if len(told) > 1 or another or records.offset - belief.cel_offset > _WORTH_TELLING_BYTES:
            self._tell(told)
            self._put_aside_what_is_read(records, belief)
        self._set_right(belief, reality.bridges, at)

    def _set_right(self, belief: Belief, bridges: Seen, at: float) -> None:
        """Tells where they are who are believed elsewhere, and puts back who is not where he is wanted."""
        before, self._astray = self._astray, misplaced(belief, bridges)
        for leg in sorted(before & self._astray):
            log.warning("leg_astray", leg=leg)
            self._tell(list(moves(leg, belief.legs[leg], bridges, at)))
            if belief.is_stray(leg):
                self._put_back(leg)

    def _put_aside_what_is_read(self, records: cel.CelPart, belief: Belief) -> None:
        """Else the file would grow for ever. Not while somebody is in the fallback, for whom it is read again."""
        read_to = (belief.cel_inode, belief.cel_offset)
        if records.offset >= _LONGEST_CEL_BYTES and read_to == (records.inode, records.offset):
            cel.put_aside(self._cel_file, records.inode)


def _log_failure(failure: Failure) -> None:
    if not isinstance(failure.value, SwitchError):
        log.error("look_failed", failure=failure.getTraceback())
