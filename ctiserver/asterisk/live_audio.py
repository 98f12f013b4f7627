"""What a caller says, live: a channel that hears his leg, joined with one whose sound leaves through a WebSocket.

Asterisk lets the second one into our application only once somebody has connected to it, hence the two steps.
Nothing of this survives a restart of ours: whoever listened is asked again, and resync deletes what is left.
"""

from collections.abc import Callable
from typing import Any

import structlog
from twisted.python.failure import Failure

from ctiserver.asterisk import ari_wire
from ctiserver.asterisk.ari_wire import EAR, MEDIA
from ctiserver.asterisk.asking import Send, ignore_refusal
from ctiserver.core.commands import Listen
from ctiserver.core.errors import CallGone
from ctiserver.core.ids import LegId, ListeningId
from ctiserver.core.topology import Kind

log = structlog.get_logger()

_CONNECTION = "MEDIA_WEBSOCKET_CONNECTION_ID"


class LiveAudio:
    """`opened(listen, connection)`: somebody shall now take the sound from Asterisk's `/media/<connection>`.

    `failed(listening)`: there will be no sound. Requests of one listening go through one socket, that of its leg.
    """

    def __init__(
        self,
        send: Send,
        app: str,
        opened: Callable[[Listen, str], None],
        failed: Callable[[ListeningId], None],
    ) -> None:
        self._send, self._app = send, app
        self._opened, self._failed = opened, failed
        self._open: dict[ListeningId, tuple[LegId, str]] = {}

    def start(self, listen: Listen, key: str) -> None:
        """Makes both channels; `media_is_there` goes on."""
        self._open[listen.listening] = listen.leg, key

        def made(channel: dict[str, Any]) -> None:
            self._opened(listen, channel["channelvars"][_CONNECTION])

        self._send(ari_wire.ear(listen.leg, listen.listening, self._app), key).addErrback(
            self._refused, listen.listening
        )
        socket = self._send(ari_wire.media_socket(listen.listening, self._app), key)
        socket.addCallback(made).addErrback(self._refused, listen.listening)

    def media_is_there(self, channel: str) -> None:
        """Somebody has connected: let him hear."""
        listening = ListeningId(channel.removeprefix(MEDIA))
        if listening not in self._open:
            return  # too late: it is being taken down
        _leg, key = self._open[listening]
        for request in (
            ari_wire.create_bridge(listening, Kind.TALK, ""),
            ari_wire.add_leg(listening, EAR + listening, Kind.TALK),
            ari_wire.add_leg(listening, MEDIA + listening, Kind.TALK),
        ):
            self._send(request, key).addErrback(self._refused, listening)

    def stop(self, listening: ListeningId) -> None:
        """Takes it all down; harmless when it is down."""
        if listening not in self._open:
            return
        _leg, key = self._open.pop(listening)
        for request in (
            ari_wire.hang_up(MEDIA + listening),
            ari_wire.hang_up(EAR + listening),
            ari_wire.destroy_bridge(listening),
        ):
            self._send(request, key).addErrback(ignore_refusal)

    def leg_ended(self, leg: LegId) -> None:
        """Nobody speaks there any more."""
        for listening in [one for one, (of, _key) in self._open.items() if of == leg]:
            self.stop(listening)

    def forget(self) -> None:
        """The link is down: the next resync deletes what there is."""
        self._open.clear()

    def _refused(self, failure: Failure, listening: ListeningId) -> None:
        if listening not in self._open:
            return
        if not failure.check(CallGone):
            log.warning("no_live_audio", listening=listening, reason=str(failure.value))
        self.stop(listening)
        self._failed(listening)
