"""Callers and agents' phones: SIPp signals, `RtpParty` speaks and listens.

    with Caller(asterisk.sip_port, did="+56221234567", number="+56911111111", keys=[(2.0, "1")]) as call:
        call.wait_answered()
        assert call.audio.hears(440)
        call.hang_up()
        call.wait_ended()

A `Phone` takes calls until its block ends: it rings, answers, rejects or never answers, on its own or when
told (`answer()`). Both leave no process behind, and keep SIPp's errors and messages for a failed assertion.
"""

import socket
from collections.abc import Iterable, Mapping
from typing import Self

from ctiserver.app.rtp_party import KeyPresser, RtpParty
from ctiserver.app.sipp_process import Sipp, SippEvent, free_udp_port, until

__all__ = ["Caller", "CallerStream", "Phone", "Sipp", "SippEvent", "SpeakingSipp", "free_udp_port", "until"]

_REFUSALS = (400, 401, 403, 404, 408, 480, 481, 486, 487, 488, 500, 503, 600, 603)
_REFUSED = (
    '  <recv response="{code}" optional="true" next="8"><action>'
    '<ereg regexp="[0-9][0-9][0-9]" search_in="msg" check_it="true" assign_to="code"/></action></recv>'
)
_ENDS = ("bye_received", "hung_up", "cancelled", "rejected", "refused")
_FOREVER_MS = 24 * 3600 * 1000


class SpeakingSipp(Sipp):
    """A party whose audio follows its calls: it speaks from each answer to the end of that call."""

    def __init__(
        self,
        sip_port: int,
        scenario: str,
        replace: Mapping[str, object],
        options: Iterable[str],
        *,
        tone_hertz: int,
        keys: Iterable[tuple[float, str]],
        port: int | None = None,
    ) -> None:
        self.audio = RtpParty(tone_hertz, self._follow)
        self._keys = tuple(keys)
        self._followed = 0
        super().__init__(sip_port, scenario, {**replace, "MEDIA_PORT": self.audio.port}, options, port=port)
        self.audio.start()

    @property
    def call_id(self) -> str:
        """Call-ID of the latest call."""
        return self.events()[-1].call_id

    @property
    def talking(self) -> bool:
        """Whether the latest call is answered and has not ended."""
        events = self.events()
        return bool(events) and events[-1].what == "answered"

    def wait_answered(self, *, count: int = 1, seconds: float = 15.0) -> Self:
        """Returns when the (count-th) call is answered."""
        self.wait_for("answered", count=count, seconds=seconds)
        return self

    def wait_ended(self, *, count: int = 1, seconds: float = 15.0) -> str:
        """How the (count-th) call ended: "bye_received", "hung_up", "cancelled", "rejected", "refused"."""
        until(lambda: len(self._ends()) >= count, "the end of the call", seconds, self.story)
        return self._ends()[count - 1].what

    def press(self, keys: str) -> None:
        """Presses keys now."""
        self.audio.press(keys)

    def hang_up(self) -> None:
        """Says goodbye (a caller who has no answer yet cancels). Returns when the other side has agreed."""
        ended = len(self._ends())
        self.tell(self.call_id)
        self.wait_ended(count=ended + 1)

    def close(self) -> None:
        super().close()
        self.audio.close()

    def _ends(self) -> list[SippEvent]:
        return [event for event in self.events() if event.what in _ENDS]

    def _follow(self) -> None:
        """Runs every 20 ms in the audio's thread."""
        for event in self.events()[self._followed :]:
            self._followed += 1
            if event.what == "answered":
                self.audio.speak_to(int(event.detail))
                for after_seconds, keys in self._keys:
                    self.audio.press(keys, after_seconds)
            elif event.what in _ENDS:
                self.audio.speak_to(None)


class Caller(SpeakingSipp):
    """One call from outside; its number may be anything (anonymous, malformed, very long).

    `keys`: (seconds after the answer, keys) pairs. `tone_hertz`: the caller's own sound, 0 is silence.
    `talk_seconds`: then hangs up; None stays until told or hung up on.
    """

    def __init__(
        self,
        sip_port: int,
        *,
        did: str,
        number: str = "+56911111111",
        from_header: str | None = None,
        keys: Iterable[tuple[float, str]] = (),
        tone_hertz: int = 0,
        talk_seconds: float | None = None,
        answer_seconds: float = 30.0,
        port: int | None = None,
    ) -> None:
        replace = _caller_values(
            did=did,
            from_header=from_header or f"<sip:{number}@127.0.0.1>",
            talk_seconds=talk_seconds,
            answer_seconds=answer_seconds,
        )
        super().__init__(
            sip_port, "caller.xml", replace, ("-m", "1"), port=port, tone_hertz=tone_hertz, keys=keys
        )

    @property
    def refusal_code(self) -> int | None:
        """The SIP code with which the call was refused, or None."""
        refused = self.told("refused")
        return int(refused[0].detail) if refused else None


class CallerStream(Sipp):
    """Many calls from outside at a steady rate, each with a number of its own; nobody listens to them.

    Number n (from 1) calls as `number_prefix` + n. `keys`: (seconds after the answer, keys) of every call.
    """

    def __init__(
        self,
        sip_port: int,
        *,
        did: str,
        count: int,
        calls_per_second: float,
        talk_seconds: float | None,
        number_prefix: str = "+5692",
        keys: Iterable[tuple[float, str]] = (),
        answer_seconds: float = 30.0,
    ) -> None:
        replace = _caller_values(
            did=did,
            from_header=f"<sip:{number_prefix}[call_number]@127.0.0.1>",
            talk_seconds=talk_seconds,
            answer_seconds=answer_seconds,
        )
        rate = ("-r", str(max(1, round(calls_per_second * 10))), "-rp", "10000", "-l", str(count))
        self._keys = tuple(keys)
        self._followed = 0
        self._presser = KeyPresser(self._follow)
        super().__init__(
            sip_port, "caller.xml", {**replace, "MEDIA_PORT": self._presser.port}, ("-m", str(count), *rate)
        )
        self._presser.start()

    def close(self) -> None:
        super().close()
        self._presser.close()

    def _follow(self) -> None:
        """Runs every 20 ms in the presser's thread."""
        fresh = self.events()[self._followed :]
        self._followed += len(fresh)
        for event in fresh:
            if event.what == "answered":
                for after_seconds, keys in self._keys:
                    self._presser.press(int(event.detail), keys, after_seconds)


class Phone(SpeakingSipp):
    """A phone that takes calls, one at a time, until its block ends.

    `ring_seconds`: rings so long and then answers, or rejects with `reject_code`; None: rings until
    `answer()` is called. `talk_seconds`: then hangs up; None stays until told or hung up on. `scenario`: what it does
    otherwise, as of `Sipp`.
    """

    def __init__(
        self,
        sip_port: int,
        *,
        ring_seconds: float | None = 0.2,
        reject_code: int | None = None,
        talk_seconds: float | None = None,
        tone_hertz: int = 0,
        keys: Iterable[tuple[float, str]] = (),
        port: int | None = None,
        scenario: str = "phone.xml",
    ) -> None:
        self._sip_port = sip_port
        replace = {
            "RING_MS": max(1, _milliseconds(ring_seconds)),
            "THEN": 6 if reject_code else 1,
            "REJECT_CODE": reject_code or 486,
            "TALK_MS": _milliseconds(talk_seconds),
        }
        super().__init__(sip_port, scenario, replace, (), tone_hertz=tone_hertz, keys=keys, port=port)
        until(lambda: _bound(self.port) or not self.running, "the phone's port", 5, self.story)

    @property
    def uri(self) -> str:
        """Where it can be called."""
        return f"sip:phone@127.0.0.1:{self.port}"

    def wait_ringing(self, *, count: int = 1, seconds: float = 15.0) -> SippEvent:
        """The invitation of the (count-th) call; its detail is the From header."""
        return self.wait_for("invited", count=count, seconds=seconds)

    def answer(self) -> None:
        """Picks up. Returns when the other side knows."""
        answered = len(self.told("answered"))
        self.tell(self.call_id)
        self.wait_answered(count=answered + 1)

    def register(self, user: str, password: str) -> None:
        """Registers as the user with digest authentication; the registration says where the phone is."""
        replace = {"USER": user, "PASSWORD": password, "PHONE_PORT": self.port}
        with Sipp(self._sip_port, "register.xml", replace, ("-m", "1")) as registration:
            assert registration.wait_end() == 0, registration.story() + registration.messages()


def _caller_values(
    *, did: str, from_header: str, talk_seconds: float | None, answer_seconds: float
) -> dict[str, object]:
    return {
        "DID": did,
        "FROM": from_header,
        "TALK_MS": _milliseconds(talk_seconds),
        "ANSWER_MS": _milliseconds(answer_seconds),
        "REFUSALS": "\n".join(_REFUSED.format(code=code) for code in _REFUSALS),
    }


def _milliseconds(seconds: float | None) -> int:
    return _FOREVER_MS if seconds is None else round(seconds * 1000)


def _bound(port: int) -> bool:
    """Whether somebody listens on a UDP port of loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
        return False
