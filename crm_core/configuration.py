"""The part of the configuration that lives in the database, as the engines want it: whole, plain,
numbered.

Whatever changes a table marked `ConfiguresEngines` raises the version in the same transaction, so that
whoever watches one number misses no change. Only the unit of work notices: change these tables through
the models.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import select, update
from sqlalchemy.orm import Mapped, Session, UOWTransaction, joinedload, mapped_column

from crm_core.accounts import Account
from crm_core.agents import Agent, phone_name
from crm_core.announcements import in_force
from crm_core.base import Base, ConfiguresEngines
from crm_core.campaigns.campaign import Campaign
from crm_core.contact_reasons import ContactReason
from crm_core.dispositions import Disposition
from crm_core.opening_hours import as_plain
from crm_core.outside_rules import outside
from crm_core.pause_reasons import PauseReason
from crm_core.queues import Queue
from crm_core.wrap_up_fields import WrapUpField
from ctiserver.core import tables as plain
from ctiserver.core.ids import AgentKey, QueueKey

ENDPOINT = "PJSIP/{phone}"
NO_HEAD_START: Mapping[str, float] = {}


class ConfigurationVersion(Base):
    """One row, which the first migration makes."""

    __tablename__ = "configuration_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int]


def raise_version_on_change(session: Session, _flush: UOWTransaction) -> None:
    """Every writing session of the store calls this after it has sent its changes."""
    touched = [*session.new, *session.deleted, *filter(session.is_modified, session.dirty)]
    if any(isinstance(row, ConfiguresEngines) for row in touched):
        session.execute(
            update(ConfigurationVersion).values(version=ConfigurationVersion.version + 1),
            execution_options={"synchronize_session": False},
        )


def version(session: Session) -> int:
    """The number of the configuration in force; it only rises."""
    return session.scalars(select(ConfigurationVersion.version)).one()


def tables(
    session: Session,
    *,
    head_start_seconds: Mapping[str, float] = NO_HEAD_START,
    endpoint: str = ENDPOINT,
    years: Sequence[int] = (),
) -> plain.Tables:
    """Queues, agents, dispositions and reasons of all accounts, in the order of their keys; the rest is left
    at its default. What is retired and who is disabled is not there.

    `head_start_seconds` holds for queues without a profile of their own; `endpoint` makes an agent's
    phone in the switch's terms from `{phone}`, its SIP user; in `years` the queues keep public holidays.
    """
    queues = session.scalars(select(Queue).where(Queue.retired.is_(False)).order_by(Queue.key)).all()
    zones = {account.id: account.time_zone for account in session.scalars(select(Account))}
    served: dict[int, dict[QueueKey, int]] = defaultdict(dict)
    for queue in queues:
        for link in queue.agents:
            served[link.agent_id][QueueKey(queue.key)] = link.preference
    working = [agent for agent in session.scalars(select(Agent)) if not agent.user.disabled]
    agents = sorted(working, key=lambda agent: agent.user.login)
    return plain.Tables(
        queues=tuple(_queue(queue, zones[queue.account_id], head_start_seconds, years) for queue in queues),
        agents=tuple(_agent(agent, served[agent.id], endpoint) for agent in agents),
        dispositions=_dispositions(session),
        contact_reasons=_contact_reasons(session),
        pause_reasons=_pause_reasons(session),
        campaigns=_campaigns(session, zones, years),
        announcements=in_force(session),
        outside=outside(session),
        wrap_up_fields=_wrap_up_fields(session),
    )


def _queue(
    queue: Queue, time_zone: str, head_start_seconds: Mapping[str, float], years: Sequence[int]
) -> plain.Queue:
    own = queue.head_start_seconds
    return plain.Queue(
        key=QueueKey(queue.key),
        account_id=queue.account_id,
        requires={need.skill_key: need.level for need in queue.skills},
        head_start_seconds=dict(head_start_seconds if own is None else own),
        time_zone=queue.time_zone or time_zone,
        service_level_seconds=queue.service_level_seconds,
        short_abandon_seconds=queue.short_abandon_seconds,
        ring_seconds=queue.ring_seconds,
        wrap_up_seconds=queue.wrap_up_seconds,
        announce_after_seconds=queue.announce_after_seconds,
        announce_every_seconds=queue.announce_every_seconds,
        survey=queue.survey,
        survey_percent=queue.survey_percent,
        record=queue.record,
        record_on_demand=queue.record_on_demand,
        announce_recording=queue.announce_recording,
        wrap_up_extensions=queue.wrap_up_extensions,
        wrap_up_extension_seconds=queue.wrap_up_extension_seconds,
        emergency=queue.emergency,
        hours=as_plain(queue.hours, time_zone, years) if queue.hours else None,
        slope=dict(queue.slope or {}),
        ceiling_seconds=queue.ceiling_seconds,
        leave_free=dict(queue.leave_free or {}),
        relaxations=tuple(msgspec.convert(one, plain.Relaxation) for one in queue.relaxations or ()),
        minute_seconds=queue.minute_seconds,
        tells_supervised=queue.tells_supervised,
        call_back_key=queue.call_back_key,
        choices_every_seconds=queue.choices_every_seconds,
        caller_number=queue.caller_number,
        message_key=queue.message_key,
        tells=msgspec.convert(queue.tells, plain.Tells),
        most_waiting=queue.most_waiting,
        longest_wait_seconds=queue.longest_wait_seconds,
        overflow_queue=QueueKey(queue.overflow_queue) if queue.overflow_queue else None,
        full_offers=_offers(queue),
        record_consults=queue.record_consults,
    )


def _offers(queue: Queue) -> tuple[plain.InsteadOfWaiting, ...]:
    call_back: tuple[plain.InsteadOfWaiting, ...] = ("call_back",) if queue.full_offers_call_back else ()
    return (*call_back, "message") if queue.full_offers_message else call_back


def _agent(agent: Agent, queues: dict[QueueKey, int], endpoint: str) -> plain.Agent:
    return plain.Agent(
        key=AgentKey(agent.user.login),
        account_id=agent.user.account_id,
        name=agent.user.name,
        extension=agent.extension,
        browser_phone=agent.browser_phone,
        endpoint=endpoint.format(phone=phone_name(agent.extension)),
        skills={skill.skill_key: skill.level for skill in agent.skills},
        queues=queues,
        roles=tuple(sorted(agent.user.roles)),
    )


def _campaigns(
    session: Session, zones: Mapping[int, str], years: Sequence[int]
) -> tuple[plain.Campaign, ...]:
    query = select(Campaign).where(Campaign.state.in_(("running", "paused"))).order_by(Campaign.id)
    return tuple(
        plain.Campaign(
            id=row.id,
            key=row.key,
            account_id=row.account_id,
            running=row.state == "running",
            mode=row.mode,  # type: ignore[arg-type]
            queue=QueueKey(row.queue.key),
            hours=as_plain(row.hours, zones[row.account_id], years) if row.hours else None,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            weight=row.weight,
            caller_number=row.caller_number,
            lines_at_once=row.lines_at_once,
            lines_per_second=row.lines_per_second,
            ring_seconds=row.ring_seconds,
            attempts_at_most=row.attempts_at_most,
            pause_seconds={str(result): float(pause) for result, pause in row.pause_seconds.items()},
            abandon_limit=row.abandon_limit,
            window_seconds=row.window_days * 86_400.0,
            tolerance_seconds=row.tolerance_seconds,
            message_flow=row.message_flow,
            preview_seconds=row.preview_seconds,
            detect_machines=row.detect_machines,
            machine_flow=row.machine_flow,
        )
        for row in session.scalars(query)
    )


def _dispositions(session: Session) -> tuple[plain.Disposition, ...]:
    query = select(Disposition).where(Disposition.retired.is_(False)).options(joinedload(Disposition.queue))
    rows = [
        plain.Disposition(
            code=row.code,
            account_id=row.account_id,
            queue=QueueKey(row.queue.key) if row.queue else None,
            needs_note=row.needs_note,
            asks_call_back=row.asks_call_back,
        )
        for row in session.scalars(query)
    ]
    return tuple(sorted(rows, key=lambda row: (row.account_id, row.queue or "", row.code)))


def _contact_reasons(session: Session) -> tuple[plain.ContactReason, ...]:
    """In the order in which they are offered, which decides between two that are guessed alike."""
    query = select(ContactReason).where(ContactReason.retired.is_(False))
    order = (ContactReason.account_id, ContactReason.position, ContactReason.key)
    return tuple(
        plain.ContactReason(
            key=row.key,
            account_id=row.account_id,
            parent=row.parent.key if row.parent else None,
            guessed_by=tuple(row.guessed_by),
        )
        for row in session.scalars(query.order_by(*order))
    )


def _wrap_up_fields(session: Session) -> tuple[plain.WrapUpField, ...]:
    """In the order of the form."""
    query = select(WrapUpField).where(WrapUpField.retired.is_(False))
    order = (WrapUpField.account_id, WrapUpField.position, WrapUpField.key)
    return tuple(
        plain.WrapUpField(
            key=row.key,
            account_id=row.account_id,
            queue=QueueKey(row.queue.key) if row.queue else None,
            type=row.type,  # type: ignore[arg-type]
            required=row.required,
            choices=tuple(one["key"] for one in row.choices),
        )
        for row in session.scalars(query.order_by(*order))
    )


def _pause_reasons(session: Session) -> tuple[plain.PauseReason, ...]:
    query = select(PauseReason).where(PauseReason.retired.is_(False))
    order = (PauseReason.account_id, PauseReason.position, PauseReason.key)
    return tuple(
        plain.PauseReason(key=row.key, account_id=row.account_id)
        for row in session.scalars(query.order_by(*order))
    )
