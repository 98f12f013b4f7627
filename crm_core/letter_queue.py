"""Letters on their way: taken, permitted, sent, tried again, given up.

A sender takes letters for a lease: if it dies, they are due again when the lease is over. Immediately before one
leaves, its permit is used (`permission.use`); one that has run out unused, because the mail server was away or the
night came, is asked for anew: the rules decide again, and say when. A letter that was tried before is asked about
again too: who took his consent back since gets no mail. After twelve tries, when the receiver's server refuses it for
good, or a week late, a letter is given up: people see why, and may have it sent again.
"""

import base64
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm_core import outbox, permission
from crm_core.accounts import account
from crm_core.customers import Customer
from crm_core.letter_words import in_words
from crm_core.letters import OUTBOX_KIND, File
from crm_core.outbox import OutboxItem
from crm_core.permission.permits import PermitRow
from ctiserver.core.errors import Refusal
from ctiserver.core.permit import Channel, Permit, Purpose, Refused

TRIES_AT_MOST = 12
LEASE_SECONDS = 120.0
TOO_LATE_SECONDS = 7 * 86_400.0
_LONGEST_ERROR = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a sender sends; `item_id` is the same at each try."""

    item_id: str
    pii_address: str
    subject: str
    text: str
    files: tuple[File, ...]
    by_hand: bool
    """A person wrote it: an answer by a machine, such as that he is away, is welcome."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a try ended. `error` "": it was accepted; `for_good`: trying again is of no use."""

    error: str = ""
    for_good: bool = False


def waiting(session: Session) -> int:
    """How many letters of all accounts wait."""
    query = select(func.count()).select_from(OutboxItem).where(*_open())
    return session.scalar(query) or 0


def is_due(session: Session, now: float) -> bool:
    """Whether there is something to take: asking is cheaper than a writing unit."""
    query = select(OutboxItem.id).where(*_open(), OutboxItem.due_at <= now)
    return session.scalar(query.limit(1)) is not None


def take(session: Session, now: float, limit: int = 20) -> list[str]:
    """The letters to send now, by id; for as long as the lease nobody else gets them. In a writing unit."""
    taken = outbox.due(session, now, limit, kind=OUTBOX_KIND)
    for item in taken:
        item.due_at = now + LEASE_SECONDS
    session.flush()
    return [item.id for item in taken]


def permitted(session: Session, item_id: str, now: float) -> Letter | None:
    """The letter, its permit used; None: it does not leave now, and waits or was given up. In a writing unit."""
    item = session.get(OutboxItem, item_id)
    if item is None or item.done_at is not None or item.dead_at is not None:
        return None
    try:
        _let_leave(session, item, now)
    except _Later as later:
        item.due_at, item.last_error = later.until, str(later)
    except Refusal as refusal:
        item.dead_at, item.last_error = now, f"{refusal.error_id}: {refusal}"[:_LONGEST_ERROR]
    else:
        return _letter(session, item)
    session.flush()
    return None


def settle(session: Session, item_id: str, outcome: Outcome, now: float) -> None:
    """Note how a try ended: sent, later again, or given up."""
    item = session.get(OutboxItem, item_id)
    if item is None or item.done_at is not None:
        return
    if not outcome.error:
        outbox.sent(item, now)
    else:
        outbox.failed(item, now, outcome.error[:_LONGEST_ERROR])
        if outcome.for_good or item.attempts >= TRIES_AT_MOST:
            item.dead_at = now
    session.flush()


class _Later(Exception):
    def __init__(self, refused: Refused, until: float) -> None:
        self.until = until
        super().__init__(f"not now: {refused.rule}")


def _let_leave(session: Session, item: OutboxItem, now: float) -> None:
    """Raises _Later, or Refusal when it may never leave."""
    row = session.get(PermitRow, int(item.body.get("permit", 0)))
    if row is None or row.account_id != item.account_id:
        raise Refusal("permit_unknown", "there is no such permit")
    held = permission.granted(session, row.id)
    if now > max(row.granted_at, item.body.get("asked_again_at", 0.0)) + TOO_LATE_SECONDS:
        raise Refusal("too_late", "the letter could not be sent within a week")
    used_for_it = permission.use_of(session, held) == item.id
    if used_for_it:
        if refused := permission.recheck(session, held, now=now):
            raise _later(refused)
    elif now >= row.expires_at:
        held = _granted_anew(session, held, automatic=row.automatic, by=row.by, now=now)
        item.body = item.body | {"permit": held.permit_id}
    permission.use(session, held, item.body["pii_address"], item.id, now=now)


def _granted_anew(session: Session, held: Permit, *, automatic: bool, by: str, now: float) -> Permit:
    answer = permission.permit(
        session,
        held.account_id,
        held.customer_id,
        held.pii_address,
        channel=Channel.EMAIL,
        purpose=Purpose(held.purpose),
        automatic=automatic,
        now=now,
        by=by,
    )
    if isinstance(answer, Refused):
        raise _later(answer)
    return answer


def _later(refused: Refused) -> Exception:
    if refused.until is None:
        return Refusal("not_permitted", f"the rules refuse it: {refused.rule}")
    return _Later(refused, refused.until)


def _letter(session: Session, item: OutboxItem) -> Letter:
    body: dict[str, Any] = item.body
    language = body.get("language") or _language(session, item.account_id, int(body["customer_id"]))
    subject, text = in_words(body, language)
    files = tuple(
        File(name=one["name"], content_type=one["content_type"], content=base64.b64decode(one["base64"]))
        for one in body.get("files", [])
    )
    return Letter(
        item_id=item.id,
        pii_address=body["pii_address"],
        subject=subject,
        text=text,
        files=files,
        by_hand=bool(body.get("by")),
    )


def _language(session: Session, account_id: int, customer_id: int) -> str:
    query = select(Customer.language).where(Customer.account_id == account_id, Customer.id == customer_id)
    return session.scalar(query) or account(session, account_id).language


def _open() -> tuple[Any, ...]:
    return (
        OutboxItem.kind == OUTBOX_KIND,
        OutboxItem.done_at.is_(None),
        OutboxItem.dead_at.is_(None),
    )
