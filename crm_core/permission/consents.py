"""What customers said about being contacted: consent per channel and purpose, given or taken back.

Nothing is overwritten: each row is what somebody said at a moment, where it was written down, in which words, and
what proves it. The latest that speaks of a channel and a purpose counts; `any` speaks of all of them. So a consent is
revoked by a later row, and the history shows both.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, case, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core import audit
from crm_core.base import Base, EpochSeconds
from crm_core.customers import customer
from crm_core.timeline_entry import entry
from ctiserver.core.errors import Refusal
from ctiserver.core.permit import Channel, Purpose

ANY = "any"
CHANNELS = (*Channel, ANY)
PURPOSES = (*Purpose, ANY)


class Consent(Base):
    """One thing that a customer said. `given` false: he took it back, or said no."""

    __tablename__ = "consents"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "customer_id"], ["customers.account_id", "customers.id"], ondelete="CASCADE"
        ),
        Index(None, "account_id", "customer_id", "at"),
        CheckConstraint("expires_at IS NULL OR expires_at > at", "expires"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    customer_id: Mapped[int]
    channel: Mapped[str]
    purpose: Mapped[str]
    given: Mapped[bool]
    at: Mapped[EpochSeconds]
    """When he said it."""
    expires_at: Mapped[EpochSeconds | None]
    """None: until he says otherwise."""
    source: Mapped[str]
    """Where: a form, a call, a letter, an import."""
    wording: Mapped[str]
    """What he was asked, or what he said."""
    proof: Mapped[str]
    """Where it can be looked up: a recording, a file, a contact's id; "" for none."""
    by: Mapped[str]
    noted_at: Mapped[EpochSeconds]


def note(
    session: Session,
    account_id: int,
    customer_id: int,
    *,
    channel: str,
    purpose: str,
    given: bool,
    source: str,
    by: str,
    now: float,
    at: float | None = None,
    expires_at: float | None = None,
    wording: str = "",
    proof: str = "",
) -> Consent:
    """Write down what he said; `at` None: just now. Raises NotFound, Refusal.

    A consent needs its source and the words; taking it back needs nothing but the source.
    """
    customer(session, account_id, customer_id)
    said_at = now if at is None else at
    if channel not in CHANNELS or purpose not in PURPOSES:
        raise Refusal("wrong_consent", f"there is no channel {channel} or no purpose {purpose}")
    if not source.strip() or (given and not wording.strip()):
        raise Refusal(
            "consent_without_source", "say where he said it and, for a consent, in which words he was asked"
        )
    if said_at > now:
        raise Refusal("consent_in_future", "a consent cannot be dated in the future: correct its date")
    if expires_at is not None and expires_at <= said_at:
        raise Refusal("wrong_consent", "a consent cannot end before it begins: correct its end")
    row = Consent(
        account_id=account_id,
        customer_id=customer_id,
        channel=channel,
        purpose=purpose,
        given=given,
        at=said_at,
        expires_at=expires_at,
        source=source.strip(),
        wording=wording.strip(),
        proof=proof.strip(),
        by=by,
        noted_at=now,
    )
    session.add(row)
    audit.note(
        session,
        account_id=account_id,
        at=now,
        by=by,
        action="consent.given" if given else "consent.revoked",
        subject=f"customer {customer_id}",
        after={"channel": channel, "purpose": purpose, "source": source.strip()},
    )
    session.flush()
    return row


def history(session: Session, account_id: int, customer_id: int) -> Sequence[Consent]:
    """All that he said, the latest first. Raises NotFound."""
    customer(session, account_id, customer_id)
    rows = select(Consent).where(Consent.account_id == account_id, Consent.customer_id == customer_id)
    return session.scalars(rows.order_by(Consent.at.desc(), Consent.id.desc())).all()


def about(rows: Iterable[Consent], channel: Channel, purpose: Purpose) -> list[Consent]:
    """Those that speak of this channel and purpose, in the order in which he said them."""
    spoken = [row for row in rows if row.channel in (channel, ANY) and row.purpose in (purpose, ANY)]
    return sorted(spoken, key=lambda row: (row.at, row.id))


TIMELINE = entry(
    "consent",
    Consent,
    Consent.at,
    title=Consent.purpose,
    detail=case((Consent.given, "given"), else_="refused"),
    by=Consent.by,
)
