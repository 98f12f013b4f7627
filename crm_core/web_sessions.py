"""Log-ins of people at the console, and tokens of programs.

Only hashes of the secrets are kept. A log-in ends by logging out, by its age, or by being idle too long; `phone_nonce`
makes the password of the browser's telephone, which is worth nothing after the log-in's end.
"""

import secrets
from hashlib import sha256

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from crm_core.base import Base, EpochSeconds
from crm_core.users import User

IDLE_SECONDS = 12 * 3600.0
LONGEST_SECONDS = 7 * 24 * 3600.0
_SEEN_EVERY_SECONDS = 60.0


class WebSession(Base):
    """One person at one browser."""

    __tablename__ = "web_sessions"

    secret_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    csrf: Mapped[str]
    phone_nonce: Mapped[str]
    began_at: Mapped[EpochSeconds]
    seen_at: Mapped[EpochSeconds]

    user: Mapped[User] = relationship()


class ApiToken(Base):
    """One program; it acts as its user does, with the roles of the token only."""

    __tablename__ = "api_tokens"

    secret_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    roles: Mapped[frozenset[str]]
    made_at: Mapped[EpochSeconds]

    user: Mapped[User] = relationship()


def hashed(secret: str) -> str:
    """What is kept of a secret; it is random and long, so that a plain hash is safe."""
    return sha256(secret.encode()).hexdigest()


def log_in(session: Session, user: User, now: float) -> str:
    """Begin a log-in; the secret for the browser's cookie."""
    secret = secrets.token_urlsafe(32)
    session.add(
        WebSession(
            secret_hash=hashed(secret),
            user_id=user.id,
            csrf=secrets.token_urlsafe(24),
            phone_nonce=secrets.token_urlsafe(24),
            began_at=now,
            seen_at=now,
        )
    )
    return secret


def find(session: Session, secret: str, now: float) -> WebSession | None:
    """The log-in that a cookie belongs to, unless it has ended."""
    found = session.get(WebSession, hashed(secret))
    if found is None or now - found.seen_at > IDLE_SECONDS or now - found.began_at > LONGEST_SECONDS:
        return None
    return found


def needs_touch(found: WebSession, now: float) -> bool:
    """Whether it is time to note that he is still there."""
    return now - found.seen_at > _SEEN_EVERY_SECONDS


def touch(session: Session, secret_hash: str, now: float) -> None:
    """He is still there."""
    found = session.get(WebSession, secret_hash)
    if found is not None:
        found.seen_at = now


def log_out(session: Session, secret_hash: str) -> None:
    """End a log-in."""
    session.execute(delete(WebSession).where(WebSession.secret_hash == secret_hash))


def add_token(session: Session, user: User, name: str, roles: frozenset[str], now: float) -> str:
    """Let a program in; the secret, which nobody can read again."""
    secret = f"cti_{secrets.token_urlsafe(32)}"
    session.add(ApiToken(secret_hash=hashed(secret), user_id=user.id, name=name, roles=roles, made_at=now))
    return secret


def find_token(session: Session, secret: str) -> ApiToken | None:
    """The token, or None."""
    return session.scalar(select(ApiToken).where(ApiToken.secret_hash == hashed(secret)))
