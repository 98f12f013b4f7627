"""What a capture says: keys by their end packets, sound by its loudness."""

import struct

from bench.pressed_keys import stream
from bench.rtp_capture import EVENT_PAYLOAD, heard

PORTS = range(8000, 8100)
CALLER, SWITCH = 8004, 12_000


def packet(source: int, target: int, rtp: bytes) -> bytes:
    return bytes(20) + struct.pack("!HHHH", source, target, 8 + len(rtp), 0) + rtp


def sound(loudness: int) -> bytes:
    """A packet of G.711 mu-law; 0 is silence, 127 as loud as can be."""
    return bytes(12) + bytes([0xFF - loudness]) * 160


def test_a_key_is_told_by_its_three_end_packets() -> None:
    sent = [(at, packet(CALLER, SWITCH, rtp)) for at, rtp in stream(1, [1.0, 3.0], 5.0)]
    late = [(at + 0.003 * place, one) for place, (at, one) in enumerate(sent)]
    one = heard(sent, PORTS)[CALLER]
    assert [(round(first, 2), round(last, 2)) for first, last in one.keys] == [(1.1, 1.1), (3.1, 3.1)]
    assert one.sounds == []  # what the caller says himself is not what he hears
    assert all(0.005 < last - first < 0.007 for first, last in heard(late, PORTS)[CALLER].keys)


def test_a_caller_sends_a_packet_every_20_ms_and_events_while_his_key_is_down() -> None:
    sent = list(stream(5, [1.0], 2.0))
    events = [rtp for _, rtp in sent if rtp[1] & 0x7F == EVENT_PAYLOAD]
    assert len(sent) == 100 + 2  # the end packet comes three times
    assert [struct.unpack("!BBH", rtp[12:]) for rtp in events][-2:] == [(5, 0x8A, 960)] * 2
    assert len({rtp[4:8] for rtp in events}) == 1  # one event, one time stamp
    assert [struct.unpack_from("!H", rtp, 2)[0] for _, rtp in sent] == list(range(102))


def test_sound_is_what_is_louder_than_a_quiet_room() -> None:
    packets = [(1.0, packet(SWITCH, CALLER, sound(3))), (2.0, packet(SWITCH, CALLER, sound(90)))]
    packets.append((3.0, packet(SWITCH, 9000, sound(90))))  # somebody else's
    assert heard(packets, PORTS)[CALLER].sounds == [2.0]
