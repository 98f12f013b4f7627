"""Dials: one customer to be called about one thing, some time from now on.

What it is about (a kind and a key, such as the closing of an order) is unique in the account: whoever schedules the
same again gets the dial that there is. A dial waits until it is due, is claimed by one daemon for one attempt
(`dial_claims`), and after it is planned again, done, or given up (`dial_record`). Each attempt is a row of its own,
whose key is the channel's id: it is there, and committed, before anything rings.

    planned -> claimed -> ringing -> answered -> done
       ^          |          |          |
       +----------+----------+----------+  tried again, while the policy allows it
       |          +----------+----------+-> no_answer, busy, failed, unknown: given up
       +-> refused (no permit will come), failed (too late), cancelled
"""

from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    false,
    select,
    text,
)
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from crm_core.accounts import account
from crm_core.base import Base, EpochSeconds
from crm_core.customers import Customer, customer
from crm_core.dial_attempts import DialAttempt
from crm_core.paging import By, Page, page
from crm_core.spoken_names import want_name
from crm_core.timeline_entry import entry
from ctiserver.core.errors import NotFound, Refusal
from ctiserver.core.permit import Purpose

State = Literal[
    "planned",
    "claimed",
    "ringing",
    "answered",
    "done",
    "no_answer",
    "busy",
    "failed",
    "refused",
    "cancelled",
    "unknown",
]
IN_FLIGHT = ("claimed", "ringing", "answered")
FINAL = ("done", "no_answer", "busy", "failed", "refused", "cancelled", "unknown")
Afterwards = Literal["email", "nothing"]
ATTEMPTS_AT_MOST = 3
_LEADS_APART = {
    "retries": "state = 'planned' AND attempts > 0",
    "asked_for": "state = 'planned' AND asked_for_at IS NOT NULL",
}
"""Leads that come before the fresh ones have indexes of their own: a list has many fresh ones."""


class Dial(Base):
    """One thing to call one customer about. `ended_at` is set when its state is final."""

    __tablename__ = "dials"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "customer_id"], ["customers.account_id", "customers.id"], ondelete="CASCADE"
        ),
        UniqueConstraint("account_id", "about_kind", "about_key"),
        CheckConstraint(
            "state IN ('planned', 'claimed', 'ringing', 'answered', 'done', 'no_answer', 'busy', 'failed', "
            "'refused', 'cancelled', 'unknown')",
            "state",
        ),
        CheckConstraint("afterwards IN ('email', 'nothing')", "afterwards"),
        Index(None, "account_id", "customer_id", "made_at"),
        Index(None, "account_id", "made_at"),
        Index(
            "ix_dials_due",
            "campaign_id",
            "next_at",
            "id",
            sqlite_where=text("state = 'planned'"),
            postgresql_where=text("state = 'planned'"),
        ),
        *(
            Index(
                f"ix_dials_{name}",
                "campaign_id",
                "next_at",
                "id",
                sqlite_where=text(them),
                postgresql_where=text(them),
            )
            for name, them in _LEADS_APART.items()
        ),
        Index(None, "campaign_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    customer_id: Mapped[int]
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaigns.id"))
    """The campaign whose lead it is; None: a dial by itself."""
    number: Mapped[str]
    """In E.164: the one that is tried next, or was tried last."""
    numbers: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    """All of a lead's numbers, in the order in which they are tried; a dial by itself has none here."""
    agent: Mapped[str | None]
    """The log-in of the agent who alone is to call; None: anyone's."""
    asked_for_at: Mapped[EpochSeconds | None]
    """When he wants to be called back, where he said so."""
    passed_over: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """Those of his numbers that are tried no more, each with the result or the rule that says so."""
    in_sample: Mapped[bool] = mapped_column(default=False, server_default=false())
    """He is one of those whom the campaign's pre-test calls."""
    purpose: Mapped[str]
    about_kind: Mapped[str]
    about_key: Mapped[str]
    flow: Mapped[str] = mapped_column(default="")
    survey: Mapped[str] = mapped_column(default="")
    """What he hears: a flow, or a survey; one of the two."""
    language: Mapped[str]
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the flow may say, by name."""
    technician: Mapped[str | None]
    """The log-in of the technician whose work it is about."""
    not_before: Mapped[EpochSeconds]
    not_after: Mapped[EpochSeconds]
    next_at: Mapped[EpochSeconds]
    """When it is due while it is planned."""
    attempts: Mapped[int] = mapped_column(default=0)
    attempts_at_most: Mapped[int] = mapped_column(default=ATTEMPTS_AT_MOST)
    afterwards: Mapped[str] = mapped_column(default="nothing")
    """What follows when he is not reached by telephone."""
    letter: Mapped[str | None]
    """The outbox's id of the e-mail that went instead of the call."""

    state: Mapped[str] = mapped_column(default="planned")
    attempt: Mapped[str | None]
    """The latest attempt."""
    result: Mapped[str | None]
    decided_by: Mapped[str | None]
    """How the latest attempt ended, and who decided it: customer, carrier, system."""
    refused_rule: Mapped[str | None]
    refused_until: Mapped[EpochSeconds | None]
    """Why it was not permitted the last time that it was due, and until when."""
    refused_row: Mapped[str | None]
    """What refused: the key of a legal profile row, the number of a consent or of a list's entry, a product."""
    cancelled_because: Mapped[str | None]
    """Set while an attempt is under way, it is the last one."""
    made_by: Mapped[str]
    made_at: Mapped[EpochSeconds]
    ended_at: Mapped[EpochSeconds | None]

    tries: Mapped[list["DialAttempt"]] = relationship(
        cascade="all, delete-orphan", order_by="DialAttempt.ordinal", passive_deletes=True
    )


TIMELINE = entry("dial", Dial, Dial.made_at, title=Dial.purpose, detail=Dial.state, by=Dial.made_by)


def schedule(
    session: Session,
    account_id: int,
    customer_id: int,
    *,
    number: str,
    purpose: Purpose,
    about: tuple[str, str],
    not_before: float,
    not_after: float,
    by: str,
    now: float,
    flow: str = "",
    survey: str = "",
    language: str | None = None,
    values: Mapping[str, str] | None = None,
    technician: str | None = None,
    afterwards: Afterwards = "nothing",
    attempts_at_most: int = ATTEMPTS_AT_MOST,
) -> Dial:
    """The dial about this thing: the new one, or the one that there is already, as it is.

    `about`: a kind and a key; `number` in E.164; `language` None: the customer's, else the account's. Whether he may
    be called is asked when it is due. Raises NotFound, Refusal.
    """
    kind, key = about
    if found := about_this(session, account_id, kind, key):
        return found
    if bool(flow) == bool(survey):
        raise Refusal("flow_or_survey", "say what he shall hear: a flow or a survey, not both")
    if not_after <= max(not_before, now):
        raise Refusal("wrong_window", "the call's last moment must lie ahead, and after its first one")
    if attempts_at_most < 1:
        raise Refusal("wrong_attempts", "a dial has at least one attempt")
    who = customer(session, account_id, customer_id)
    new = Dial(
        account_id=account_id,
        customer_id=customer_id,
        number=number,
        purpose=purpose,
        about_kind=kind,
        about_key=key,
        flow=flow,
        survey=survey,
        language=language or _language(session, who),
        values=dict(values or {}),
        technician=technician,
        not_before=not_before,
        not_after=not_after,
        next_at=not_before,
        attempts=0,
        attempts_at_most=attempts_at_most,
        afterwards=afterwards,
        state="planned",
        made_by=by,
        made_at=now,
    )
    session.add(new)
    session.flush()
    want_name(session, account_id, who.display_name, customer_id)
    return new


def about_this(session: Session, account_id: int, kind: str, key: str) -> Dial | None:
    """The dial about this thing, whatever its state."""
    query = select(Dial).where(Dial.account_id == account_id, Dial.about_kind == kind, Dial.about_key == key)
    return session.scalar(query)


def cancel(session: Session, account_id: int, kind: str, key: str, *, because: str, now: float) -> bool:
    """Whether nobody will be called about this any more: false when there is no such dial or it is over.

    A call that is under way goes on, but it is the last one.
    """
    query = select(Dial).where(Dial.account_id == account_id, Dial.about_kind == kind, Dial.about_key == key)
    found = session.scalar(query.with_for_update())
    if found is None or found.ended_at is not None:
        return False
    found.cancelled_because = because
    if found.state == "planned":
        found.state, found.ended_at = "cancelled", now
    session.flush()
    return True


def dial(session: Session, account_id: int, dial_id: int) -> Dial:
    """One dial. Raises NotFound."""
    found = session.scalar(select(Dial).where(Dial.account_id == account_id, Dial.id == dial_id))
    if found is None:
        raise NotFound(f"account {account_id} has no dial {dial_id}")
    return found


def newest(
    session: Session,
    account_id: int,
    *,
    state: str = "",
    about_kind: str = "",
    customer_id: int | None = None,
    cursor: str | None = None,
    limit: int = 100,
) -> Page[Dial]:
    """A page of the dials, those made last first. `state`: one, `open`, `over`, or "" for all; `about_kind` "": any."""
    query = select(Dial).where(Dial.account_id == account_id)
    if state in ("open", "over"):
        query = query.where(Dial.ended_at.is_(None) if state == "open" else Dial.ended_at.is_not(None))
    elif state:
        query = query.where(Dial.state == state)
    if about_kind:
        query = query.where(Dial.about_kind == about_kind)
    if customer_id is not None:
        query = query.where(Dial.customer_id == customer_id)
    order = [By(Dial.made_at, True), By(Dial.id, True)]
    return page(session, query, order, cursor=cursor, limit=limit)


def _language(session: Session, who: Customer) -> str:
    return who.language or account(session, who.account_id).language
