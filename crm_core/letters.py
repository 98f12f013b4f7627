"""Letters: mail to one customer, written in the transaction of its cause and sent by the jobs process.

A letter bears the permit that it leaves by, and lies in the outbox until it is sent. It has a subject and a text of its
own, or names a template that is put into the customer's words when it leaves. Files go with it whole, so that they go
with it, too, when the customer is erased.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import outbox
from crm_core.outbox import OutboxItem
from crm_core.paging import By, Page, page
from ctiserver.core.errors import NotFound, Refusal
from ctiserver.core.permit import Channel, Permit

OUTBOX_KIND = "mail"
LARGEST_FILES_BYTES = 5 << 20
WAITING, SENT, REFUSED = "waiting", "sent", "refused"
STATES = (WAITING, SENT, REFUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that goes with a letter."""

    name: str
    content_type: str
    content: bytes


def write(
    session: Session,
    letter_id: str,
    held: Permit,
    content: Mapping[str, Any],
    *,
    now: float,
    files: Sequence[File] = (),
) -> None:
    """Put a letter into the outbox; one with this id that is there already stays as it is.

    `content`: `subject` and `text`, or `template` and what it needs; `language` if not the customer's. Raises Refusal
    for a permit of another channel, or files that are too large.
    """
    if held.channel is not Channel.EMAIL:
        raise Refusal("wrong_permit", f"a letter needs a permit for e-mail, not for {held.channel}")
    if sum(len(file.content) for file in files) > LARGEST_FILES_BYTES:
        raise Refusal(
            "files_too_large", f"send files of at most {LARGEST_FILES_BYTES >> 20} MB with a letter"
        )
    body = {
        **content,
        "permit": held.permit_id,
        "customer_id": held.customer_id,
        "pii_address": held.pii_address,
    }
    if files:
        body["files"] = [
            {
                "name": one.name,
                "content_type": one.content_type,
                "base64": base64.b64encode(one.content).decode(),
            }
            for one in files
        ]
    target = f"customer {held.customer_id}"
    outbox.post(session, letter_id, OUTBOX_KIND, body, due_at=now, account_id=held.account_id, target=target)


def letters(
    session: Session,
    account_id: int,
    *,
    state: str | None = None,
    customer_id: int | None = None,
    cursor: str | None = None,
    limit: int = 100,
) -> Page[OutboxItem]:
    """A page of the account's letters, the latest due first. Raises Refusal for an unknown state."""
    query = select(OutboxItem).where(OutboxItem.account_id == account_id, OutboxItem.kind == OUTBOX_KIND)
    if customer_id is not None:
        query = query.where(OutboxItem.target == f"customer {customer_id}")
    match state:
        case None:
            pass
        case "waiting":
            query = query.where(OutboxItem.done_at.is_(None), OutboxItem.dead_at.is_(None))
        case "sent":
            query = query.where(OutboxItem.done_at.is_not(None))
        case "refused":
            query = query.where(OutboxItem.dead_at.is_not(None))
        case _:
            raise Refusal("wrong_state", f"a letter is one of {', '.join(STATES)}, not {state!r}")
    order = [By(OutboxItem.due_at, True), By(OutboxItem.id)]
    return page(session, query, order, cursor=cursor, limit=limit)


def state_of(item: OutboxItem) -> str:
    """waiting, sent, or refused: then nobody tries again before somebody asks for it."""
    if item.dead_at is not None:
        return REFUSED
    return WAITING if item.done_at is None else SENT


def letter(session: Session, account_id: int, letter_id: str) -> OutboxItem:
    """One letter of the account. Raises NotFound."""
    query = select(OutboxItem).where(
        OutboxItem.account_id == account_id, OutboxItem.kind == OUTBOX_KIND, OutboxItem.id == letter_id
    )
    item = session.scalar(query)
    if item is None:
        raise NotFound(f"account {account_id} has no letter {letter_id}")
    return item


def send_again(session: Session, account_id: int, letter_id: str, *, now: float) -> OutboxItem:
    """Try a refused letter anew, with a permit of its own. Raises NotFound, Refusal for one that was sent."""
    item = letter(session, account_id, letter_id)
    if item.done_at is not None:
        raise Refusal("already_sent", "this letter was sent: write another one")
    item.dead_at, item.attempts, item.due_at = None, 0, now
    item.body = item.body | {"asked_again_at": now}
    session.flush()
    return item
