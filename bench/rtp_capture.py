"""A capture on the loopback interface: the keys that callers press and the sound that they hear, with their times.

A packet socket with a filter in the kernel (classic BPF) lets through of all UDP only what is needed: telephone events
from the callers' ports (RFC 4733) and everything that goes to them. The kernel stamps each packet when it passes, so
Python may read late; what it lost is counted. It needs the rights of root, as a capture does.
"""

import ctypes
import socket
import struct
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

EVENT_PAYLOAD = 101
QUIETEST_SOUND = 32
"""Of the 127 steps of a mu-law sample: below it there is silence (ITU-T G.711: about -50 dBm0)."""

_ALL_IP, _OUTGOING = 0x0800, 4
_SO_ATTACH_FILTER, _SO_RCVBUFFORCE, _SO_TIMESTAMPNS, _PACKET_STATISTICS = 26, 33, 35, 6
_SOL_PACKET = 263
_SNAP_BYTES, _BUFFER_BYTES = 256, 64 << 20
_IP, _UDP, _RTP = 20, 8, 12
_LOUDNESS = bytes(127 - (byte & 0x7F) for byte in range(256))


@dataclass(slots=True)
class Heard:
    """Times in seconds of one caller: the first and last end packet of each key, and the packets with sound he got."""

    keys: list[tuple[float, float]] = field(default_factory=list)
    sounds: list[float] = field(default_factory=list)


class Capture:
    """Begins when it is made; `close` before `heard`."""

    def __init__(self, first_port: int, last_port: int) -> None:
        self._ports = range(first_port, last_port + 1)
        self._packets: list[tuple[float, bytes]] = []
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ALL_IP))
        self._filter(_program(first_port, last_port))
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER_BYTES)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._socket.bind(("lo", _ALL_IP))
        self._socket.settimeout(0.2)
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def close(self) -> int:
        """Ends it; how many packets were lost because nobody read them in time."""
        self._ends.set()
        self._thread.join()
        _, lost = struct.unpack("II", self._socket.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))
        self._socket.close()
        return int(lost)

    def heard(self) -> dict[int, Heard]:
        """What was captured, by the caller's port."""
        return heard(self._packets, self._ports)

    def _read(self) -> None:
        while not self._ends.is_set():
            with suppress(TimeoutError):
                packet, told, _, _ = self._socket.recvmsg(_SNAP_BYTES, 64)
                seconds, nanoseconds = struct.unpack("qq", told[0][2])
                self._packets.append((seconds + nanoseconds / 1e9, packet))

    def _filter(self, program: Sequence[tuple[int, int, int, int]]) -> None:
        code = b"".join(struct.pack("HBBI", *line) for line in program)
        kept = ctypes.create_string_buffer(code)
        head = struct.pack("HL", len(program), ctypes.addressof(kept))
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, head)


def heard(packets: Sequence[tuple[float, bytes]], ports: range) -> dict[int, Heard]:
    """What these IP packets say, by the caller's port. Pure."""
    found: dict[int, Heard] = {}
    key_of: dict[int, bytes] = {}
    for at, packet in packets:
        source, target = struct.unpack_from("!HH", packet, _IP)
        rtp = packet[_IP + _UDP :]
        if len(rtp) <= _RTP:
            continue
        if source in ports and rtp[1] & 0x7F == EVENT_PAYLOAD:
            if not rtp[_RTP + 1] & 0x80:  # not the end of the event
                continue
            caller, stamp = found.setdefault(source, Heard()), rtp[4:8]
            if key_of.get(source) == stamp:
                caller.keys[-1] = caller.keys[-1][0], at
            else:
                key_of[source] = stamp
                caller.keys.append((at, at))
        elif target in ports and max(rtp[_RTP:].translate(_LOUDNESS)) >= QUIETEST_SOUND:
            found.setdefault(target, Heard()).sounds.append(at)
    return found


def _program(first: int, last: int) -> list[tuple[int, int, int, int]]:
    """(code, jump if true, jump if false, operand); offsets are of an IP packet without options."""
    load_word, load_half, load_byte = 0x20, 0x28, 0x30
    equal, at_least, above, mask, answer = 0x15, 0x35, 0x25, 0x54, 0x06
    packet_type = 0xFFFFF000 + 4
    return [
        (load_word, 0, 0, packet_type),
        (equal, 12, 0, _OUTGOING),  # on loopback each packet passes twice
        (load_byte, 0, 0, 9),
        (equal, 0, 10, socket.IPPROTO_UDP),
        (load_half, 0, 0, _IP + 2),
        (at_least, 0, 1, first),
        (above, 0, 6, last),  # to a caller
        (load_half, 0, 0, _IP),
        (at_least, 0, 5, first),
        (above, 4, 0, last),
        (load_byte, 0, 0, _IP + _UDP + 1),
        (mask, 0, 0, 0x7F),
        (equal, 0, 1, EVENT_PAYLOAD),  # from a caller, a key
        (answer, 0, 0, _SNAP_BYTES),
        (answer, 0, 0, 0),
    ]
