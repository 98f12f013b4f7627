"""What callers prove themselves with: a PIN, or a code that is sent once to a number that we know.

Only a hash is kept (Argon2id). Five wrong ones in a row lock it for fifteen minutes, and while it is locked even the
right one counts for nothing; a right one forgets the wrong ones. A code is good for ten minutes and for one use. The
subject is a customer, or a technician; its id is a text, for each names himself in his own way.
"""

import secrets
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.base import Base, EpochSeconds
from ctiserver.core.errors import Refusal

Subject = Literal["customer", "technician"]
Kind = Literal["pin", "code"]
Verdict = Literal["right", "wrong", "locked", "none"]

WRONG_UNTIL_LOCKED = 5
LOCKED_SECONDS = 900.0
CODE_SECONDS = 600.0
CODE_KEYS = 6
PIN_KEYS = 4

_hasher = PasswordHasher()


@dataclass(frozen=True, slots=True, kw_only=True)
class PinState:
    """Of one subject's PIN, never the PIN. `locked_until` None: it is not locked."""

    made_at: float
    locked_until: float | None


class CallerSecret(Base):
    """One secret of one subject. `expires_at` None: until it is replaced."""

    __tablename__ = "caller_secrets"
    __table_args__ = (
        UniqueConstraint("account_id", "subject", "subject_id", "kind"),
        CheckConstraint("subject IN ('customer', 'technician')", "subject"),
        CheckConstraint("kind IN ('pin', 'code')", "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    subject: Mapped[str]
    subject_id: Mapped[str]
    kind: Mapped[str]
    hash: Mapped[str]
    failures: Mapped[int] = mapped_column(default=0)
    """Wrong ones in a row."""
    locked_until: Mapped[EpochSeconds | None]
    expires_at: Mapped[EpochSeconds | None]
    made_at: Mapped[EpochSeconds]


def set_pin(
    session: Session, account_id: int, subject: Subject, subject_id: str, pin: str, *, now: float
) -> None:
    """Let the subject prove itself with this PIN from now on; a lock ends. Raises Refusal for one too easy."""
    if len(pin) != PIN_KEYS or not pin.isdecimal() or not pin.isascii():
        raise Refusal("wrong_pin", f"a PIN has {PIN_KEYS} digits")
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    if steps in ({0}, {1}, {9}):
        raise Refusal("easy_pin", "choose a PIN that is no row of equal or following digits")
    _keep(session, account_id, subject, subject_id, "pin", pin, now=now, expires_at=None)


def has_pin(session: Session, account_id: int, subject: Subject, subject_id: str) -> bool:
    """Whether the subject has a PIN at all."""
    return _secret(session, account_id, subject, subject_id, "pin") is not None


def new_code(
    session: Session, account_id: int, subject: Subject, subject_id: str, *, now: float
) -> str | None:
    """A code to be sent to the subject; the one before is good no more. None while codes are locked."""
    known = _secret(session, account_id, subject, subject_id, "code")
    if known is not None and known.locked_until is not None and known.locked_until > now:
        return None
    code = f"{secrets.randbelow(10**CODE_KEYS):0{CODE_KEYS}}"
    failures = known.failures if known else 0
    kept = _keep(
        session, account_id, subject, subject_id, "code", code, now=now, expires_at=now + CODE_SECONDS
    )
    kept.failures = failures  # else a new code would buy five more guesses
    return code


def check(
    session: Session,
    account_id: int,
    subject: Subject,
    subject_id: str,
    kind: Kind,
    digits: str,
    *,
    now: float,
) -> Verdict:
    """Whether the digits are the subject's secret; none: there is none that could be right. Counts the wrong ones."""
    found = _secret(session, account_id, subject, subject_id, kind, lock=True)
    if found is None or not found.hash or (found.expires_at is not None and found.expires_at <= now):
        return "none"
    if found.locked_until is not None and found.locked_until > now:
        return "locked"
    if not _is(found.hash, digits):
        found.failures += 1
        if found.failures < WRONG_UNTIL_LOCKED:
            return "wrong"
        found.failures, found.locked_until = 0, now + LOCKED_SECONDS
        return "locked"
    found.failures, found.locked_until = 0, None
    if kind == "code":
        found.hash = ""
    return "right"


def locked_until(
    session: Session, account_id: int, subject: Subject, subject_id: str, *, now: float
) -> float | None:
    """Until when the subject's PIN is locked; None: it is not."""
    found = _secret(session, account_id, subject, subject_id, "pin")
    until = found.locked_until if found else None
    return until if until is not None and until > now else None


def pins(session: Session, account_id: int, subject: Subject, *, now: float) -> dict[str, PinState]:
    """The state of every PIN of the account's subjects of this kind, by the subject's id."""
    query = select(CallerSecret).where(
        CallerSecret.account_id == account_id, CallerSecret.subject == subject, CallerSecret.kind == "pin"
    )
    return {
        one.subject_id: PinState(
            made_at=one.made_at,
            locked_until=one.locked_until if (one.locked_until or 0.0) > now else None,
        )
        for one in session.scalars(query)
    }


def unlock(session: Session, account_id: int, subject: Subject, subject_id: str) -> None:
    """Let the subject try again now; the wrong ones before are forgotten. His PIN stays."""
    found = _secret(session, account_id, subject, subject_id, "pin", lock=True)
    if found is not None:
        found.failures, found.locked_until = 0, None


def _keep(
    session: Session,
    account_id: int,
    subject: str,
    subject_id: str,
    kind: str,
    digits: str,
    *,
    now: float,
    expires_at: float | None,
) -> CallerSecret:
    found = _secret(session, account_id, subject, subject_id, kind, lock=True)
    if found is None:
        found = CallerSecret(account_id=account_id, subject=subject, subject_id=subject_id, kind=kind)
        session.add(found)
    found.hash, found.made_at, found.expires_at = _hasher.hash(digits), now, expires_at
    found.failures, found.locked_until = 0, None
    session.flush()
    return found


def _secret(
    session: Session, account_id: int, subject: str, subject_id: str, kind: str, *, lock: bool = False
) -> CallerSecret | None:
    query = select(CallerSecret).where(
        CallerSecret.account_id == account_id,
        CallerSecret.subject == subject,
        CallerSecret.subject_id == subject_id,
        CallerSecret.kind == kind,
    )
    return session.scalar(query.with_for_update() if lock else query)


def _is(hashed: str, digits: str) -> bool:
    try:
        return _hasher.verify(hashed, digits)
    except VerificationError:
        return False
