"""Many telephones in one SIPp process: behind a trunk, or on agents' desks. The number says what becomes of a call.

    with Lines(asterisk.sip_port, port=asterisk.emergency_port, talk_seconds=3) as lines:
        lead = number(BUSY, 17)                 # +56970017486: its last three digits are what the network says
        ...
        assert lines.invitations() == {lead: 1}

Numbers that are somebody's already end as they happen to: with `ENDINGS` they answer, ring on or are busy by their
last digit.

An agent's phone that answers at once is such a line too: `lines.uri(number(ANSWERS, 1))`, with `ring_seconds` 0.
A machine plays a greeting of real speech, a beep, and then records silence; people say one word and wait.
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import sounds
from ctiserver.app.sipp_process import Sipp, until
from ctiserver.asterisk.g711 import encode_sample, mu_law

ANSWERS, HANGS_UP, MACHINE = "200", "201", "299"
NO_ANSWER, EARLY_MEDIA = "000", "183"
BUSY, CONGESTION, INVALID, REJECTED, CARRIER_480, DISCONNECTED = "486", "503", "404", "603", "480", "410"

_RATE = 8000
_PAUSE_SECONDS = 0.25
_PIECE = _RATE // 50
_LOUD = 0x50
"""Mu-law turned over: smaller is louder; this is some 900 of 32 124."""
_NOBODYS = "x"
_FOREVER_MS = 24 * 3600 * 1000
_REFUSALS = (BUSY, CONGESTION, INVALID, REJECTED, CARRIER_480, DISCONNECTED)
_TOLD_APART = (HANGS_UP, MACHINE, NO_ANSWER, EARLY_MEDIA, *_REFUSALS)

BY_CODE: Mapping[str, str] = {what: what for what in _TOLD_APART}
"""What a number ends with, as a regular expression, by what becomes of it; all others answer."""

ENDINGS: Mapping[str, str] = {NO_ANSWER: "[45]", BUSY: "6", MACHINE: "7", HANGS_UP: "8"}
"""As chance has it: of ten numbers five answer and stay."""
_REFUSED_NUMBER = (
    '      <ereg regexp="INVITE sip:[+0-9]+{ending}@" search_in="msg" assign_to="refused{code}"/>'
)
_REFUSING = '  <nop next="refuse{code}" test="refused{code}"/>'
_REFUSAL = """  <label id="refuse{code}"/>
  <send retrans="500"><![CDATA[
SIP/2.0 {code} No
[last_Via:]
[last_From:]
[last_To:];tag=[pid]line[call_number]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
  <recv request="ACK" next="over"><action><log message="refused [call_id] [$number]"/></action></recv>"""
_SECOND_OF_SILENCE = b"\xff" * _RATE


def number(what: str, n: int) -> str:
    """The n-th number (from 0 to 9999) of those of whom this becomes; n's last digit says how long it rings."""
    return f"+5697{n:04}{what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """What a machine says: 8 kHz files of `sounds/es` one after the other without a pause, and then a beep."""

    files: tuple[str, ...] = ("visit-call", "recording-notice")
    beep_seconds: float = 0.4

    @property
    def seconds(self) -> float:
        """How long it lasts, to the end of the beep."""
        return len(_hurried(_said(*self.files))) / _RATE + _PAUSE_SECONDS + self.beep_seconds

    def mu_law(self) -> bytes:
        """The whole recording: greeting, beep, half a minute of silence."""
        pause = _SECOND_OF_SILENCE[: round(_RATE * _PAUSE_SECONDS)]
        return _hurried(_said(*self.files)) + pause + _tone(1000, self.beep_seconds) + _SECOND_OF_SILENCE * 30


class Lines(Sipp):
    """`port`: where it listens. `ring_seconds`: how long those ring whose number's n ends in 0-2, 3-5, 6-9.

    `endings`: which numbers do what. Who answers stays for `talk_seconds` (None: until told goodbye), who hangs up
    early for `haste_seconds`.
    """

    def __init__(
        self,
        sip_port: int,
        *,
        port: int | None = None,
        ring_seconds: tuple[float, float, float] = (0.2, 0.5, 1.0),
        talk_seconds: float | None = None,
        haste_seconds: float = 0.2,
        record_seconds: float = 20.0,
        hello: str = "clock-5",
        greeting: Greeting = Greeting(),
        endings: Mapping[str, str] = BY_CODE,
    ) -> None:
        self.greeting = greeting
        self._sounds = TemporaryDirectory(prefix="lines-")
        hello_file, machine_file = (Path(self._sounds.name) / name for name in ("hello.ulaw", "machine.ulaw"))
        hello_file.write_bytes(_said(hello) + _SECOND_OF_SILENCE * 30)
        machine_file.write_bytes(greeting.mu_law())
        replace = {
            **{f"RING_{i}_MS": max(1, round(seconds * 1000)) for i, seconds in enumerate(ring_seconds)},
            "TALK_MS": _FOREVER_MS if talk_seconds is None else round(talk_seconds * 1000),
            "HASTE_MS": round(haste_seconds * 1000),
            "RECORD_MS": round(record_seconds * 1000),
            "HELLO": hello_file,
            "MACHINE": machine_file,
            "NO_ANSWER_NUMBER": endings.get(NO_ANSWER, _NOBODYS),
            "EARLY_MEDIA_NUMBER": endings.get(EARLY_MEDIA, _NOBODYS),
            "HASTY_NUMBER": endings.get(HANGS_UP, _NOBODYS),
            "MACHINE_NUMBER": endings.get(MACHINE, _NOBODYS),
            "REFUSED_NUMBERS": _of_each_refusal(_REFUSED_NUMBER, endings),
            "REFUSING": _of_each_refusal(_REFUSING, endings),
            "REFUSALS": _of_each_refusal(_REFUSAL, endings),
        }
        super().__init__(sip_port, "lines.xml", replace, ("-mi", "127.0.0.1"), port=port)

    def uri(self, called: str) -> str:
        """Where a number of these lines can be called."""
        return f"sip:{called}@127.0.0.1:{self.port}"

    def invitations(self) -> Counter[str]:
        """How often each number was called."""
        return Counter(event.detail.split(maxsplit=1)[0] for event in self.told("invited"))

    def caller_header(self, called: str) -> str:
        """The From header of the last call to a number."""
        seen = [event.detail.split(maxsplit=1) for event in self.told("invited")]
        return next(header for to, header in reversed(seen) if to == called)

    def count(self, what: str, called: str) -> int:
        """How often a number "answered", was "cancelled", "refused", "bye_received" or has "hung_up"."""
        return sum(event.detail == called for event in self.told(what))

    def wait(self, what: str, called: str, *, count: int = 1, seconds: float = 15.0) -> None:
        """Returns when this has happened to a number so often."""
        until(lambda: self.count(what, called) >= count, f"{what} {called}", seconds, self.story)

    def close(self) -> None:
        super().close()
        self._sounds.cleanup()


def _of_each_refusal(text: str, endings: Mapping[str, str]) -> str:
    """SIPp wants each answer of a network spelt out."""
    given = [(code, endings[code]) for code in _REFUSALS if code in endings]
    return "\n".join(text.format(code=code, ending=ending) for code, ending in given)


def _said(*files: str) -> bytes:
    folder = Path(sounds.__path__[0]) / "es"
    return b"".join(mu_law(folder / f"{name}.wav") for name in files)


def _hurried(sound: bytes) -> bytes:
    """Without its pauses: what a detector hears of it does not hang on when it begins to listen."""
    pieces = [sound[at : at + _PIECE] for at in range(0, len(sound), _PIECE)]
    return b"".join(piece for piece in pieces if sum(byte & 0x7F < _LOUD for byte in piece) > _PIECE // 3)


def _tone(hertz: int, seconds: float) -> bytes:
    samples = range(round(_RATE * seconds))
    return bytes(encode_sample(round(8000 * math.sin(2 * math.pi * hertz * i / _RATE))) for i in samples)
