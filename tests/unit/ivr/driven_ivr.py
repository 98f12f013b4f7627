"""An IVR with the company's tables and one caller, driven by hand: what each input makes it say."""

from typing import Any

from company import configured

from ctiserver.core.commands import Play
from ctiserver.core.events import ContactConnected, ContactQueued, NodeEntered, OfferAccepted, TalkEnded
from ctiserver.core.inputs import (
    CallArrived,
    DigitPressed,
    LegAnswered,
    LegEnded,
    LookedUp,
    LookUpFailed,
    PromptEnded,
    TimerFired,
)
from ctiserver.core.message import Message
from ctiserver.core.turn import Turn
from ivr.session import Ivr

LEG: Any = "leg"
CONTACT: Any = "t2"
LOOK_UP: Any = "t2-1"


class Driven:
    """The caller is in the greeting unless `answered` is False; each method gives all that was said."""

    def __init__(self, *, answered: bool = True, number: str = "+56221234567", **changes: Any) -> None:
        self.ivr, self.turns = Ivr(), 0
        self.say(configured(**changes))
        self.arrival = self.say(CallArrived(at=1.0, leg=LEG, did="600", pii_number=number))
        if answered:
            self.answered = self.say(LegAnswered(at=2.0, leg=LEG))

    def say(self, message: Message) -> list[Message]:
        self.turns += 1
        turn = Turn(name=f"t{self.turns}", at=getattr(message, "at", 0.0))
        self.ivr.handle(message, turn)
        for said in tuple(turn.said):
            if isinstance(said, ContactQueued):  # the IVR goes on when the ACD has taken the contact
                self.ivr.handle(said, turn)
        return turn.said

    @property
    def session(self) -> Any:
        return self.ivr.desk.sessions[CONTACT]

    def press(self, keys: str, at: float = 5.0) -> list[Message]:
        return [said for key in keys for said in self.say(DigitPressed(at=at, leg=LEG, pii_digit=key))]

    def heard(self, at: float = 4.0, *, failed: bool = False) -> list[Message]:
        """What is being said now is over."""
        return self.say(PromptEnded(at=at, playback=self.session.playback, failed=failed))

    def silence(self, at: float = 9.0) -> list[Message]:
        return self.say(TimerFired(at=at, timer=f"ivr:key:{CONTACT}", due_at=at))  # type: ignore[arg-type]

    def hang_up(self, at: float = 60.0, by: Any = "caller") -> list[Message]:
        return self.say(LegEnded(at=at, leg=LEG, by=by, q850=16))

    def looked_up(self, *candidates: Any, at: float = 1.5) -> list[Message]:
        return self.say(LookedUp(at=at, look_up=LOOK_UP, candidates=candidates))

    def look_up_fails(self, reason: Any, at: float = 1.8) -> list[Message]:
        return self.say(LookUpFailed(at=at, look_up=LOOK_UP, reason=reason))

    def is_accepted(self, at: float = 20.0) -> list[Message]:
        return self.say(OfferAccepted(at=at, contact=CONTACT, agent="ann"))  # type: ignore[arg-type]

    def talks(self, at: float = 20.0) -> None:
        """From the menu to a talk, as the ACD would tell it."""
        self.press("0")
        self.is_accepted(at)
        self.say(
            ContactConnected(
                at=at,
                contact=CONTACT,
                agent="ann",  # type: ignore[arg-type]
                queue="service",  # type: ignore[arg-type]
                segment=1,
                leg="a",  # type: ignore[arg-type]
            )
        )

    def agent_leaves(self, at: float = 50.0, *, caller_stays: bool = True) -> list[Message]:
        return self.say(
            TalkEnded(
                at=at,
                contact=CONTACT,
                agent="ann",  # type: ignore[arg-type]
                segment=1,
                by="agent",
                caller_stays=caller_stays,
            )
        )


def nodes(said: list[Message]) -> list[str]:
    """The nodes reached, in order."""
    return [message.node for message in said if isinstance(message, NodeEntered)]


def plays(said: list[Message]) -> list[tuple[str, ...]]:
    """What the caller hears, in order."""
    return [message.says for message in said if isinstance(message, Play)]
