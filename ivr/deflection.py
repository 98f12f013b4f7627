"""Who finds a full queue, or has waited for too long: what he is offered in place of waiting, and the goodbye.

    "many people are waiting" ─ 1: be called back ─► waiting_choices     2: leave a message ─► waiting_message
                              └ silence, no choice ─► "please call again later"

He keeps his place until he has chosen: an agent who is free ends it all. A choice that comes to nothing (a number that
may not be dialled, "wait on") leads to the goodbye too, as nobody may wait on.
"""

from ctiserver.core.events import ContactDeflected, ContactTurnedAway
from ctiserver.core.tables import InsteadOfWaiting
from ctiserver.core.turn import Turn
from ivr.desk import Desk
from ivr.session_state import Phase, Session
from ivr.speak import play, say_goodbye, stop_waiting

FULL = "full"
_OFFERED: dict[InsteadOfWaiting, tuple[str, str]] = {
    "call_back": ("wait-call-back", "1"),
    "message": ("wait-message", "2"),
}
"""What is said of it, and its key."""


def deflected(desk: Desk, session: Session, message: ContactDeflected, turn: Turn) -> None:
    """Offer what there is; who chooses something already is left to it."""
    if session.phase is not Phase.WAITING or session.step:
        return
    session.instead, session.place, session.wait = message.offers, None, None
    session.deflected = True
    if not message.offers:
        turn_away(desk, session, turn)
        return
    session.step = FULL
    said = [word for one in message.offers for word in (_OFFERED[one][0], f"digits:{_OFFERED[one][1]}")]
    play(desk, session, ("queue-full", *said), turn)


def chosen(session: Session, digit: str) -> InsteadOfWaiting | None:
    """What a key stands for; None: for nothing that he was offered."""
    return next((one for one in session.instead if _OFFERED[one][1] == digit), None)


def turn_away(desk: Desk, session: Session, turn: Turn) -> None:
    """Nobody can attend to him: he is asked to call again."""
    stop_waiting(session, turn)
    session.step, session.keys = "", ""
    if session.queue is not None:
        turn.say(ContactTurnedAway(at=turn.at, contact=session.contact, queue=session.queue))
    session.queue = None
    words = "queue-full-goodbye"
    say_goodbye(desk, session, (words,) if session.instead else ("queue-full", words), turn)
