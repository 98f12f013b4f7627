"""Takes one caller's sound from Asterisk's WebSocket (chan_websocket) and lets a recogniser hear it.

Recognising is work for a processor: it is done in threads, a tenth of a second of sound at a time, so that one
process listens to several callers.
"""

import asyncio

import structlog
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from ctiserver.speech.recogniser import BYTES_PER_SECOND, Heard, Recogniser

_log = structlog.get_logger()
_PIECE_BYTES = BYTES_PER_SECOND // 10
_CONNECT_SECONDS = 3.0


class NoSound(Exception):
    """Asterisk gave no sound: it refused the connection, or closed it at once."""


async def listen(url: str, recogniser: Recogniser, seconds: float) -> Heard | None:
    """The first utterance within so many seconds of sound; None for silence. Raises NoSound.

    A caller who hangs up or presses a key ends the sound; what he said until then is returned.
    """
    sound, taken = bytearray(), 0
    try:
        async with connect(url, subprotocols=["media"], open_timeout=_CONNECT_SECONDS) as socket:  # type: ignore[list-item]
            async for frame in socket:
                if isinstance(frame, str):
                    continue  # what Asterisk tells of the stream
                sound += frame
                if len(sound) < _PIECE_BYTES:
                    continue
                piece, taken = bytes(sound), taken + len(sound)
                sound.clear()
                if heard := await asyncio.to_thread(recogniser.accept, piece):
                    return heard
                if taken >= seconds * BYTES_PER_SECOND:
                    break
            else:
                _log.info("the sound ended", seconds=taken / BYTES_PER_SECOND, code=socket.close_code)
    except ConnectionClosed as error:
        _log.info("the sound ended", seconds=taken / BYTES_PER_SECOND, reason=str(error))
    except (OSError, WebSocketException, TimeoutError) as error:
        raise NoSound(str(error)) from None
    return await asyncio.to_thread(recogniser.finish)
