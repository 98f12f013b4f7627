"""Agents: users who take contacts, the phone that rings for them and what they are able to do.

A skill has a level from 0 to 100 in each agent. The engines know an agent by his login.
"""

from collections.abc import Mapping

from sqlalchemy import CheckConstraint, ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from crm_core.base import Base, ConfiguresEngines
from crm_core.users import User
from ctiserver.core.errors import NotFound


class Skill(ConfiguresEngines, Base):
    """Something that a contact may need and an agent may have: a language, a product, a trade."""

    __tablename__ = "skills"

    key: Mapped[str] = mapped_column(primary_key=True)
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
) -> Agent:
    """The new agent, with an id.

    Raises NotFound for an unknown login; Conflict for one who is an agent already, an extension in use, an
    unknown skill or a level outside 0..100.
    """
    owner = session.scalar(select(User).where(User.login == login))
    if owner is None:
        raise NotFound(f"there is no user {login}: add one first")
    levels = [AgentSkill(skill_key=key, level=level) for key, level in skills.items()]
    new = Agent(user=owner, extension=extension, phone_uri=phone_uri, skills=levels)
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


def phones(session: Session) -> list[tuple[str, str | None]]:
    """Extension and fixed SIP contact (None: the phone registers) of every agent, by extension."""
    rows = session.execute(select(Agent.extension, Agent.phone_uri).order_by(Agent.extension))
    return [(extension, phone_uri) for extension, phone_uri in rows]
