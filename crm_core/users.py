"""Users: who may log in, and as what. Passwords are kept as argon2 hashes only."""

from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import ForeignKey, false, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.base import DEFAULT_ACCOUNT_ID, Base, ConfiguresEngines
from ctiserver.core.errors import NotFound, Refusal

ROLES = frozenset(
    {
        "agent",
        "supervisor",
        "administrator",
        "dispatcher",
        "technician",
        "campaign_manager",
        "analyst",
        "evaluator",
        "program",
    }
)
SHORTEST_PASSWORD = 8

_hasher = PasswordHasher()


@cache
def _hash_of_nobody() -> str:
    return _hasher.hash("nobody has this password")


class User(ConfiguresEngines, Base):
    """A person who may log in."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    language: Mapped[str]
    roles: Mapped[frozenset[str]]
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), default=DEFAULT_ACCOUNT_ID)
    """The client company that he works for; he sees nothing of another."""
    disabled: Mapped[bool] = mapped_column(default=False, server_default=false())
    """He may not log in, and takes no contacts; his name stays in the records."""


def add_user(
    session: Session,
    *,
    login: str,
    name: str,
    password: str,
    roles: Iterable[str],
    language: str = "es",
    account_id: int = DEFAULT_ACCOUNT_ID,
) -> User:
    """The new user, with an id. Raises Refusal for what is wrong in itself, Conflict for a login in use."""
    wanted = frozenset(roles)
    if unknown := sorted(wanted - ROLES):
        raise Refusal(
            "no_such_role", f"unknown role {', '.join(unknown)}: choose from {', '.join(sorted(ROLES))}"
        )
    if not login or not login.isprintable() or any(map(str.isspace, login)):
        raise Refusal("wrong_login", "a login is one word without spaces")
    if len(password) < SHORTEST_PASSWORD:
        raise Refusal("short_password", f"a password has at least {SHORTEST_PASSWORD} characters")
    new = User(
        login=login,
        name=name,
        password_hash=_hasher.hash(password),
        language=language,
        roles=wanted,
        account_id=account_id,
    )
    session.add(new)
    session.flush()
    return new


def set_password(of: User, password: str) -> None:
    """Give a user a new password. Raises Refusal for one that is too short."""
    if len(password) < SHORTEST_PASSWORD:
        raise Refusal("short_password", f"a password has at least {SHORTEST_PASSWORD} characters")
    of.password_hash = _hasher.hash(password)


def user(session: Session, login: str) -> User:
    """The user with this login. Raises NotFound."""
    if found := _find(session, login):
        return found
    raise NotFound(f"there is no user {login}")


def authenticate(session: Session, login: str, password: str) -> User | None:
    """The user, or None when login or password is wrong or he is disabled; all take the same time, about 50 ms."""
    found = _find(session, login)
    try:
        _hasher.verify(found.password_hash if found else _hash_of_nobody(), password)
    except (VerificationError, InvalidHashError):
        return None
    return None if found is None or found.disabled else found


def _find(session: Session, login: str) -> User | None:
    return session.scalar(select(User).where(User.login == login))
