"""Agents: users who take contacts, the phone that rings for them and what they are able to do.

A skill has a level from 0 to 100 in each agent. The engines know an agent by his login.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import CheckConstraint, ForeignKey, Select, false, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from crm_core.base import DEFAULT_ACCOUNT_ID, Base, ConfiguresEngines
from crm_core.users import User
from crm_core.web_sessions import WebSession
from ctiserver.core.errors import NotFound


class Skill(ConfiguresEngines, Base):
    """Something that a contact may need and an agent may have: a language, a product, a trade."""

    __tablename__ = "skills"

    key: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(default=DEFAULT_ACCOUNT_ID, server_default="1")
    """Whose it is. The key is unique in the whole center, as that of a queue is: the engines know nothing else."""
    label_es: Mapped[str]
    label_en: Mapped[str]


class Agent(ConfiguresEngines, Base):
    """A user who takes contacts at one extension."""

    __tablename__ = "agents"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), unique=True)
    extension: Mapped[str] = mapped_column(unique=True)
    phone_uri: Mapped[str | None]
    """Where a phone that doesn't register is found, "sip:1001@192.0.2.7:5060"; None: it registers."""
    browser_phone: Mapped[bool] = mapped_column(default=False, server_default=false())
    """His phone is the console's page."""

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)
    skills: Mapped[list["AgentSkill"]] = relationship(
        cascade="all, delete-orphan", order_by="AgentSkill.skill_key", lazy="selectin"
    )


class AgentSkill(ConfiguresEngines, Base):
    """How well an agent has a skill: 0 (hardly) to 100 (nobody better)."""

    __tablename__ = "agent_skills"
    __table_args__ = (CheckConstraint("level BETWEEN 0 AND 100", "level"),)

    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"), primary_key=True)
    skill_key: Mapped[str] = mapped_column(ForeignKey("skills.key"), primary_key=True)
    level: Mapped[int]


def add_agent(
    session: Session,
    *,
    login: str,
    extension: str,
    skills: Mapping[str, int],
    phone_uri: str | None = None,
    browser_phone: bool = False,
) -> Agent:
    """The new agent, with an id.

    Raises NotFound for an unknown login; Conflict for one who is an agent already, an extension in use, an
    unknown skill or a level outside 0..100.
    """
    owner = session.scalar(select(User).where(User.login == login))
    if owner is None:
        raise NotFound(f"there is no user {login}: add one first")
    levels = [AgentSkill(skill_key=key, level=level) for key, level in skills.items()]
    new = Agent(
        user=owner, extension=extension, phone_uri=phone_uri, browser_phone=browser_phone, skills=levels
    )
    session.add(new)
    session.flush()
    return new


def agent(session: Session, login: str) -> Agent:
    """The agent with this login. Raises NotFound."""
    if found := session.scalar(select(Agent).join(User).where(User.login == login)):
        return found
    raise NotFound(f"there is no agent {login}")


def phone_name(extension: str) -> str:
    """The SIP user of an agent's phone.

    Not the bare extension, which an outside caller's number may equal: Asterisk would take him for the agent
    and ask for a password.
    """
    return f"agent-{extension}"


class AgentPhone(NamedTuple):
    """Where an agent's phone is. `uri` None: it registers; `nonce`: of the newest log-in, for a browser's phone."""

    extension: str
    uri: str | None
    browser: bool
    nonce: str


def phones(session: Session) -> list[AgentPhone]:
    """The phone of every agent, by extension."""
    return _phones(session, select(Agent.id))


def phone_of(session: Session, login: str) -> AgentPhone | None:
    """The phone of one agent; None for who is no agent."""
    found = _phones(session, select(Agent.id).join(User).where(User.login == login))
    return found[0] if found else None


def _phones(session: Session, which: Select[Any]) -> list[AgentPhone]:
    newest = (
        select(WebSession.phone_nonce)
        .where(WebSession.user_id == Agent.user_id)
        .order_by(WebSession.began_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Agent.extension, Agent.phone_uri, Agent.browser_phone, newest)
        .where(Agent.id.in_(which))
        .order_by(Agent.extension)
    )
    return [
        AgentPhone(extension, uri, browser, nonce if browser and nonce else "")
        for extension, uri, browser, nonce in rows
    ]
