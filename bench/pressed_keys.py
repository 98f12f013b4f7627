"""What a caller sends: a stream of G.711 with keys in it, as a file that SIPp plays (`play_pcap_audio`).

A packet every 20 ms; while a key is down its packets are telephone events (RFC 4733) with a growing duration in place
of the sound, and at its end comes the end packet three times. The sound is that of a quiet room: a telephone sends it
all the time.
"""

import random
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.rtp_capture import EVENT_PAYLOAD

_PACKET_SECONDS, _SAMPLES = 0.02, 160
_KEY_PACKETS = 6
_ENDS = 3
_VOLUME = 10
_ETHERNET = bytes(12) + b"\x08\x00"
_PCAP = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)


def write_keys(file: Path, key: int, pressed_at: Sequence[float], seconds: float) -> None:
    """A caller who is there so long and presses the key at these seconds of his call."""
    with file.open("wb") as out:
        out.write(_PCAP)
        for at, rtp in stream(key, pressed_at, seconds):
            packet = _ETHERNET + _ip(rtp)
            out.write(struct.pack("<IIII", int(at), round(at % 1 * 1e6), len(packet), len(packet)) + packet)


def stream(key: int, pressed_at: Sequence[float], seconds: float) -> Iterator[tuple[float, bytes]]:
    """The RTP packets with their seconds from the beginning of the call."""
    room = random.Random(1)  # the same room in every call
    begins = {round(at / _PACKET_SECONDS) for at in pressed_at}
    began, sequence = -_KEY_PACKETS, 0
    for tick in range(round(seconds / _PACKET_SECONDS)):
        if tick in begins:
            began = tick
        down = tick - began
        at = tick * _PACKET_SECONDS
        if down < _KEY_PACKETS:
            last = down == _KEY_PACKETS - 1
            body = struct.pack("!BBH", key, (0x80 if last else 0) | _VOLUME, (down + 1) * _SAMPLES)
            for _ in range(_ENDS if last else 1):
                yield at, _rtp(EVENT_PAYLOAD, down == 0, sequence, began * _SAMPLES) + body
                sequence += 1
        else:
            sound = bytes(0xFF - room.randrange(4) - 0x80 * room.randrange(2) for _ in range(_SAMPLES))
            yield at, _rtp(0, tick == 0, sequence, tick * _SAMPLES) + sound
            sequence += 1


def _rtp(payload: int, marked: bool, sequence: int, stamp: int) -> bytes:
    head = (0x80, payload | (0x80 if marked else 0), sequence & 0xFFFF, stamp & 0xFFFFFFFF, 0x5EED)
    return struct.pack("!BBHII", *head)


def _ip(rtp: bytes) -> bytes:
    """SIPp puts addresses, ports and checksums of its own."""
    udp = struct.pack("!HHHH", 10_000, 10_000, 8 + len(rtp), 0) + rtp
    return (
        struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, b"\x7f\0\0\1", b"\x7f\0\0\1")
        + udp
    )
