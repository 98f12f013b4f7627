"""What came of an attempt: its row is written to the end, and the dial is planned again, done, or given up.

When to try again was decided by whoever dialled (`retry_at` of the event); here it is only kept. An attempt ends
once: what is told of it afterwards (a second daemon that found it lying about) changes nothing. Who could not be
reached by telephone is written an e-mail instead where the dial says so, if he has an address and the rules permit.

The lead of a campaign has numbers that are tried in their order (`campaigns.numbers`), and may be given back without
having been dialled: that was no attempt, and its permit counts no more. Who has asked, in the call, to be called again
is planned for that hour when the call is over.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import letters, permission
from crm_core.campaigns import numbers
from crm_core.contact_points import Email
from crm_core.dial_attempts import DialAttempt
from crm_core.dials import IN_FLIGHT, Dial
from ctiserver.core import events as e
from ctiserver.core.permit import Channel, Purpose, Refused

REACHED = frozenset({"completed", "partial", "declined", "hung_up", "connected"})
"""Results after which nobody is called again: he was there, and it was he who ended it or it was done."""
_GIVEN_UP_AS = {
    "no_answer": "no_answer",
    "busy": "busy",
    "unknown": "unknown",
    "machine": "no_answer",
    "message_left": "done",
    "not_permitted": "refused",
} | dict.fromkeys(REACHED, "done")
LETTER_SECONDS = 24 * 3600.0
"""So long the permit of such a letter is good: mail may have to wait for its server."""


def record(session: Session, event: e.LeadEvent) -> None:
    """Take in what happened to an attempt; one that is unknown or over is left as it is. In a writing unit."""
    attempt = session.get(DialAttempt, event.attempt)
    if attempt is None or attempt.account_id != event.account_id or attempt.ended_at is not None:
        return
    row = session.get_one(Dial, attempt.dial_id, with_for_update=True)
    match event:
        case e.LeadRinging():
            attempt.ringing_at = event.at
            _now_is(row, attempt, "ringing")
        case e.LeadReached():
            _reached(attempt, event)
            _now_is(row, attempt, "answered")
        case e.LeadConnected():
            attempt.connected_at, attempt.agent = event.at, event.agent
        case e.LeadAbandoned():
            attempt.abandoned_at, attempt.abandoned_by_leaving = event.at, event.by_leaving
            attempt.message_at = event.at if event.flow else None
        case e.LeadFailed():
            attempt.sip_code, attempt.q850 = event.sip_code, event.q850
            _over(session, row, attempt, event)
        case e.LeadEnded():
            _over(session, row, attempt, event)
    session.flush()


def give_up(session: Session, row: Dial, state: str, now: float) -> None:
    """The dial is over in this final state; who was not reached may be written to instead."""
    row.state, row.ended_at = state, now
    if row.afterwards == "email" and state not in ("done", "cancelled"):
        _write_instead(session, row, now)
    session.flush()


def _now_is(row: Dial, attempt: DialAttempt, state: str) -> None:
    if row.attempt == attempt.id and row.state in IN_FLIGHT:
        row.state = state


def _reached(attempt: DialAttempt, event: e.LeadReached) -> None:
    attempt.answered_at, attempt.contact, attempt.answered_by = event.at, event.contact, event.answered_by
    if event.answered_by is not None:
        attempt.detector = {"cause": event.detector_cause, "seconds": event.detector_seconds}
    if event.answered_by == "machine" and event.flow:
        attempt.message_at = event.at


def _over(session: Session, row: Dial, attempt: DialAttempt, event: e.LeadFailed | e.LeadEnded) -> None:
    attempt.ended_at, attempt.result, attempt.decided_by = event.at, event.result, event.decided_by
    if row.attempt != attempt.id or row.state not in IN_FLIGHT:
        return
    if event.result == "withdrawn":
        _was_no_attempt(session, row, attempt, event.at)
    else:
        row.result, row.decided_by = event.result, event.decided_by
    again_at = _again_at(row, event)
    if event.result in REACHED:
        row.attempts = 0 if again_at else row.attempts  # what he asked for is tried as often as anything new
    if event.result in REACHED and again_at is None:
        give_up(session, row, "done", event.at)
    elif row.cancelled_because is not None:
        give_up(session, row, "cancelled", event.at)
    elif again_at is not None:
        row.state, row.next_at = "planned", again_at
    else:
        give_up(session, row, _GIVEN_UP_AS.get(event.result, "failed"), event.at)


def _was_no_attempt(session: Session, row: Dial, attempt: DialAttempt, now: float) -> None:
    row.attempts -= 1
    permission.release(session, attempt.permit_id, now=now)


def _again_at(row: Dial, event: e.LeadFailed | e.LeadEnded) -> float | None:
    """At the hour that he has asked for, at once at his next number, or when the policy says; None: it is over."""
    if event.result in REACHED:
        asked_for = row.asked_for_at is not None and row.asked_for_at > event.at
        return row.asked_for_at if asked_for else None
    if event.result == "withdrawn":
        return event.at if event.retry_at is None else event.retry_at
    if row.campaign_id is None:
        return event.retry_at
    another_number = numbers.follow(row, event.result)
    if event.result in numbers.NO_SUCH_NUMBER:
        return event.at if another_number and row.attempts < row.attempts_at_most else None
    return event.retry_at


def _write_instead(session: Session, row: Dial, now: float) -> None:
    address = session.scalar(
        select(Email.address)
        .where(
            Email.account_id == row.account_id,
            Email.customer_id == row.customer_id,
            Email.valid_until.is_(None) | (Email.valid_until > now),
        )
        .order_by(Email.preferred.desc(), Email.id)
        .limit(1)
    )
    if address is None:
        return
    answer = permission.permit(
        session,
        row.account_id,
        row.customer_id,
        address,
        channel=Channel.EMAIL,
        purpose=Purpose(row.purpose),
        automatic=True,
        now=now,
        valid_seconds=LETTER_SECONDS,
        by="dials",
    )
    if isinstance(answer, Refused):
        return
    row.letter = f"dial:{row.id}"
    content = {
        "template": f"instead_of_call_{row.about_kind}",
        "language": row.language,
        "survey": row.survey,
        "flow": row.flow,
        "values": row.values,
    }
    letters.write(session, row.letter, answer, content, now=now)
