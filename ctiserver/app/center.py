"""The engines as one: an entry goes in, what is now so and what shall be done comes out.

Every engine sees the input, then every event that any of them said, in the order said; the ACD first, so that a
caller has his place before the IVR tells him anything; when all of them have seen everything, the dialer settles what
follows for its campaigns. Requests are answered once;
a repeated request gets the answer it got. Pure: the same entries give the same turns, in production, in replay and
in a simulation.
"""

from typing import Any

import msgspec

from acd.router import Acd
from ctiserver.core.errors import Refusal
from ctiserver.core.events import RequestAnswered, SwitchStateChanged
from ctiserver.core.ids import entry_name
from ctiserver.core.inputs import SwitchDown, SwitchUp
from ctiserver.core.message import Event, Input, Message
from ctiserver.core.requests import Request
from ctiserver.core.turn import Engine, Turn
from dialer.engine import Dialer
from ivr.session import Ivr

SWITCH = "a"
"""One Asterisk today; ids already say which."""
_ANSWERS_KEPT_SECONDS = 600.0


class Center:
    """Holds the engines. `prefix` is `<installation>-<switch>`, the beginning of every name."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._ivr, self._acd, self._dialer = Ivr(), Acd(), Dialer()
        self._engines: tuple[Engine, ...] = (self._acd, self._ivr, self._dialer)
        self._answers: dict[str, RequestAnswered] = {}

    def state(self) -> dict[str, Any]:
        """All that a snapshot needs."""
        return {
            "ivr": self._ivr.state(),
            "acd": self._acd.state(),
            "dialer": self._dialer.state(),
            "answers": [msgspec.to_builtins(answer) for answer in self._answers.values()],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Become the center that gave `state`."""
        self._ivr.restore(state["ivr"])
        self._acd.restore(state["acd"])
        if "dialer" in state:  # a snapshot of before there was one has no lead under way
            self._dialer.restore(state["dialer"])
        answers = msgspec.convert(state["answers"], list[RequestAnswered])
        self._answers = {answer.request_id: answer for answer in answers}

    def handle(self, epoch: int, seq: int, message: Input) -> Turn:
        """Decide one entry. An engine's own fault ends up in `turn.faults`, so that other calls go on."""
        turn = Turn(name=entry_name(self._prefix, epoch, seq), at=message.at)
        if isinstance(message, Request):
            self._answer(message, turn)
        else:
            self._tell(message, turn)
        return turn

    def _answer(self, request: Request, turn: Turn) -> None:
        self._forget_old_answers(turn.at)
        known = self._answers.get(request.request_id)
        if known:
            turn.say(known)
            return
        try:
            self._tell(request, turn)
            answer = _answered(request, turn)
        except Refusal as refusal:
            answer = RequestAnswered(
                at=turn.at,
                request_id=request.request_id,
                error_id=refusal.error_id,
                message=str(refusal),
            )
        self._answers[request.request_id] = answer
        turn.say(answer)

    def _forget_old_answers(self, now: float) -> None:
        while self._answers:
            oldest = next(iter(self._answers.values()))
            if now - oldest.at < _ANSWERS_KEPT_SECONDS:
                return
            del self._answers[oldest.request_id]

    def _tell(self, message: Input, turn: Turn) -> None:
        if isinstance(message, SwitchUp | SwitchDown):
            turn.say(SwitchStateChanged(at=turn.at, up=isinstance(message, SwitchUp)))
        self._engines_handle(message, turn)
        done = 0
        while done < len(turn.said) or self._settled(turn):
            said = turn.said[done]
            done += 1
            if isinstance(said, Event):
                self._engines_handle(said, turn)

    def _settled(self, turn: Turn) -> bool:
        """All is told: let the dialer decide, which looks at everything at once; whether there is more to tell."""
        said = len(turn.said)
        try:
            self._dialer.settle(turn)
        except Exception as fault:
            turn.faults.append(fault)
        return len(turn.said) > said

    def _engines_handle(self, message: Message, turn: Turn) -> None:
        for engine in self._engines:
            try:
                engine.handle(message, turn)
            except Refusal:
                raise
            except Exception as fault:
                turn.faults.append(fault)


def _answered(request: Request, turn: Turn) -> RequestAnswered:
    if not turn.faults:
        return RequestAnswered(at=turn.at, request_id=request.request_id)
    return RequestAnswered(
        at=turn.at,
        request_id=request.request_id,
        error_id="fault",
        message="a fault of the server kept this from being done whole; look at what is so, then ask again",
    )
