"""The messages to webhooks on their way: taken, sent, tried again, given up.

A sender takes messages for a lease: if it dies, they are due again when the lease is over, with the same id. A
receiver whose breaker is open gets nothing; when its pause is over, one message that decides. After twelve tries (some
nine hours) a message is dead: people see it and may have it sent again.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import outbox
from crm_core.outbox import OutboxItem
from crm_core.paging import By, Page, page
from crm_core.webhooks import OUTBOX_KIND, Webhook, webhook
from ctiserver.core.errors import NotFound

TRIES_AT_MOST = 12
LEASE_SECONDS = 60.0
_LONGEST_ERROR = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a sender sends: the body is JSON; `message_id` is that of the event, the same at each try."""

    item_id: str
    message_id: str
    webhook_id: int
    url: str
    secret: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a try ended. `status` None: there was no answer; `error` "": it was accepted."""

    status: int | None
    error: str = ""


def is_due(session: Session, now: float) -> bool:
    """Whether there is something to take: asking is cheaper than a writing unit."""
    waiting = select(OutboxItem.id).where(
        OutboxItem.kind == OUTBOX_KIND,
        OutboxItem.done_at.is_(None),
        OutboxItem.dead_at.is_(None),
        OutboxItem.due_at <= now,
    )
    return session.scalar(waiting.limit(1)) is not None


def take(session: Session, now: float, limit: int = 20) -> list[Message]:
    """What to send now; for as long as the lease nobody else gets it. In a writing unit."""
    taken: list[Message] = []
    probed: set[int] = set()
    for item in outbox.due(session, now, limit, kind=OUTBOX_KIND):
        hook = session.get(Webhook, int(item.target or 0))
        if hook is None or not hook.active:
            item.dead_at, item.last_error = now, "the webhook was removed or switched off"
        elif not hook.breaker.lets(now):
            item.due_at = hook.open_until or now
        elif hook.id in probed:
            item.due_at = now + LEASE_SECONDS
        else:
            item.due_at = now + LEASE_SECONDS
            taken.append(_message(item, hook))
            if hook.breaker.probes():
                probed.add(hook.id)
    session.flush()
    return taken


def settle(session: Session, message: Message, outcome: Outcome, now: float) -> None:
    """Note how a try ended: done, later again or dead, and what that says of the receiver."""
    item, hook = session.get(OutboxItem, message.item_id), session.get(Webhook, message.webhook_id)
    if item is None or item.done_at is not None:
        return
    if outcome.error:
        outbox.failed(item, now, outcome.error[:_LONGEST_ERROR])
        if item.attempts >= TRIES_AT_MOST:
            item.dead_at = now
    else:
        outbox.sent(item, now)
    if hook is not None:
        hook.breaker = hook.breaker.failed(now) if outcome.error else hook.breaker.succeeded()
        hook.last_status, hook.last_at = outcome.status, now
        hook.last_error = outcome.error[:_LONGEST_ERROR] or None
    session.flush()


def messages(
    session: Session,
    account_id: int,
    webhook_id: int,
    *,
    state: str | None = None,
    cursor: str | None = None,
    limit: int = 100,
) -> Page[OutboxItem]:
    """A page of the webhook's messages, the latest due first; `state`: waiting, done, dead, None for all.

    Raises NotFound, Refusal for a cursor that this list has not given.
    """
    webhook(session, account_id, webhook_id)
    query = select(OutboxItem).where(*_of(account_id, webhook_id))
    match state:
        case "waiting":
            query = query.where(OutboxItem.done_at.is_(None), OutboxItem.dead_at.is_(None))
        case "done":
            query = query.where(OutboxItem.done_at.is_not(None))
        case "dead":
            query = query.where(OutboxItem.dead_at.is_not(None))
    return page(session, query, [By(OutboxItem.due_at, True), By(OutboxItem.id)], cursor=cursor, limit=limit)


def send_again(session: Session, account_id: int, webhook_id: int, item_id: str, now: float) -> None:
    """Try a message anew, also one that is dead or done. Raises NotFound."""
    item = session.scalar(select(OutboxItem).where(*_of(account_id, webhook_id), OutboxItem.id == item_id))
    if item is None:
        raise NotFound(f"webhook {webhook_id} has no message {item_id}")
    item.dead_at = item.done_at = None
    item.attempts, item.due_at = 0, now
    session.flush()


def state_of(item: OutboxItem) -> str:
    """waiting, done or dead."""
    if item.dead_at is not None:
        return "dead"
    return "waiting" if item.done_at is None else "done"


def _of(account_id: int, webhook_id: int) -> tuple[Any, ...]:
    return (
        OutboxItem.account_id == account_id,
        OutboxItem.kind == OUTBOX_KIND,
        OutboxItem.target == str(webhook_id),
    )


def _message(item: OutboxItem, hook: Webhook) -> Message:
    return Message(
        item_id=item.id,
        message_id=item.body["id"],
        webhook_id=hook.id,
        url=hook.url,
        secret=hook.secret,
        body=item.body,
    )
