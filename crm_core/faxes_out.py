"""Faxes on their way to customers: asked for, permitted, sent, tried again, given up.

One document, a file of the customer, to one number. It lies in the outbox, once for each thing that it is about. When
it is due, one daemon claims it for one attempt: in one transaction the rules are asked, the permit is used for this
attempt, and the attempt's id, which is also the channel's, stands in the row; all that is committed before anything
rings. What became of the attempt is noted in the row; whoever decides on a second one has the policy of dials.
"""

import hashlib
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import attachments, outbox, permission
from crm_core.customers import customer
from crm_core.outbox import OutboxItem
from crm_core.paging import By, Page, page
from ctiserver.core.errors import NotFound, Refusal
from ctiserver.core.permit import Channel, Purpose, Refused

OUTBOX_KIND = "fax"
ATTEMPTS_AT_MOST = 3
TOO_LATE_SECONDS = 2 * 86_400.0
LEASE_SECONDS = 7200.0
"""Longer than any attempt: nobody else takes the row meanwhile."""
FAXABLE = ("application/pdf", "image/png", "image/jpeg", "image/webp", "image/tiff")


class Attempt(NamedTuple):
    """One attempt under way; `id` is the channel's, `ordinal` counts from 1."""

    id: str
    item_id: str
    account_id: int
    customer_id: int
    pii_number: str
    attachment_id: int
    ordinal: int
    claimed_at: float
    not_after: float


class Tried(NamedTuple):
    """How an attempt ended; `pages` are those that the other machine confirmed."""

    result: str
    pages: int = 0
    t38: bool = False


def post(
    session: Session,
    account_id: int,
    customer_id: int,
    *,
    number: str,
    attachment_id: int,
    purpose: Purpose,
    about: tuple[str, str],
    by: str,
    now: float,
) -> OutboxItem:
    """The fax about this thing: the new one, or the one that there is already. `number` in E.164.

    `about`: a kind and a key. Raises NotFound, and Refusal for a file that cannot be drawn as a fax.
    """
    customer(session, account_id, customer_id)
    file = attachments.attachment(session, account_id, customer_id, attachment_id)
    if file.content_type not in FAXABLE:
        raise Refusal("not_faxable", "choose a PDF or an image: nothing else can be sent as a fax")
    item_id = f"fax:{account_id}:{':'.join(about)}"
    body = {
        "customer_id": customer_id,
        "pii_number": number,
        "attachment_id": attachment_id,
        "purpose": purpose,
        "by": by,
        "made_at": now,
        "not_after": now + TOO_LATE_SECONDS,
        "attempt": None,
        "tries": [],
    }
    target = f"customer {customer_id}"
    outbox.post(session, item_id, OUTBOX_KIND, body, due_at=now, account_id=account_id, target=target)
    return session.get_one(OutboxItem, item_id)


def faxes_of(
    session: Session, account_id: int, customer_id: int, *, cursor: str | None = None, limit: int = 50
) -> Page[OutboxItem]:
    """A page of his faxes, sent, waiting and given up, the latest due first."""
    query = select(OutboxItem).where(
        OutboxItem.account_id == account_id,
        OutboxItem.kind == OUTBOX_KIND,
        OutboxItem.target == f"customer {customer_id}",
    )
    order = [By(OutboxItem.due_at, True), By(OutboxItem.id)]
    return page(session, query, order, cursor=cursor, limit=limit)


def state_of(item: OutboxItem) -> str:
    """waiting, sending, sent or failed."""
    if item.done_at is not None:
        return "sent"
    if item.dead_at is not None:
        return "failed"
    return "sending" if item.body["attempt"] else "waiting"


def is_due(session: Session, now: float) -> bool:
    """Whether there is something to claim: asking is cheaper than a writing unit."""
    return (
        session.scalar(select(OutboxItem.id).where(*_open(), OutboxItem.due_at <= now).limit(1)) is not None
    )


def under_way(session: Session) -> list[Attempt]:
    """The attempts that were claimed and have not ended, the oldest first."""
    found = session.scalars(select(OutboxItem).where(*_open()).order_by(OutboxItem.due_at)).all()
    return [_attempt(item) for item in found if item.body["attempt"]]


def claim(session: Session, owner: str, now: float) -> Attempt | None:
    """A new attempt of a fax that is due, with its permit used; None: of none, now. In a writing unit."""
    for item in outbox.due(session, now, kind=OUTBOX_KIND):
        if item.body["attempt"]:  # its lease is over, and nobody has noted its end
            item.due_at = now + LEASE_SECONDS
            continue
        if now >= item.body["not_after"]:
            _give_up(item, "too_late", now)
        elif _is_permitted(session, item, owner, now):
            item.due_at = now + LEASE_SECONDS
            session.flush()
            return _attempt(item)
    session.flush()
    return None


def settle(session: Session, ended: Attempt, tried: Tried, *, retry_at: float | None, now: float) -> None:
    """Note how an attempt ended. `retry_at` None: there is no other one. Told twice, it counts once."""
    item = session.get(OutboxItem, ended.item_id)
    if item is None or item.body["attempt"] != ended.id:
        return
    told = {"attempt": ended.id, "at": now} | tried._asdict()
    item.body = item.body | {"attempt": None, "tries": [*item.body["tries"], told]}
    if tried.result == "sent":
        item.done_at, item.last_error = now, None
    elif retry_at is None:
        _give_up(item, tried.result, now)
    else:
        item.due_at, item.last_error = retry_at, tried.result
    session.flush()


def _is_permitted(session: Session, item: OutboxItem, owner: str, now: float) -> bool:
    body = item.body
    number, ordinal = str(body["pii_number"]), item.attempts + 1
    attempt = f"fax-{owner}-{hashlib.sha256(item.id.encode()).hexdigest()[:12]}-{ordinal}"
    try:
        answer = permission.permit(
            session,
            item.account_id,
            body["customer_id"],
            number,
            channel=Channel.FAX,
            purpose=Purpose(body["purpose"]),
            automatic=True,
            now=now,
            by=body["by"],
        )
        if isinstance(answer, Refused):
            return _refused(item, answer, now)
        permission.use(session, answer, number, attempt, now=now)
    except (NotFound, Refusal) as error:
        _give_up(item, str(error), now)
        return False
    item.attempts = ordinal
    item.body = body | {"attempt": attempt, "claimed_at": now}
    return True


def _refused(item: OutboxItem, answer: Refused, now: float) -> bool:
    if answer.until is None or answer.until >= item.body["not_after"]:
        _give_up(item, f"not_permitted: {answer.rule}", now)
    else:
        item.due_at, item.last_error = max(answer.until, now), f"not_now: {answer.rule}"
    return False


def _give_up(item: OutboxItem, why: str, now: float) -> None:
    item.dead_at, item.last_error = now, why


def _attempt(item: OutboxItem) -> Attempt:
    body: dict[str, Any] = item.body
    return Attempt(
        id=body["attempt"],
        item_id=item.id,
        account_id=item.account_id,
        customer_id=body["customer_id"],
        pii_number=body["pii_number"],
        attachment_id=body["attachment_id"],
        ordinal=item.attempts,
        claimed_at=body["claimed_at"],
        not_after=body["not_after"],
    )


def _open() -> tuple[Any, ...]:
    return (OutboxItem.kind == OUTBOX_KIND, OutboxItem.done_at.is_(None), OutboxItem.dead_at.is_(None))
