"""Queues: where contacts wait, what they need from an agent and what is promised to them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, false, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from crm_core.agents import Agent
from crm_core.base import Base, ConfiguresEngines, Seconds
from crm_core.opening_hours import OpeningHours
from ctiserver.core.errors import NotFound


class Queue(ConfiguresEngines, Base):
    """One queue of one account. Its key is unique in the whole center: the engines know nothing else."""

    __tablename__ = "queues"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    time_zone: Mapped[str | None]
    """None: the account's."""
    emergency: Mapped[bool] = mapped_column(default=False)
    """Served before all other queues, never refused, never followed by a survey."""
    service_level_seconds: Mapped[Seconds] = mapped_column(default=20.0)
    short_abandon_seconds: Mapped[Seconds] = mapped_column(default=5.0)
    ring_seconds: Mapped[Seconds] = mapped_column(default=15.0)
    wrap_up_seconds: Mapped[Seconds] = mapped_column(default=120.0)
    announce_after_seconds: Mapped[Seconds] = mapped_column(default=4.0)
    announce_every_seconds: Mapped[Seconds] = mapped_column(default=30.0)
    head_start_seconds: Mapped[dict[str, Any] | None]
    """Value class to seconds of head start, {"A": 120}; None: the installation's."""
    survey: Mapped[str | None]
    survey_percent: Mapped[int] = mapped_column(default=100, server_default="100")
    """How many of a hundred callers are drawn to be asked."""
    record: Mapped[bool] = mapped_column(default=True)
    record_on_demand: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Where not always: when the agent wants it."""
    record_consults: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Also what agents say to whom they consult, each consult in a file of its own."""
    announce_recording: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Callers are told that they are recorded, before they are."""
    hold_reminder_seconds: Mapped[int | None]
    """After so long on hold the agent is reminded of his caller, again and again; None: never."""
    wrap_up_extensions: Mapped[int] = mapped_column(default=2, server_default="2")
    """How often an agent may have more time for one wrap-up."""
    wrap_up_extension_seconds: Mapped[Seconds] = mapped_column(default=60.0, server_default="60")
    call_back_key: Mapped[str | None]
    """Who waits asks with this key to be called back; None: not here."""
    choices_every_seconds: Mapped[Seconds] = mapped_column(default=60.0, server_default="60")
    """He is told of it with his place, not more often than this."""
    message_key: Mapped[str | None]
    """Who waits leaves a message with this key; None: not here."""
    tells: Mapped[str] = mapped_column(default="place", server_default="place")
    """What callers hear of their wait: place, wait, both or none."""
    most_waiting: Mapped[int | None]
    """No more than these wait; None: as many as come."""
    longest_wait_seconds: Mapped[Seconds | None]
    """Nobody waits for longer; None: as long as it takes."""
    overflow_queue: Mapped[str | None]
    """The key of the queue where others go on; None: nowhere."""
    full_offers_call_back: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Where they cannot, they are asked whether they want to be called back."""
    full_offers_message: Mapped[bool] = mapped_column(default=False, server_default=false())
    """And whether they want to leave a message."""
    keep_recordings_days: Mapped[int | None]
    """After so many days recordings are deleted; None: never."""
    slope: Mapped[dict[str, Any] | None]
    """Value class to the slope of its priority, {"A": 4}; None: 1 for all."""
    ceiling_seconds: Mapped[Seconds | None]
    """Who has waited for so long goes before all others; None: nobody does."""
    leave_free: Mapped[dict[str, Any] | None]
    """Value class to free agents that it must leave to others, {"C": 1}; None: none."""
    relaxations: Mapped[list[Any] | None]
    """Who else may serve, and after how long: `tables.Relaxation` as plain values; None: nobody."""
    minute_seconds: Mapped[Seconds] = mapped_column(default=60.0, server_default=text("60"))
    """How long an agent's short pause between calls is."""
    tells_supervised: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether agents see that somebody listens."""
    caller_number: Mapped[str] = mapped_column(default="", server_default="")
    """Who calls when an agent calls on its behalf; "": the usual number."""
    hours_id: Mapped[int | None] = mapped_column(ForeignKey("opening_hours.id"))
    """None: always open."""
    retired: Mapped[bool] = mapped_column(default=False, server_default=false())
    """It stays in the records; the engines know it no more."""

    hours: Mapped[OpeningHours | None] = relationship(lazy="joined")
    skills: Mapped[list["QueueSkill"]] = relationship(
        cascade="all, delete-orphan", order_by="QueueSkill.skill_key", lazy="selectin"
    )
    agents: Mapped[list["AgentQueue"]] = relationship(
        cascade="all, delete-orphan", order_by="AgentQueue.agent_id", lazy="selectin"
    )


class QueueSkill(ConfiguresEngines, Base):
    """The least level of a skill that an agent of the queue must have."""

    __tablename__ = "queue_skills"
    __table_args__ = (CheckConstraint("level BETWEEN 0 AND 100", "level"),)

    queue_id: Mapped[int] = mapped_column(ForeignKey("queues.id", ondelete="CASCADE"), primary_key=True)
    skill_key: Mapped[str] = mapped_column(ForeignKey("skills.key"), primary_key=True)
    level: Mapped[int]


class AgentQueue(ConfiguresEngines, Base):
    """An agent serves a queue; of several queues the one with the lower preference first."""

    __tablename__ = "agent_queues"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id", ondelete="CASCADE"), primary_key=True)
    queue_id: Mapped[int] = mapped_column(
        ForeignKey("queues.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    preference: Mapped[int] = mapped_column(default=0)

    agent: Mapped[Agent] = relationship(lazy="joined", innerjoin=True)


def add_queue(
    session: Session, account_id: int, key: str, name: str, *, skills: Mapping[str, int], **fields: Any
) -> Queue:
    """The new queue, with an id. Raises Conflict for a key in use or an unknown skill."""
    needs = [QueueSkill(skill_key=skill, level=level) for skill, level in skills.items()]
    new = Queue(account_id=account_id, key=key, name=name, skills=needs, **fields)
    session.add(new)
    session.flush()
    return new


def queue(session: Session, account_id: int, key: str) -> Queue:
    """The queue of this account. Raises NotFound."""
    if found := session.scalar(select(Queue).where(Queue.account_id == account_id, Queue.key == key)):
        return found
    raise NotFound(f"account {account_id} has no queue {key}")


def let_serve(session: Session, agent: Agent, served: Queue, *, preference: int = 0) -> None:
    """The agent serves the queue from the next configuration on; a second time changes his preference."""
    link = session.get(AgentQueue, (agent.id, served.id))
    if link is None:
        served.agents.append(AgentQueue(agent=agent, preference=preference))
    else:
        link.preference = preference
    session.flush()


def queues_of_account(session: Session, account_id: int) -> Sequence[Queue]:
    """The account's queues that are not retired, by key."""
    query = select(Queue).where(Queue.account_id == account_id, Queue.retired.is_(False))
    return session.scalars(query.order_by(Queue.key)).all()
