"""One party's audio: sends a tone and keys (RFC 4733), and tells what it hears.

SIPp signals, this speaks: a UDP socket of our own needs no privilege, sends a key at the moment a test asks for
it, and can say whether the other side's tone comes through, which a recorded pcap file cannot.
"""

import heapq
import math
import random
import select
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from itertools import cycle
from pathlib import Path

from ctiserver.asterisk.g711 import encode_sample, mu_law

PACKET_SECONDS = 0.02
_SAMPLES = 160
_RATE = 8000
_KEYS = "0123456789*#ABCD"
_KEY_PACKETS, _END_PACKETS = 8, 3
_WINDOW_PACKETS = 25


def _decode(byte: int) -> int:
    """The 16-bit sample of a mu-law byte (ITU-T G.711)."""
    byte = ~byte & 0xFF
    magnitude = (((byte & 0x0F) << 3) + 132 << ((byte >> 4) & 7)) - 132
    return -magnitude if byte & 0x80 else magnitude


_SAMPLE_OF = [_decode(byte) for byte in range(256)]


def tone_packets(hertz: int) -> list[bytes]:
    """Half a second of a tone as mu-law payloads; it repeats without a click for a multiple of 50 Hz."""
    count = _SAMPLES * 25 if hertz else _SAMPLES
    level = 8000 if hertz else 0
    samples = [round(level * math.sin(2 * math.pi * hertz * i / _RATE)) for i in range(count)]
    payload = bytes(map(encode_sample, samples))
    return [payload[i : i + _SAMPLES] for i in range(0, count, _SAMPLES)]


def holds_tone(sound: Sequence[int], hertz: int) -> bool:
    """Whether the samples hold a tone with a tenth of their power or more (Goertzel's algorithm)."""
    power = sum(s * s for s in sound) / len(sound)
    coefficient = 2 * math.cos(2 * math.pi * hertz / _RATE)
    one = two = 0.0
    for sample in sound:
        one, two = sample + coefficient * one - two, one
    at_tone = (one * one + two * two - coefficient * one * two) / (len(sound) ** 2) * 2
    return power > 100 and at_tone > 0.1 * power


class _Speaker:
    """A UDP socket of loopback and the thread that lives on it, from `start` to `close`."""

    def __init__(self, on_tick: Callable[[], None]) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._on_tick = on_tick
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._live, name=f"rtp {self.port}", daemon=True)

    def start(self) -> None:
        """Begins to listen, or to press."""
        self._thread.start()

    def close(self) -> None:
        """Falls silent; harmless before `start`."""
        self._closing.set()
        if self._thread.ident:
            self._thread.join()
        self._socket.close()

    def _live(self) -> None:
        raise NotImplementedError


class RtpParty(_Speaker):
    """Listens from the start; speaks once `speak_to` has said where.

    `on_tick` is called every 20 ms from the party's own thread.
    """

    def __init__(self, tone_hertz: int = 0, on_tick: Callable[[], None] = lambda: None) -> None:
        super().__init__(on_tick)
        self.packets = 0
        self.heard_keys: list[str] = []
        self._last_event_at = -1
        self._tone = cycle(tone_packets(tone_hertz))
        self._target: tuple[str, int] | None = None
        self._words: deque[bytes] = deque()
        self._keys: deque[tuple[float, list[bytes]]] = deque()
        self._heard: deque[tuple[float, bytes]] = deque(maxlen=_WINDOW_PACKETS)

    def speak_to(self, port: int | None) -> None:
        """Sends to a port of loopback from now on; None: falls silent."""
        self._target = ("127.0.0.1", port) if port else None

    def press(self, keys: str, after_seconds: float = 0.0, *, hastily: bool = False) -> None:
        """Presses keys one after the other, the first after the given time; `hastily`: 50 a second."""
        at = time.monotonic() + after_seconds
        payloads = _hasty_payloads if hastily else _key_payloads
        self._keys.extend((at, payloads(key)) for key in keys)

    def say(self, wav: Path) -> None:
        """Says the 8 kHz file now, in place of the tone."""
        sound = mu_law(wav)
        self._words.extend(sound[at : at + _SAMPLES] for at in range(0, len(sound) - _SAMPLES + 1, _SAMPLES))

    @property
    def saying(self) -> bool:
        """Whether words of a file are still to be said."""
        return bool(self._words)

    @property
    def pressing(self) -> bool:
        """Whether a key still waits for its turn."""
        return bool(self._keys)

    def hears(self, hertz: int) -> bool:
        """Whether the last half second holds the tone."""
        now = time.monotonic()
        sound = [_SAMPLE_OF[b] for at, payload in tuple(self._heard) if now - at < 0.6 for b in payload]
        return len(sound) >= _SAMPLES * 5 and holds_tone(sound, hertz)

    def level(self) -> float:
        """Root mean square of the last half second's samples, 0..32124; 0 when nothing came."""
        now = time.monotonic()
        sound = [_SAMPLE_OF[b] for at, payload in tuple(self._heard) if now - at < 0.6 for b in payload]
        return math.sqrt(sum(s * s for s in sound) / len(sound)) if sound else 0.0

    def _live(self) -> None:
        sequence, stamp = random.getrandbits(15), random.getrandbits(31)
        source = random.getrandbits(32)
        key: list[bytes] = []
        key_stamp = 0
        due = time.monotonic()
        while not self._closing.is_set():
            self._listen_until(due)
            self._on_tick()
            due = max(due + PACKET_SECONDS, time.monotonic() - 0.2)
            stamp = (stamp + _SAMPLES) & 0xFFFFFFFF
            if not self._target:
                continue
            if not key and self._keys and self._keys[0][0] <= time.monotonic():
                key, key_stamp = self._keys.popleft()[1], stamp
            kind, payload = (101, key.pop(0)) if key else (0, self._next_sound())
            if kind == 101 and not payload:
                continue
            sequence = (sequence + 1) & 0xFFFF
            header = struct.pack(">BBHII", 0x80, kind, sequence, key_stamp if kind else stamp, source)
            self._socket.sendto(header + payload, self._target)

    def _next_sound(self) -> bytes:
        return self._words.popleft() if self._words else next(self._tone)

    def _listen_until(self, deadline: float) -> None:
        while (left := deadline - time.monotonic()) > 0:
            if select.select([self._socket], [], [], left)[0]:
                self._hear(self._socket.recv(2048))

    def _hear(self, packet: bytes) -> None:
        if len(packet) < 13:
            return
        self.packets += 1
        kind = packet[1] & 0x7F
        if kind == 0:
            self._heard.append((time.monotonic(), packet[12:]))
        elif kind == 101 and (stamp := struct.unpack(">I", packet[4:8])[0]) != self._last_event_at:
            self._last_event_at = stamp
            self.heard_keys.append(_KEYS[packet[12] & 0x0F])


class KeyPresser(_Speaker):
    """Presses keys in many calls from one silent socket, which is the media address of them all.

    `on_tick` is called every 20 ms from the presser's own thread.
    """

    def __init__(self, on_tick: Callable[[], None]) -> None:
        super().__init__(on_tick)
        self._due: list[tuple[float, int, int, bytes]] = []
        self._ordinal = 0

    def press(self, port: int, keys: str, after_seconds: float) -> None:
        """Presses keys one after the other in the call whose far end listens on the port; from `on_tick` only."""
        at = time.monotonic() + after_seconds
        for key in keys:
            stamp = round(at * _RATE) & 0xFFFFFFFF
            for payload in _key_payloads(key):
                at += PACKET_SECONDS
                if payload:
                    self._ordinal += 1
                    header = struct.pack(">BBHII", 0x80, 101, self._ordinal & 0xFFFF, stamp, self.port)
                    heapq.heappush(self._due, (at, self._ordinal, port, header + payload))

    def _live(self) -> None:
        while not self._closing.wait(PACKET_SECONDS):
            self._on_tick()
            while self._due and self._due[0][0] <= time.monotonic():
                _at, _ordinal, port, packet = heapq.heappop(self._due)
                self._socket.sendto(packet, ("127.0.0.1", port))


def _key_payloads(key: str) -> list[bytes]:
    """The packets of one key press of 160 ms, its end three times, and a pause of 100 ms (empty)."""
    event = _KEYS.index(key)
    steps = [min(i, _KEY_PACKETS) for i in range(1, _KEY_PACKETS + _END_PACKETS)]
    going = [struct.pack(">BBH", event, 10, i * _SAMPLES) for i in steps[: _KEY_PACKETS - 1]]
    ends = [struct.pack(">BBH", event, 0x80 | 10, _KEY_PACKETS * _SAMPLES)] * _END_PACKETS
    return [*going, *ends, *([b""] * 5)]


def _hasty_payloads(key: str) -> list[bytes]:
    """A key of which only the end arrives, as from a machine that floods."""
    return [struct.pack(">BBH", _KEYS.index(key), 0x80 | 10, _KEY_PACKETS * _SAMPLES)]
