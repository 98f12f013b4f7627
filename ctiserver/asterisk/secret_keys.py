"""Keys that nobody may write down: kept here, in memory, between Asterisk and the journal.

While a leg is listened to secretly its keys do not go on. When there are enough of them, or its end key is pressed,
SecretHeard goes on instead, and whoever has to check the secret takes it by its name, once. Star as the first key and
one lone key before the end are no secret: the caller wants something else, and they go on. A restart forgets
everything; the caller is asked again.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ctiserver.core.commands import ForgetSecret, ListenSecretly
from ctiserver.core.ids import LegId, SecretId
from ctiserver.core.inputs import DigitPressed, LegEnded, LegFailed, SecretBegun, SecretHeard
from ctiserver.core.message import Input

_GIVES_UP = "*"
_KEPT_AT_MOST = 1000
"""Secrets that nobody took: an action that was never run, since its caller had gone."""


@dataclass(slots=True)
class _Listening:
    command: ListenSecretly
    keys: str = ""


class SecretKeys:
    """Invariant: a key of a leg that is listened to is in no input that leaves here."""

    def __init__(self) -> None:
        self._listening: dict[LegId, _Listening] = {}
        self._heard: dict[SecretId, str] = {}

    def listen(self, command: ListenSecretly) -> None:
        """Keep the leg's keys from now on."""
        self._listening[command.leg] = _Listening(command)

    def stop(self, command: ForgetSecret, at: float) -> list[Input]:
        """Forget them; one lone key was none of a secret, and is told."""
        listening = self._listening.get(command.leg)
        if listening is None or listening.command.secret != command.secret:
            return []
        del self._listening[command.leg]
        lone = len(listening.keys) == 1
        return [DigitPressed(at=at, leg=command.leg, pii_digit=listening.keys)] if lone else []

    def take(self, secret: str) -> str | None:
        """The secret's digits, once; None when it was lost."""
        return self._heard.pop(SecretId(secret), None)

    def sifted(self, inputs: Iterable[Input]) -> list[Input]:
        """The inputs without keys that are part of a secret."""
        told: list[Input] = []
        for one in inputs:
            match one:
                case DigitPressed(leg=leg) if leg in self._listening:
                    told += self._key(self._listening[leg], one)
                case LegEnded(leg=leg) | LegFailed(leg=leg):
                    self._listening.pop(leg, None)
                    told.append(one)
                case _:
                    told.append(one)
        return told

    def _key(self, listening: _Listening, pressed: DigitPressed) -> list[Input]:
        command, digit = listening.command, pressed.pii_digit
        if digit == _GIVES_UP and not listening.keys:
            del self._listening[command.leg]
            return [pressed]
        if digit == command.end_key:
            return self._ended(listening, pressed)
        listening.keys += digit
        begun: list[Input] = []
        if len(listening.keys) == 1:
            begun = [SecretBegun(at=pressed.at, secret=command.secret)]
        if len(listening.keys) < command.at_most:
            return begun
        return begun + self._whole(listening, pressed.at)

    def _ended(self, listening: _Listening, pressed: DigitPressed) -> list[Input]:
        keys, listening.keys = listening.keys, ""
        if len(keys) >= listening.command.at_least:
            listening.keys = keys
            return self._whole(listening, pressed.at)
        if len(keys) == 1:
            return [DigitPressed(at=pressed.at, leg=pressed.leg, pii_digit=keys)]
        return []

    def _whole(self, listening: _Listening, at: float) -> list[Input]:
        command = listening.command
        del self._listening[command.leg]
        self._heard[command.secret] = listening.keys
        while len(self._heard) > _KEPT_AT_MOST:
            del self._heard[next(iter(self._heard))]
        return [SecretHeard(at=at, secret=command.secret)]
