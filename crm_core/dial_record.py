"""What came of an attempt: its row is written to the end, and the dial is planned again, done, or given up.

When to try again was decided by whoever dialled (`retry_at` of the event); here it is only kept. An attempt ends
once: what is told of it afterwards (a second daemon that found it lying about) changes nothing. Who could not be
reached by telephone is written an e-mail instead where the dial says so, if he has an address and the rules permit.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import letters, permission
from crm_core.contact_points import Email
from crm_core.dials import IN_FLIGHT, Dial, DialAttempt
from ctiserver.core import events as e
from ctiserver.core.permit import Channel, Purpose, Refused

REACHED = frozenset({"completed", "partial", "declined", "hung_up"})
"""Results after which nobody is called again: he was there, and it was he who ended it or it was done."""
_GIVEN_UP_AS = {
    "no_answer": "no_answer",
    "busy": "busy",
    "unknown": "unknown",
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
            attempt.answered_at, attempt.contact = event.at, event.contact
            _now_is(row, attempt, "answered")
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


def _over(session: Session, row: Dial, attempt: DialAttempt, event: e.LeadFailed | e.LeadEnded) -> None:
    attempt.ended_at, attempt.result, attempt.decided_by = event.at, event.result, event.decided_by
    if row.attempt != attempt.id or row.state not in IN_FLIGHT:
        return
    row.result, row.decided_by = event.result, event.decided_by
    if event.result in REACHED:
        give_up(session, row, "done", event.at)
    elif row.cancelled_because is not None:
        give_up(session, row, "cancelled", event.at)
    elif event.retry_at is not None:
        row.state, row.next_at = "planned", event.retry_at
    else:
        give_up(session, row, _GIVEN_UP_AS.get(event.result, "failed"), event.at)


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
