"""An ACD with the company's tables, driven by hand: what each input makes it say."""

from typing import Any

from company import AVAILABLE, configured

from acd.lease import LOOK
from acd.router import Acd
from ctiserver.core.events import ContactQueued, DecisionMade, Event
from ctiserver.core.inputs import LegAnswered, LegEnded, LegFailed, LegJoined, LegRinging, TimerFired
from ctiserver.core.message import Message
from ctiserver.core.requests import Dispose, SetStatus, Status
from ctiserver.core.turn import Turn


class Driven:
    """`say` hands the engine one message and gives all that it said, in order."""

    def __init__(self, *available: str, **changes: Any) -> None:
        self.acd, self.turns = Acd(), 0
        self.say(configured(**changes))
        for agent in available:
            self.status(agent, AVAILABLE)

    def say(self, message: Message, at: float | None = None) -> list[Message]:
        """Events that the ACD itself listens to are not handed back: the Center does that.

        Left out is when the engine looks at its agents again (`lease`), which goes with everything.
        """
        self.turns += 1
        turn = Turn(name=f"t{self.turns}", at=getattr(message, "at", 0.0) if at is None else at)
        self.acd.handle(message, turn)
        return [it for it in turn.said if getattr(it, "timer", "") != LOOK]

    def status(self, agent: Any, status: Status, at: float = 0.0, reason: str = "") -> list[Message]:
        return self.say(
            SetStatus(at=at, request_id="r", by=agent, agent=agent, status=status, reason=reason or "lunch")
        )

    def queue(
        self, contact: Any, at: float = 10.0, queue: Any = "service", value_class: str = "C"
    ) -> list[Message]:
        return self.say(
            ContactQueued(
                at=at,
                contact=contact,
                account_id=1,
                leg=f"leg-{contact}",  # type: ignore[arg-type]
                queue=queue,
                value_class=value_class,
                language="es",
                pii_number="+56221234567",
                pii_name="Rosa",
            )
        )

    def contact(self, key: Any) -> Any:
        return self.acd.floor.ledger.contacts[key]

    def agent(self, key: Any) -> Any:
        return self.acd.floor.ledger.agents[key]

    def agent_leg(self, contact: Any) -> Any:
        return self.contact(contact).agent_leg

    def rings(self, contact: Any, at: float = 12.0) -> list[Message]:
        return self.say(LegRinging(at=at, leg=self.agent_leg(contact)))

    def answers(self, contact: Any, at: float = 14.0) -> list[Message]:
        return self.say(LegAnswered(at=at, leg=self.agent_leg(contact)))

    def joins(self, contact: Any, at: float = 15.0) -> list[Message]:
        """Both legs are in the conversation; what the second one brings about."""
        it = self.contact(contact)
        assert self.say(LegJoined(at=at, leg=it.leg, conversation=it.talk)) == []
        return self.say(LegJoined(at=at, leg=it.agent_leg, conversation=it.talk))

    def talks(self, contact: Any, at: float = 14.0) -> None:
        self.answers(contact, at)
        self.joins(contact, at)

    def caller_hangs_up(self, contact: Any, at: float = 60.0) -> list[Message]:
        return self.say(LegEnded(at=at, leg=self.contact(contact).leg, by="caller", q850=16))

    def agent_hangs_up(self, contact: Any, at: float = 60.0) -> list[Message]:
        return self.say(LegEnded(at=at, leg=self.agent_leg(contact), by="agent"))

    def phone_fails(self, contact: Any, reason: Any, at: float = 13.0) -> list[Message]:
        return self.say(LegFailed(at=at, leg=self.agent_leg(contact), reason=reason))

    def fires(self, timer: str, at: float) -> list[Message]:
        return self.say(TimerFired(at=at, timer=timer, due_at=at))  # type: ignore[arg-type]

    def dispose(
        self, agent: Any, contact: Any, code: str = "solved", at: float = 70.0, note: str = ""
    ) -> list[Message]:
        return self.say(
            Dispose(at=at, request_id="r", by=agent, agent=agent, contact=contact, code=code, pii_note=note)
        )


def names(said: list[Message]) -> list[str]:
    """What was said, by class, without the details."""
    return [type(message).__name__ for message in said]


def only(said: list[Message], kind: type[Event]) -> list[Any]:
    """The messages of one class."""
    return [message for message in said if isinstance(message, kind)]


def offered(said: list[Message]) -> list[tuple[str, str, str]]:
    """Who was offered to whom, and by which rule."""
    return [(it.contact, it.agent, it.rule) for it in only(said, DecisionMade)]
