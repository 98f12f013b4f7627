"""Who a log-in or a program's token belongs to, with all that decides what he may do and see."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import web_sessions
from crm_core.agents import Agent
from crm_core.users import User, authenticate


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """`log_in` and `csrf` are those of a person at a browser; a program has none."""

    user_id: int
    login: str
    name: str
    account_id: int
    language: str
    roles: frozenset[str]
    is_agent: bool
    log_in: str | None = None
    csrf: str = ""
    needs_touch: bool = False


def enter(session: Session, login: str, password: str, now: float) -> str | None:
    """Begin a log-in: the secret for the browser's cookie; None for a wrong name or password."""
    user = authenticate(session, login, password)
    return web_sessions.log_in(session, user, now) if user else None


def behind_log_in(session: Session, secret: str, now: float) -> Identity | None:
    """The person whose browser holds this secret; None when there is no such log-in, or it has ended."""
    found = web_sessions.find(session, secret, now)
    if found is None:
        return None
    return _identity(
        session,
        found.user,
        found.user.roles,
        log_in=found.secret_hash,
        csrf=found.csrf,
        needs_touch=web_sessions.needs_touch(found, now),
    )


def behind_token(session: Session, token: str) -> Identity | None:
    """The program with this token, which may do what the token allows, as the user that it acts for."""
    found = web_sessions.find_token(session, token)
    return _identity(session, found.user, found.roles) if found else None


def _identity(
    session: Session,
    user: User,
    roles: frozenset[str],
    *,
    log_in: str | None = None,
    csrf: str = "",
    needs_touch: bool = False,
) -> Identity:
    return Identity(
        user_id=user.id,
        login=user.login,
        name=user.name,
        account_id=user.account_id,
        language=user.language,
        roles=roles,
        is_agent=session.scalar(select(Agent.id).where(Agent.user_id == user.id)) is not None,
        log_in=log_in,
        csrf=csrf,
        needs_touch=needs_touch,
    )
