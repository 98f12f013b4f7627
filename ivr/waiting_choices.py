"""What somebody who waits may choose instead: to be called back, at this number or another, now or later.

    waiting ─key─► number: 1 right, 2 another, 3 wait on ─1─► when: 1 at his turn, 2 tomorrow morning, 3 afternoon
                     │ 2                         ▲                    │
                     └─► typed, # or silence ─► read back: 1 right, 2 again            may he be called then? ─► asked

He keeps his place meanwhile: an agent who is free ends it all, and silence takes him back to waiting. What may not be
dialled is said at once; whether the law lets him be called at the hour, the store knows. He is told of his choices
with his place in line, now and then. Another key lets him leave a message (`waiting_message`); who finds no room
chooses between the two, or is asked to call again (`deflection`).
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ctiserver.core import outside
from ctiserver.core.commands import RunAction
from ctiserver.core.errors import Refusal
from ctiserver.core.events import CallbackAsked
from ctiserver.core.hours import is_open, opens_at
from ctiserver.core.ids import ActionId, QueueKey
from ctiserver.core.inputs import ActionDone, ActionFailed
from ctiserver.core.outside import Spent
from ctiserver.core.tables import Queue
from ctiserver.core.turn import Turn
from ivr import deflection, waiting_message
from ivr.desk import Desk
from ivr.session_state import Phase, Session
from ivr.speak import hush, play, say_goodbye, stop_waiting, wait_for_key

MAY_CALL_BACK = "may_call_back"
ANSWER_SECONDS = 3.0
PATIENCE_SECONDS = 6.0
LONGEST_NUMBER = 15
MORNING_HOUR, AFTERNOON_HOUR = 10, 16
NUMBER, TYPED, READ_BACK, WHEN, ASKING = "cb-number", "cb-typed", "cb-read-back", "cb-when", "cb-asking"
_END_KEY, _WAIT_ON = "#", ("wait-on",)
_IMPOSSIBLE = "wait-call-back-not-possible"


def types(session: Session) -> bool:
    """Whether every key is part of a number now."""
    return session.step == TYPED


def told(desk: Desk, session: Session, turn: Turn) -> tuple[str, ...]:
    """What he may do instead of waiting, as Play takes it; () where there is nothing, or he heard it just now."""
    queue = _queue(desk, session)
    choices = _choices(desk, session, queue) if queue else ()
    if queue is None or not choices:
        return ()
    last = session.choices_told_at
    if last is not None and turn.at < last + queue.choices_every_seconds:
        return ()
    session.choices_told_at = turn.at
    return choices


def _choices(desk: Desk, session: Session, queue: Queue) -> tuple[str, ...]:
    said: tuple[str, ...] = ()
    if queue.call_back_key is not None and _may_ask(desk, session, queue):
        said = ("wait-call-back", f"digits:{queue.call_back_key}")
    if queue.message_key is not None and _may_leave_word(session, queue):
        said += ("wait-message", f"digits:{queue.message_key}")
    return said


def pressed(desk: Desk, session: Session, digit: str, turn: Turn) -> None:
    """A key of somebody who waits; one that is no choice changes nothing."""
    queue = _queue(desk, session)
    if session.step == ASKING or queue is None:
        return
    if not session.step:
        _chosen_key(desk, session, queue, digit, turn)
    elif session.step in waiting_message.STEPS:
        waiting_message.pressed(desk, session, digit, turn)
    else:
        stop_waiting(session, turn)
        _answered_with(desk, session, digit, turn)


def _chosen_key(desk: Desk, session: Session, queue: Queue, digit: str, turn: Turn) -> None:
    if digit == queue.call_back_key and _may_ask(desk, session, queue):
        _ask_number(desk, session, session.pii_number, turn)
    elif digit == queue.message_key and _may_leave_word(session, queue):
        waiting_message.ask(desk, session, turn)


def _answered_with(desk: Desk, session: Session, digit: str, turn: Turn) -> None:
    match session.step:
        case deflection.FULL:
            _instead(desk, session, digit, turn)
        case step if step == TYPED:
            _typed(desk, session, digit, turn)
        case step if step in (NUMBER, READ_BACK) and digit == "1":
            _step(desk, session, WHEN, ("wait-call-back-when",), turn)
        case step if step in (NUMBER, READ_BACK) and digit == "2":
            _ask_to_type(desk, session, (), turn)
        case step if step == WHEN and digit in ("1", "2", "3"):
            session.keys = digit
            _ask_store(desk, session, turn)
        case step if step == NUMBER and digit == "3":
            _wait_on(desk, session, turn)
        case _:
            wait_for_key(session, PATIENCE_SECONDS, turn)


def _instead(desk: Desk, session: Session, digit: str, turn: Turn) -> None:
    match deflection.chosen(session, digit):
        case "call_back":
            _ask_number(desk, session, session.pii_number, turn)
        case "message":
            waiting_message.ask(desk, session, turn)
        case _:
            wait_for_key(session, PATIENCE_SECONDS, turn)


def said(desk: Desk, session: Session, turn: Turn) -> None:
    """The question is said: now he has time to answer."""
    if session.step in waiting_message.STEPS:
        waiting_message.said(desk, session, turn)
    elif session.step != ASKING:
        wait_for_key(session, PATIENCE_SECONDS, turn)


def silent(desk: Desk, session: Session, turn: Turn) -> None:
    """No key for too long: the number is whole, or he waits on."""
    if session.step in waiting_message.STEPS:
        waiting_message.silent(desk, session, turn)
    elif session.step == TYPED and session.keys:
        _read_back(desk, session, turn)
    elif session.step and session.step != ASKING:
        _wait_on(desk, session, turn)


def answered(desk: Desk, session: Session, message: ActionDone | ActionFailed, turn: Turn) -> None:
    """The store says from when until when he may be called; where nobody can say, his wish counts."""
    if session.step != ASKING:
        return
    session.action = None
    values = message.values if isinstance(message, ActionDone) else {}
    due_at = _chosen(desk, session, turn.at)
    if begins := values.get("from"):
        due_at = max(due_at or 0.0, float(begins))
    turn.say(
        CallbackAsked(
            at=turn.at,
            contact=session.contact,
            account_id=session.account_id,
            pii_number=session.values[NUMBER],
            language=session.language,
            queue=session.queue,
            due_at=due_at,
            call_until=float(values["until"]) if values.get("until") else None,
            pii_name=session.candidates[0].pii_name if session.candidates else "",
            candidates=session.candidates,
            level=session.level,
        )
    )


def granted(desk: Desk, message: CallbackAsked, turn: Turn) -> None:
    """His place is kept: say so, and goodbye."""
    session, due_at = desk.sessions.get(message.contact), message.due_at
    if session is None or session.step != ASKING:
        return
    chosen = session.keys != "1"
    leave(session, turn)
    session.queue = None
    words = (
        "wait-call-back-later"
        if chosen
        else "wait-call-back-kept"
        if due_at is None
        else "wait-call-back-hours"
    )
    say_goodbye(desk, session, (words,), turn)


def moved(desk: Desk, session: Session, queue: QueueKey, turn: Turn) -> None:
    """He has a place in another queue: nobody sends him away, and he may wait there."""
    session.phase, session.queue, session.deflected = Phase.WAITING, queue, False
    if session.step == deflection.FULL:
        _wait_on(desk, session, turn)


def leave(session: Session, turn: Turn) -> None:
    """He chooses no more."""
    if session.step:
        session.step, session.keys, session.action = "", "", None
        stop_waiting(session, turn)


def _queue(desk: Desk, session: Session) -> Queue | None:
    return next((queue for queue in desk.tables.queues if queue.key == session.queue), None)


def _may_ask(desk: Desk, session: Session, queue: Queue) -> bool:
    return bool(desk.tables.outside.trunks) and not queue.emergency and bool(session.flow)


def _may_leave_word(session: Session, queue: Queue) -> bool:
    return not queue.emergency and bool(session.flow)


def _step(desk: Desk, session: Session, step: str, says: tuple[str, ...], turn: Turn) -> None:
    session.step, session.keys, session.place = step, "", None
    play(desk, session, says, turn)


def _ask_number(desk: Desk, session: Session, written: str, turn: Turn) -> None:
    number = _possible(desk, session, written)
    if number is None:
        _ask_to_type(desk, session, (), turn)
        return
    session.values[NUMBER] = number
    says = ("wait-call-back-number", _digits(number), "wait-call-back-keys")
    _step(desk, session, NUMBER, says, turn)


def _ask_to_type(desk: Desk, session: Session, excuse: tuple[str, ...], turn: Turn) -> None:
    _step(desk, session, TYPED, (*excuse, "wait-call-back-type"), turn)


def _typed(desk: Desk, session: Session, digit: str, turn: Turn) -> None:
    if session.playback:
        hush(desk, session, turn)
    if digit != _END_KEY:
        session.keys = (session.keys + digit)[:LONGEST_NUMBER]
        wait_for_key(session, PATIENCE_SECONDS, turn)
    else:
        _read_back(desk, session, turn)


def _read_back(desk: Desk, session: Session, turn: Turn) -> None:
    number = _possible(desk, session, session.keys)
    if number is None:
        _ask_to_type(desk, session, (_IMPOSSIBLE,), turn)
        return
    session.values[NUMBER] = number
    _step(desk, session, READ_BACK, ("you-entered", _digits(number), "confirm-keys"), turn)


def _wait_on(desk: Desk, session: Session, turn: Turn) -> None:
    leave(session, turn)
    if session.deflected:
        deflection.turn_away(desk, session, turn)
    else:
        play(desk, session, _WAIT_ON, turn)


def _ask_store(desk: Desk, session: Session, turn: Turn) -> None:
    hush(desk, session, turn)
    session.step, session.action = ASKING, ActionId(turn.new_id())
    desk.actions[session.action] = session.contact
    turn.say(
        RunAction(
            action=session.action,
            name=MAY_CALL_BACK,
            arguments={"number": session.values[NUMBER], "at": str(_chosen(desk, session, turn.at) or "")},
            account_id=session.account_id,
            contact=session.contact,
            deadline_seconds=ANSWER_SECONDS,
            customer_id=session.customer_id,
        )
    )


def _possible(desk: Desk, session: Session, written: str) -> str | None:
    """The number as we write it; None: it is none, or may not be dialled."""
    queue = _queue(desk, session)
    try:
        found = outside.route(
            desk.tables.outside,
            written,
            account_id=session.account_id,
            roles=(),
            spent=Spent(),
            caller_number=queue.caller_number if queue else "",
        )
    except Refusal:
        return None
    return found.pii_number if found.kind == "national" or found.kind == "international" else None


def _digits(number: str) -> str:
    return f"digits:{number.removeprefix('+')}"


def _chosen(desk: Desk, session: Session, at: float) -> float | None:
    """The instant that he chose, within the queue's hours; None: when it is his turn."""
    if session.keys == "1":
        return None
    zone, queue = ZoneInfo(session.time_zone), _queue(desk, session)
    day = datetime.fromtimestamp(at, UTC).astimezone(zone).date() + timedelta(days=1)
    hour = MORNING_HOUR if session.keys == "2" else AFTERNOON_HOUR
    wanted = datetime(day.year, day.month, day.day, hour, tzinfo=zone).timestamp()
    hours: Any = queue.hours if queue else None
    return wanted if is_open(hours, wanted) else opens_at(hours, wanted) or wanted
