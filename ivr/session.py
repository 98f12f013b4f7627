"""The IVR: answers, greets, finds out who calls and what for, and hands the caller to a queue.

It keeps a session for each caller until the caller is gone. While the ACD has the contact it only speaks for it
(the place in line) and listens for the emergency key; when the agent leaves first it takes the caller back.
"""

from typing import Any

import msgspec

from ctiserver.core.commands import Arrange, DropLeg
from ctiserver.core.events import (
    AbuseReported,
    CallbackAsked,
    CallbackReached,
    CallOutReached,
    ContactAnswered,
    ContactConnected,
    ContactDeflected,
    ContactEnded,
    ContactEvent,
    ContactMoved,
    ContactOverflowed,
    ContactQueued,
    ContactRequeued,
    LeadAbandoned,
    LeadReached,
    OfferAccepted,
    PartyLeft,
    PlaceTold,
    RecordingStarted,
    TalkEnded,
    TransferredToFlow,
    Where,
)
from ctiserver.core.ids import ContactId, TimerId
from ctiserver.core.inputs import (
    ActionDone,
    ActionFailed,
    CallArrived,
    CallMissed,
    ConfigurationApplied,
    DigitPressed,
    LegAnswered,
    LegEnded,
    LegFailed,
    LegSilent,
    LegSpoke,
    LookedUp,
    LookUpFailed,
    PromptEnded,
    RecordingFailed,
    RecordingStored,
    SecretBegun,
    SecretHeard,
    SpeechHeard,
    SpeechMissed,
    TimerFired,
)
from ctiserver.core.message import Message
from ctiserver.core.turn import Turn
from ivr import (
    arrival,
    deflection,
    invitation,
    messages_left,
    notice,
    outbound,
    passed_on,
    questions,
    results,
    telling,
    waiting_choices,
    waiting_message,
    walk,
)
from ivr.desk import Desk
from ivr.session_state import Phase, Session
from ivr.speak import hush, light_fuse, say_goodbye, stop_waiting

ABUSE_GOODBYE = ("abuse-goodbye",)
_WHERE: dict[Phase, Where] = {
    Phase.ARRIVING: "ivr",
    Phase.FLOW: "ivr",
    Phase.INVITED: "ivr",
    Phase.SURVEY: "survey",
    Phase.LEAVING: "goodbye",
    Phase.MESSAGE: "ivr",
}


class Ivr:
    """The engine; its state is the desk."""

    def __init__(self) -> None:
        self.desk = Desk()

    def state(self) -> Any:
        return msgspec.to_builtins(self.desk)

    def restore(self, state: Any) -> None:
        self.desk = msgspec.convert(state, Desk)

    def handle(self, message: Message, turn: Turn) -> None:
        match message:
            case LeadReached():
                outbound.begin(self.desk, message, turn)
            case DigitPressed() | PromptEnded() | RecordingStored() | RecordingFailed():
                self._heard(message, turn)
            case LegAnswered() | LegEnded() | LegFailed():
                self._leg(message, turn)
            case TimerFired(timer=timer):
                self._timer(timer, turn)
            case CallbackReached() | CallOutReached():
                outbound.reached(self.desk, message, turn)
            case TransferredToFlow():
                passed_on.to_flow(self.desk, message, turn)
            case CallbackAsked():
                waiting_choices.granted(self.desk, message, turn)
            case ContactEvent():
                self._followed(message, turn)
            case ConfigurationApplied(tables=tables):
                self.desk.apply(tables)
            case _:
                self._came_in(message, turn)
                self._came_back(message, turn)

    def _came_in(self, message: Message, turn: Turn) -> None:
        match message:
            case CallArrived():
                arrival.arrive(self.desk, message, turn)
            case LookedUp() | LookUpFailed():
                arrival.looked_up(self.desk, message, turn)
            case CallMissed():
                arrival.missed(self.desk, message, turn)
            case LeadAbandoned():
                outbound.abandoned(self.desk, message, turn)

    def _came_back(self, message: Message, turn: Turn) -> None:
        match message:
            case ActionDone() | ActionFailed():
                results.acted(self.desk, message, turn)
            case SecretBegun() | SecretHeard():
                results.secret(self.desk, message, turn)
            case SpeechHeard() | SpeechMissed():
                results.spoken(self.desk, message, turn)
            case LegSpoke():
                results.spoke(self.desk, message, turn)
            case LegSilent():
                results.quiet(self.desk, message, turn)

    def _leg(self, message: LegAnswered | LegEnded | LegFailed, turn: Turn) -> None:
        session = self.desk.of_leg(message.leg)
        if session is None:
            return
        if not isinstance(message, LegAnswered):
            self._gone(session, message, turn)
        elif session.phase is Phase.ARRIVING:
            session.phase = Phase.FLOW
            turn.say(ContactAnswered(at=turn.at, contact=session.contact))
            number = self.desk.number(session.did)
            walk.begin(self.desk, session, turn, emergency=number is not None and number.emergency)

    def _gone(self, session: Session, message: LegEnded | LegFailed, turn: Turn) -> None:
        stop_waiting(session, turn)
        if session.phase is Phase.SURVEY and session.action is None:  # else he has declined
            questions.ended(session, turn, complete=False)
        if session.phase is Phase.MESSAGE:
            waiting_message.gone(self.desk, session, turn)
        if session.phase in _WHERE:
            by = message.by if isinstance(message, LegEnded) else "switch"
            turn.say(
                Arrange(contact=session.contact),
                ContactEnded(
                    at=turn.at,
                    contact=session.contact,
                    where=_WHERE[session.phase],
                    by=by,
                    q850=message.q850,
                ),
            )
        self.desk.close(session)

    def _heard(
        self, message: DigitPressed | PromptEnded | RecordingStored | RecordingFailed, turn: Turn
    ) -> None:
        match message:
            case DigitPressed():
                self._digit(message, turn)
            case PromptEnded():
                self._prompt_over(message, turn)
            case _:
                questions.recorded(self.desk, message, turn)
                results.recorded(self.desk, message, turn)
                messages_left.recorded(self.desk, message, turn)

    def _digit(self, message: DigitPressed, turn: Turn) -> None:
        session = self.desk.of_leg(message.leg)
        if session is None:
            return
        match session.phase:
            case Phase.FLOW:
                walk.pressed(self.desk, session, message.pii_digit, turn)
            case Phase.INVITED:
                walk.invited(self.desk, session, message.pii_digit, turn)
            case Phase.WAITING:
                walk.pressed_while_waiting(self.desk, session, message.pii_digit, turn)
            case Phase.MESSAGE:
                waiting_message.pressed(self.desk, session, message.pii_digit, turn)
            case Phase.SURVEY:
                questions.pressed(self.desk, session, message.pii_digit, turn)
            case _:
                pass

    def _prompt_over(self, message: PromptEnded, turn: Turn) -> None:
        session = self.desk.of_playback(message.playback)
        if session is None:
            return
        session.playback = None
        notice.said(session)
        match session.phase:
            case Phase.FLOW:
                walk.prompt_over(self.desk, session, turn)
            case Phase.INVITED:
                invitation.said(session, turn)
            case Phase.WAITING if session.notice == "due":
                notice.say(self.desk, session, turn)
            case Phase.WAITING if session.step:
                waiting_choices.said(self.desk, session, turn)
            case Phase.WAITING if session.place is not None:
                telling.say(self.desk, session, turn)
            case Phase.MESSAGE:
                waiting_message.said(self.desk, session, turn)
            case Phase.SURVEY:
                questions.prompt_over(self.desk, session, turn)
            case Phase.LEAVING:
                turn.say(DropLeg(leg=session.leg))
            case _:
                pass

    def _timer(self, timer: TimerId, turn: Turn) -> None:
        if not timer.startswith("ivr:key:"):
            return
        session = self.desk.sessions.get(ContactId(timer.removeprefix("ivr:key:")))
        if session is None:
            return
        in_flow = session.phase is Phase.FLOW
        if session.playback and not (in_flow and walk.speaks_in_time(self.desk, session)):
            return  # while something is said nobody waits for a key: the timer is a late one
        if in_flow:
            walk.silent(self.desk, session, turn)
        elif session.phase is Phase.INVITED:
            walk.invited(self.desk, session, "", turn)
        elif session.phase is Phase.WAITING:
            waiting_choices.silent(self.desk, session, turn)
        elif session.phase is Phase.MESSAGE:
            waiting_message.silent(self.desk, session, turn)
        elif session.phase is Phase.SURVEY:
            questions.silent(self.desk, session, turn)

    def _followed(self, message: ContactEvent, turn: Turn) -> None:
        """What the ACD does with a contact of ours."""
        session = self.desk.sessions.get(message.contact)
        if session is None:
            return
        match message:
            case ContactQueued():
                walk.queued(self.desk, session, turn)
                notice.queued(self.desk, session, turn)
            case PlaceTold() | ContactDeflected() | ContactOverflowed() | ContactMoved():
                self._while_waiting(session, message, turn)
            case OfferAccepted():
                session.phase, session.place, session.wait = Phase.TALKING, None, None
                session.deflected = False
                waiting_choices.leave(session, turn)
                hush(self.desk, session, turn)
                notice.cut_short(session)
            case ContactConnected():
                session.agent, session.queue = message.agent, message.queue
            case RecordingStarted():
                notice.recording_starts(self.desk, session, turn)
            case ContactRequeued(queue=queue):
                session.phase, session.queue = Phase.WAITING, queue
            case TalkEnded(caller_stays=True) | PartyLeft(caller_stays=True):
                questions.offer(self.desk, session, turn)
            case AbuseReported():
                light_fuse(self.desk, session, turn)
                say_goodbye(self.desk, session, ABUSE_GOODBYE, turn)
            case _:
                pass

    def _while_waiting(
        self,
        session: Session,
        message: PlaceTold | ContactDeflected | ContactOverflowed | ContactMoved,
        turn: Turn,
    ) -> None:
        match message:
            case PlaceTold():
                telling.tell(self.desk, session, message, turn)
            case ContactDeflected():
                deflection.deflected(self.desk, session, message, turn)
            case _:
                waiting_choices.moved(self.desk, session, message.queue, turn)
