"""Many Socket.IO clients in one process, each a wallboard that hears everything of its account.

They connect, answer the server's pings, and read what they are told without looking at it. `CONNECTED` is printed when
all are there; they leave when they are terminated.

    python -m bench.clients ADDRESS PORT TOKEN COUNT
"""

import asyncio
import json
import sys

from wsproto import ConnectionType, WSConnection
from wsproto.events import CloseConnection, Event, Message, Ping, Request, TextMessage

CONNECTED = "connected"
_AT_ONCE = 20
_PATH = "/socket.io/?EIO=4&transport=websocket"
# Engine.IO's packets (0 open, 2 ping, 3 pong) around those of Socket.IO (40 connect, 44 refused).
_OPEN, _PING, _PONG, _CONNECT, _REFUSED = "0", "2", "3", "40", "44"


class Client:
    """One connection; `there` is set when the server has let it in."""

    def __init__(self, address: str, port: int, token: str) -> None:
        self.there = asyncio.Event()
        self._address, self._port, self._token = address, port, token
        self._socket = WSConnection(ConnectionType.CLIENT)
        self._text = ""

    async def run(self) -> None:
        """Until cancelled. Raises ConnectionError when the server closes, or does not let it in."""
        reader, self._writer = await asyncio.open_connection(self._address, self._port)
        self._writer.write(self._socket.send(Request(host=f"{self._address}:{self._port}", target=_PATH)))
        while data := await reader.read(65536):
            self._socket.receive_data(data)
            for event in self._socket.events():
                self._take(event)
        raise ConnectionError("the server closed")

    def _take(self, event: Event) -> None:
        if isinstance(event, Ping):
            self._writer.write(self._socket.send(event.response()))
        elif isinstance(event, TextMessage):
            self._text += event.data
            if event.message_finished:
                packet, self._text = self._text, ""
                self._packet(packet)
        elif isinstance(event, CloseConnection):
            raise ConnectionError("the server closed")

    def _packet(self, packet: str) -> None:
        if packet == _PING:
            self._say(_PONG)
        elif packet.startswith(_REFUSED):
            raise ConnectionError(f"refused: {packet}")
        elif packet.startswith(_CONNECT):
            self.there.set()
        elif packet.startswith(_OPEN):
            self._say(_CONNECT + json.dumps({"token": self._token}))

    def _say(self, packet: str) -> None:
        self._writer.write(self._socket.send(Message(data=packet)))


async def main(address: str, port: int, token: str, count: int) -> None:
    """Connect them, a few at a time, and stay."""
    async with asyncio.TaskGroup() as group:
        for first in range(0, count, _AT_ONCE):
            clients = [Client(address, port, token) for _ in range(min(_AT_ONCE, count - first))]
            for client in clients:
                group.create_task(client.run())
            for client in clients:
                await client.there.wait()
        print(CONNECTED, flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
