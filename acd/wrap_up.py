"""After the talk: the agent says how the contact ended and what it was about.

He wraps up until he has, with all that the queue's form must hold (`wrap_up_form`), and may ask for more time; once
the time for it is over he is paused, with what is missing as the reason, and gets no further contact before he has, or
before a supervisor excuses him.
"""

from acd import offers, wrap_up_form
from acd.agent_state import Activity, AgentState
from acd.contact_state import Contact
from acd.floor import Floor
from acd.status import CENTER, pause, release, set_status
from ctiserver.core.commands import CancelTimer, StartTimer
from ctiserver.core.errors import Refusal
from ctiserver.core.events import Disposed, WrapUpEnded, WrapUpExcused, WrapUpExtended, WrapUpStarted
from ctiserver.core.ids import AgentKey, ContactId, QueueKey, TimerId
from ctiserver.core.requests import Dispose, ExcuseWrapUp, ExtendWrapUp, Status
from ctiserver.core.tables import Disposition, WrapUpField
from ctiserver.core.turn import Turn

OWED, FORM_MISSING = "disposition_owed", "form_missing"
"""Why he is paused when the time is over; the second where his queue's form must hold something."""


def wrap_up_timer(key: AgentKey) -> TimerId:
    """Fires when the time for wrapping up is over."""
    return TimerId(f"acd:wrap_up:{key}")


def begin(floor: Floor, key: AgentKey, contact: Contact, turn: Turn) -> None:
    """The talk is over for the agent; who has said already how it ended is free at once."""
    state = floor.ledger.agents[key]
    state.move("talk_end")
    until = turn.at + floor.queues[contact.queue].wrap_up_seconds
    state.wrap_up_until, state.wrap_up_extensions = until, 0
    turn.say(WrapUpStarted(at=turn.at, contact=contact.id, agent=key, segment=state.segment, until=until))
    if state.disposition is not None:
        _finish(floor, state, contact.id, turn)
    else:
        turn.say(StartTimer(timer=wrap_up_timer(key), due_at=until))


def extend(floor: Floor, request: ExtendWrapUp, turn: Turn) -> None:
    """Give the agent more time, as often and as much as his contact's queue lets him. Raises Refusal."""
    state = floor.ledger.agents.get(request.agent)
    queue = floor.queues.get(QueueKey(state.queue)) if state else None
    if state is None or queue is None or state.contact is None or state.activity is not Activity.WRAPPING_UP:
        raise Refusal("no_wrap_up", f"{request.agent} is not wrapping anything up")
    if state.wrap_up_extensions >= queue.wrap_up_extensions:
        raise Refusal("extended_enough", "there is no more time for this contact: say how it ended")
    state.wrap_up_extensions += 1
    state.wrap_up_until += queue.wrap_up_extension_seconds
    turn.say(
        StartTimer(timer=wrap_up_timer(state.key), due_at=state.wrap_up_until),
        WrapUpExtended(
            at=turn.at,
            contact=state.contact,
            agent=state.key,
            segment=state.segment,
            until=state.wrap_up_until,
        ),
    )


def dispose(floor: Floor, request: Dispose, turn: Turn) -> None:
    """Take the agent's word on how the contact ended. Raises Refusal."""
    state = floor.ledger.agents.get(request.agent)
    if state is None or state.contact != request.contact:
        raise Refusal("not_your_contact", f"{request.agent} has no contact {request.contact} to dispose of")
    if state.segment == 0:
        raise Refusal("not_connected", "a contact can be disposed of once it was connected")
    _check(_disposition(floor, state, request.code), request)
    _check_reason(floor, state, request.contact_reason)
    answers = wrap_up_form.check(_form(floor, state), request.pii_answers)
    turn.say(
        Disposed(
            at=turn.at,
            contact=request.contact,
            agent=request.agent,
            segment=state.segment,
            code=request.code,
            pii_note=request.pii_note,
            contact_reason=request.contact_reason,
            call_back_at=request.call_back_at,
            pii_answers=answers,
        )
    )
    state.disposition = request.code
    if state.activity is Activity.WRAPPING_UP:
        _finish(floor, state, request.contact, turn)
    elif state.owes:
        _pay(floor, state, turn)


def excuse(floor: Floor, request: ExcuseWrapUp, turn: Turn) -> None:
    """Let the agent go without his word on the contact, for which he is asked no more. Raises Refusal."""
    state = floor.ledger.agents.get(request.agent)
    if state is None or state.contact is None or not (state.owes or state.activity is Activity.WRAPPING_UP):
        raise Refusal("no_wrap_up", f"{request.agent} has nothing to wrap up")
    contact = state.contact
    if not state.owes:
        turn.say(
            CancelTimer(timer=wrap_up_timer(state.key)), _wrap_up_ended(state, contact, request.by, turn)
        )
    turn.say(
        WrapUpExcused(at=turn.at, contact=contact, agent=state.key, segment=state.segment, by=request.by)
    )
    if state.owes:
        _pay(floor, state, turn)
    else:
        release(floor, state.key, contact, turn)
        offers.serve_agent(floor, state.key, turn)


def _form(floor: Floor, state: AgentState) -> list[WrapUpField]:
    return wrap_up_form.fields_of(floor.ledger.tables.wrap_up_fields, state.account_id, state.queue)


def _disposition(floor: Floor, state: AgentState, code: str) -> Disposition:
    known = [
        item
        for item in floor.ledger.tables.dispositions
        if item.account_id == state.account_id and item.queue in (None, state.queue)
    ]
    for item in known:
        if item.code == code:
            return item
    choice = ", ".join(item.code for item in known) or "none is configured"
    raise Refusal("unknown_disposition", f"{code!r} is no disposition of this queue; there are: {choice}")


def _check(disposition: Disposition, request: Dispose) -> None:
    if disposition.needs_note and not request.pii_note.strip():
        raise Refusal("note_required", f"the disposition {disposition.code!r} needs a note")
    if disposition.asks_call_back and request.call_back_at is None:
        raise Refusal("call_back_required", f"the disposition {disposition.code!r} needs a time to call back")
    if request.call_back_at is not None and request.call_back_at <= request.at:
        raise Refusal("call_back_past", "the time to call back is over already: choose a later one")


def _check_reason(floor: Floor, state: AgentState, chosen: str) -> None:
    known = [it.key for it in floor.ledger.tables.contact_reasons if it.account_id == state.account_id]
    if chosen and chosen not in known:
        raise Refusal(
            "unknown_contact_reason", f"{chosen!r} is no contact reason; there are: {', '.join(known)}"
        )
    if known and not chosen:
        raise Refusal("contact_reason_required", f"say what it was about, one of: {', '.join(known)}")


def _finish(floor: Floor, state: AgentState, contact: ContactId, turn: Turn) -> None:
    turn.say(CancelTimer(timer=wrap_up_timer(state.key)), _wrap_up_ended(state, contact, state.key, turn))
    release(floor, state.key, contact, turn)
    offers.serve_agent(floor, state.key, turn)


def _wrap_up_ended(state: AgentState, contact: ContactId, by: str, turn: Turn) -> WrapUpEnded:
    return WrapUpEnded(
        at=turn.at,
        contact=contact,
        agent=state.key,
        segment=state.segment,
        disposition=state.disposition,
        by=by,
    )


def over(floor: Floor, key: AgentKey, turn: Turn) -> None:
    """The time is over: the agent owes the disposition, and is paused until he gives it."""
    state = floor.ledger.agents.get(key)
    if state is None or state.activity is not Activity.WRAPPING_UP or state.contact is None:
        return
    state.owes = True
    turn.say(_wrap_up_ended(state, state.contact, CENTER, turn))
    pause(floor, key, what_is_missing(floor, state), turn)
    release(floor, key, state.contact, turn)


def what_is_missing(floor: Floor, state: AgentState) -> str:
    """The reason of the pause of an agent who owes how his contact ended."""
    return FORM_MISSING if any(it.required for it in _form(floor, state)) else OWED


def _pay(floor: Floor, state: AgentState, turn: Turn) -> None:
    state.owes, state.contact, state.disposition, state.segment = False, None, None, 0
    if state.reason in (OWED, FORM_MISSING):
        set_status(floor, state.key, Status.AVAILABLE, "", CENTER, turn)
        offers.serve_agent(floor, state.key, turn)
