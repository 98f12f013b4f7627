"""One caller in one turn: what a node of a flow may do with him."""

from dataclasses import dataclass

from ctiserver.core.commands import Listen, RunAction, StopListening
from ctiserver.core.events import ValueCollected
from ctiserver.core.ids import ActionId, ListeningId
from ctiserver.core.message import Message
from ctiserver.core.turn import Turn
from ivr import speak
from ivr.announcing import news
from ivr.desk import Desk
from ivr.session_state import Session
from ivr.variables import filled, spoken, value_of


@dataclass(frozen=True, slots=True)
class Caller:
    """A node changes nothing but through this."""

    desk: Desk
    session: Session
    turn: Turn

    def hear(self, says: tuple[str, ...]) -> None:
        """Let him hear prompts, in place of what is being said, behind what is announced to everybody."""
        told = news(self.desk, self.session, self.turn)
        speak.play(self.desk, self.session, told + spoken(says, self.session, self.turn.at), self.turn)

    def hear_if_any(self, says: tuple[str, ...]) -> None:
        """As `hear`, but nothing where there is nothing to say."""
        told = news(self.desk, self.session, self.turn)
        if told or says:
            said = spoken(says, self.session, self.turn.at) if says else ()
            speak.play(self.desk, self.session, told + said, self.turn)

    def hush(self) -> None:
        """Stop what is being said."""
        speak.hush(self.desk, self.session, self.turn)

    def wait(self, seconds: float) -> None:
        """Let the node hear of silence after this long without a key."""
        speak.wait_for_key(self.session, seconds, self.turn)

    def stop_waiting(self) -> None:
        """He pressed a key, or does something else now."""
        speak.stop_waiting(self.session, self.turn)

    def recognise(self, phrases: tuple[str, ...], seconds: float) -> None:
        """Have the node hear which of the phrases he says."""
        session = self.session
        session.listening = ListeningId(self.turn.new_id())
        self.desk.listenings[session.listening] = session.contact
        self.tell(
            Listen(
                listening=session.listening,
                leg=session.leg,
                language=session.language,
                phrases=phrases,
                seconds=seconds,
            )
        )

    def stop_recognising(self) -> None:
        """What he says counts no more."""
        if self.session.listening is not None:
            self.desk.listenings.pop(self.session.listening, None)
            self.tell(StopListening(listening=self.session.listening))
            self.session.listening = None

    def tell(self, *messages: Message) -> None:
        """Say that something is so, or shall be done."""
        self.turn.say(*messages)

    def value(self, name: str) -> str:
        """The value of a variable; "" where there is none."""
        return value_of(self.session, name)

    def keep(self, values: dict[str, str]) -> None:
        """Remember what was found out; nobody is told."""
        self.session.values |= values

    def collect(self, key: str, value: str, label: dict[str, str] | None = None, say_as: str = "") -> None:
        """Remember what he told us, for the agent's screen and the record too."""
        self.session.values[key] = value
        self.tell(
            ValueCollected(
                at=self.turn.at,
                contact=self.session.contact,
                key=key,
                value=value,
                label=label or {},
                say_as=say_as,
            )
        )

    def run(self, name: str, arguments: dict[str, str], deadline_seconds: float) -> None:
        """Have an action done; its answer comes to the node that he is at."""
        session = self.session
        session.action = ActionId(self.turn.new_id())
        self.desk.actions[session.action] = session.contact
        self.tell(
            RunAction(
                action=session.action,
                name=name,
                arguments={key: filled(value, session) for key, value in arguments.items()},
                account_id=session.account_id,
                contact=session.contact,
                deadline_seconds=deadline_seconds,
                customer_id=session.customer_id,
            )
        )
