"""Webhooks: programs of the company that are told over HTTP what happened in their account.

A webhook names kinds of events, such as `case.opened`, `ContactEnded` or `*`. What happens becomes one row of the
outbox per webhook, in the transaction of its cause; its id is that of the event in the journal (`epoch.seq.n`), or
`case.N` by the row of a case's history, so that a receiver may know what it has had already. The sender
(`webhook_queue`) tries again with growing pauses; what was tried too often is dead until somebody sends it again.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import ForeignKey, Index, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core import outbox
from crm_core.base import Base, EpochSeconds, check_version
from crm_core.breaker import Breaker
from crm_core.cases import Case, CaseEntry
from crm_core.paging import By, Page, page
from crm_core.webhook_address import check_url
from crm_core.webhook_signature import SECRET_BYTES, secret_of
from ctiserver.core import events as e
from ctiserver.core.errors import ConfigError, Mistake, NotFound, Refusal

OUTBOX_KIND = "webhook"
EVERYTHING = "*"
CALLER_CODE = "caller.code"
STORE_EVENTS = (
    CALLER_CODE,
    *("case.opened", "case.changed", "case.escalated", "activity.done", "test"),
    *(
        "work_order.opened",
        "work_order.changed",
        "work_order.closed",
        "work_order.reopened",
        "work_order.unsafe",
        "work_order.late",
        "work_order.expired",
    ),
)
"""What happens in the store; the other kinds are events of contacts, by their names in docs/messages.md."""


BY_NAME_ONLY = frozenset({CALLER_CODE})
"""Secrets: whoever wants everything is not told them."""


class Webhook(Base):
    """One receiver. What it does not answer with 2xx counts as a failure."""

    __tablename__ = "webhooks"
    __table_args__ = (Index(None, "account_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    name: Mapped[str]
    url: Mapped[str]
    secret: Mapped[str]
    kinds: Mapped[frozenset[str]]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[EpochSeconds]
    created_by: Mapped[str]
    failures: Mapped[int] = mapped_column(default=0)
    """In a row, see `breaker`."""
    open_until: Mapped[EpochSeconds | None]
    last_status: Mapped[int | None]
    """HTTP status of the last answer; None: nothing was answered yet."""
    last_error: Mapped[str | None]
    last_at: Mapped[EpochSeconds | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}

    @property
    def breaker(self) -> Breaker:
        """Whether it may be tried."""
        return Breaker(self.failures, self.open_until)

    @breaker.setter
    def breaker(self, breaker: Breaker) -> None:
        self.failures, self.open_until = breaker.failures, breaker.open_until


def event_kinds() -> list[str]:
    """All that a webhook may name."""
    return [EVERYTHING, *STORE_EVENTS, *sorted(kind.__name__ for kind in _subclasses(e.ContactEvent))]


def add_webhook(
    session: Session,
    account_id: int,
    *,
    name: str,
    url: str,
    kinds: Sequence[str],
    by: str,
    now: float,
    active: bool = True,
) -> Webhook:
    """The new webhook, with a secret of its own. Raises ConfigError."""
    _check(name, url, kinds)
    new = Webhook(
        account_id=account_id,
        name=name.strip(),
        url=url,
        secret=_new_secret(),
        kinds=frozenset(kinds),
        active=active,
        created_at=now,
        created_by=by,
    )
    session.add(new)
    session.flush()
    return new


def change_webhook(
    session: Session,
    account_id: int,
    webhook_id: int,
    *,
    name: str,
    url: str,
    kinds: Sequence[str],
    active: bool,
    expected_version: int | None,
) -> Webhook:
    """The changed webhook, whose breaker is closed again. Raises ConfigError, NotFound, StaleVersion."""
    _check(name, url, kinds)
    found = webhook(session, account_id, webhook_id)
    check_version(found.version, expected_version)
    found.name, found.url, found.kinds, found.active = name.strip(), url, frozenset(kinds), active
    found.breaker = Breaker()
    session.flush()
    return found


def renew_secret(session: Session, account_id: int, webhook_id: int) -> Webhook:
    """The webhook with another secret: what is sent from now on is signed with that one. Raises NotFound."""
    found = webhook(session, account_id, webhook_id)
    found.secret = _new_secret()
    session.flush()
    return found


def remove_webhook(session: Session, account_id: int, webhook_id: int) -> None:
    """It is told nothing more; what waits for it is never sent. Raises NotFound."""
    session.delete(webhook(session, account_id, webhook_id))
    session.flush()


def webhook(session: Session, account_id: int, webhook_id: int) -> Webhook:
    """The webhook of this account. Raises NotFound."""
    found = session.scalar(select(Webhook).where(Webhook.account_id == account_id, Webhook.id == webhook_id))
    if found is None:
        raise NotFound(f"account {account_id} has no webhook {webhook_id}")
    return found


def webhooks_of_account(session: Session, account_id: int) -> Sequence[Webhook]:
    """The account's webhooks, by name."""
    query = select(Webhook).where(Webhook.account_id == account_id)
    return session.scalars(query.order_by(Webhook.name, Webhook.id)).all()


def listed(session: Session, account_id: int, *, cursor: str | None = None, limit: int = 50) -> Page[Webhook]:
    """A page of the account's webhooks, by name."""
    query = select(Webhook).where(Webhook.account_id == account_id)
    return page(session, query, [By(Webhook.name), By(Webhook.id)], cursor=cursor, limit=limit)


def tell(
    session: Session, account_id: int, event_id: str, kind: str, data: Mapping[str, Any], now: float
) -> int:
    """How many webhooks will hear of it. In the transaction of what happened."""
    hearing = [hook for hook in webhooks_of_account(session, account_id) if _hears(hook, kind)]
    for hook in hearing:
        _post(session, hook, event_id, kind, data, now)
    return len(hearing)


def tell_of_case(session: Session, subject: Case, kind: str, now: float) -> int:
    """How many webhooks will hear that something happened to the case: what it is like after its last entry."""
    hearing = [hook for hook in webhooks_of_account(session, subject.account_id) if _hears(hook, kind)]
    if not hearing:
        return 0
    last = session.scalar(
        select(func.max(CaseEntry.id)).where(
            CaseEntry.account_id == subject.account_id, CaseEntry.case_id == subject.id
        )
    )
    for hook in hearing:
        _post(session, hook, f"case.{last}", kind, _case_data(subject), now)
    return len(hearing)


def tell_of_contacts(session: Session, happened: Sequence[tuple[int, str, e.ContactEvent]]) -> int:
    """How many messages come of these (account, event id, event). One query for a batch that nobody wants."""
    accounts = {account_id for account_id, _, _ in happened}
    if not accounts:
        return 0
    hooks = session.scalars(
        select(Webhook).where(Webhook.account_id.in_(sorted(accounts)), Webhook.active)
    ).all()
    told = 0
    for account_id, event_id, event in happened:
        kind = type(event).__name__
        for hook in hooks:
            if hook.account_id == account_id and _hears(hook, kind):
                _post(session, hook, event_id, kind, msgspec.to_builtins(event), event.at)
                told += 1
    return told


def tell_test(session: Session, account_id: int, webhook_id: int, now: float) -> str:
    """Send a message that says nothing, to see whether it arrives; its id. Raises NotFound, Refusal."""
    hook = webhook(session, account_id, webhook_id)
    if not hook.active:
        raise Refusal("webhook_inactive", "this webhook is switched off: switch it on first")
    event_id = f"test.{secrets.token_hex(8)}"
    return _post(session, hook, event_id, "test", {"webhook": hook.name}, now)


def _post(
    session: Session, hook: Webhook, event_id: str, kind: str, data: Mapping[str, Any], at: float
) -> str:
    item_id = f"{event_id}.w{hook.id}"
    body = {"id": event_id, "type": kind, "timestamp": at, "account": hook.account_id, "data": dict(data)}
    account_id, target = hook.account_id, str(hook.id)
    outbox.post(session, item_id, OUTBOX_KIND, body, due_at=at, account_id=account_id, target=target)
    return item_id


def _new_secret() -> str:
    return secret_of(secrets.token_bytes(SECRET_BYTES))


def _hears(hook: Webhook, kind: str) -> bool:
    everything = EVERYTHING in hook.kinds and kind not in BY_NAME_ONLY
    return hook.active and (kind in hook.kinds or everything)


def _case_data(subject: Case) -> dict[str, Any]:
    names = (
        "kind",
        "state",
        "priority",
        "subject",
        "customer_id",
        "reason",
        "channel",
        "contact_id",
        "parent_id",
    )
    more = ("assignee", "team", "opened_at", "due_at", "resolved_at", "escalation_level", "version")
    data = {name: getattr(subject, name) for name in (*names, *more)}
    return {"case": subject.id, **data}


def _check(name: str, url: str, kinds: Sequence[str]) -> None:
    mistakes = [] if name.strip() else [Mistake("name", "give it a name that people recognise")]
    if complaint := check_url(url):
        mistakes.append(Mistake("url", complaint))
    known = event_kinds()
    if not kinds:
        mistakes.append(Mistake("kinds", "choose at least one kind of event, or *"))
    mistakes += [Mistake("kinds", f"{kind!r} is no kind of event") for kind in kinds if kind not in known]
    if mistakes:
        raise ConfigError(mistakes)


def _subclasses(kind: type[Any]) -> list[type[Any]]:
    """Those below a class that have nothing below themselves."""
    below: list[type[Any]] = kind.__subclasses__()
    return [one for sub in below for one in (_subclasses(sub) or [sub])]
