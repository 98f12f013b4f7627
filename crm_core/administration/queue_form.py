"""Queues as administrators see them: promises, timing, the skills that they need, who serves them."""

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.administration import checks, queue_limits, queue_profile
from crm_core.administration.desk import Author, Thing
from crm_core.administration.queue_profile import RelaxationForm
from crm_core.agents import Agent, Skill
from crm_core.opening_hours import OpeningHours, hours_of_account
from crm_core.queues import AgentQueue, Queue, QueueSkill, queues_of_account
from crm_core.users import User
from ctiserver.core.errors import Mistake

LAST_PREFERENCE = 99
MOST_DAYS = 36_500


class QueueForm(msgspec.Struct, kw_only=True):
    """One queue.

    `time_zone`, `head_start_seconds` None: the account's, the installation's; `hours` None: always open; recordings are
    kept for `keep_recordings_days`, None: for ever; `slope`, `leave_free` by value class, `ceiling_seconds` and
    `relaxations` as in `tables.Queue`, None: as if there were none; who waits and presses `call_back_key` is called
    back, None: nobody; `skills`: least level by skill; `agents`: preference by login, the lower first;
    `minute_seconds`: of an agent's short pause; `tells_supervised`: agents see that somebody listens;
    `caller_number` "": calls on its behalf show the usual one; `message_key`, `tells`, `most_waiting`,
    `longest_wait_seconds`, `overflow_queue` and `full_offers_`: see `queue_limits`.
    """

    key: str
    name: str
    emergency: bool = False
    time_zone: str | None = None
    hours: str | None = None
    service_level_seconds: float = 20.0
    short_abandon_seconds: float = 5.0
    ring_seconds: float = 15.0
    wrap_up_seconds: float = 120.0
    announce_after_seconds: float = 4.0
    announce_every_seconds: float = 30.0
    head_start_seconds: dict[str, float] | None = None
    survey: str | None = None
    survey_percent: int = 100
    record: bool = True
    record_on_demand: bool = False
    record_consults: bool = False
    announce_recording: bool = False
    hold_reminder_seconds: int | None = None
    wrap_up_extensions: int = 2
    wrap_up_extension_seconds: float = 60.0
    keep_recordings_days: int | None = None
    slope: dict[str, float] | None = None
    ceiling_seconds: float | None = None
    leave_free: dict[str, int] | None = None
    relaxations: list[RelaxationForm] | None = None
    minute_seconds: float = 60.0
    tells_supervised: bool = False
    call_back_key: str | None = None
    choices_every_seconds: float = 60.0
    caller_number: str = ""
    message_key: str | None = None
    tells: str = "place"
    most_waiting: int | None = None
    longest_wait_seconds: float | None = None
    overflow_queue: str | None = None
    full_offers_call_back: bool = False
    full_offers_message: bool = False
    skills: dict[str, int] = {}
    agents: dict[str, int] = {}
    retired: bool = False


_PLAIN = (
    "name",
    "emergency",
    "time_zone",
    "service_level_seconds",
    "short_abandon_seconds",
    "ring_seconds",
    "wrap_up_seconds",
    "announce_after_seconds",
    "announce_every_seconds",
    "head_start_seconds",
    "survey",
    "survey_percent",
    "record",
    "record_on_demand",
    "record_consults",
    "announce_recording",
    "hold_reminder_seconds",
    "wrap_up_extensions",
    "wrap_up_extension_seconds",
    "keep_recordings_days",
    "slope",
    "ceiling_seconds",
    "leave_free",
    "minute_seconds",
    "tells_supervised",
    "call_back_key",
    "choices_every_seconds",
    "caller_number",
    "message_key",
    "tells",
    "most_waiting",
    "longest_wait_seconds",
    "overflow_queue",
    "full_offers_call_back",
    "full_offers_message",
    "retired",
)
"""Fields that stand in the row as they stand in the form."""


class Queues(Thing[Queue, QueueForm]):
    """Named by their keys, which are unique in the whole center."""

    name = "queue"

    def rows(self, session: Session, account_id: int) -> Sequence[Queue]:
        query = select(Queue).where(Queue.account_id == account_id)
        return session.scalars(query.order_by(Queue.key)).all()

    def id(self, row: Queue) -> str:
        return row.key

    def read(self, session: Session, row: Queue) -> QueueForm:
        return QueueForm(
            key=row.key,
            hours=row.hours.key if row.hours else None,
            skills={need.skill_key: need.level for need in row.skills},
            agents={link.agent.user.login: link.preference for link in row.agents},
            relaxations=msgspec.convert(row.relaxations, list[RelaxationForm] | None),
            **{field: getattr(row, field) for field in _PLAIN},
        )

    def mistakes(self, session: Session, author: Author, row: Queue | None, form: QueueForm) -> list[Mistake]:
        account = author.account_id
        skills = session.scalars(select(Skill.key).where(Skill.account_id == account)).all()
        hours = [one.key for one in hours_of_account(session, account)]
        found = [
            *checks.key("key", form.key, row.key if row else None, session.scalars(select(Queue.key)).all()),
            *checks.filled(name=form.name),
            *checks.time_zone("time_zone", form.time_zone),
            *checks.known("hours", form.hours, hours),
            *checks.seconds(
                service_level_seconds=form.service_level_seconds,
                short_abandon_seconds=form.short_abandon_seconds,
                ring_seconds=form.ring_seconds,
                wrap_up_seconds=form.wrap_up_seconds,
                wrap_up_extension_seconds=form.wrap_up_extension_seconds,
                announce_after_seconds=form.announce_after_seconds,
                announce_every_seconds=form.announce_every_seconds,
                minute_seconds=form.minute_seconds,
                choices_every_seconds=form.choices_every_seconds,
            ),
            *queue_limits.keys(form),
            *checks.levels("skills", form.skills, skills, 100),
            *checks.levels("agents", form.agents, _agents(session, account), LAST_PREFERENCE),
        ]
        if form.emergency and form.hours is not None:
            found.append(
                Mistake("hours", "an emergency queue is never closed: choose no hours", "never_closed")
            )
        found += queue_profile.by_class(form.head_start_seconds, form.slope, form.leave_free)
        found += queue_profile.ceiling(form.ceiling_seconds)
        others = session.scalars(select(Queue.key).where(Queue.account_id == account)).all()
        found += queue_limits.limits(form, queues_of_account(session, account))
        found += queue_profile.relaxations(form.relaxations, skills, others)
        found += [
            *checks.whole("survey_percent", form.survey_percent, 0, 100),
            *checks.whole("keep_recordings_days", form.keep_recordings_days, 1, MOST_DAYS, optional=True),
            *checks.whole("hold_reminder_seconds", form.hold_reminder_seconds, 10, 3_600, optional=True),
            *checks.whole("wrap_up_extensions", form.wrap_up_extensions, 0, 20),
        ]
        found += checks.caller_number("caller_number", form.caller_number)
        if form.ring_seconds < 1:
            found.append(Mistake("ring_seconds", "let it ring for at least a second", "wrong_seconds"))
        return found

    def make(self, session: Session, account_id: int, form: QueueForm) -> Queue:
        row = Queue(account_id=account_id, key=form.key)
        for field in _PLAIN:
            setattr(row, field, getattr(form, field))
        session.add(row)
        session.flush()
        self.change(session, row, form)
        return row

    def change(self, session: Session, row: Queue, form: QueueForm) -> None:
        for field in _PLAIN:
            setattr(row, field, getattr(form, field))
        row.relaxations = msgspec.to_builtins(form.relaxations)
        row.hours = _hours(session, row.account_id, form.hours)
        have = {need.skill_key: need for need in row.skills}
        row.skills = [_need(have.get(key), key, level) for key, level in sorted(form.skills.items())]
        _let_serve(row, form.agents, _agents(session, row.account_id))

    def remove(self, session: Session, author: Author, row: Queue) -> bool:
        row.retired = True
        return True


def _hours(session: Session, account_id: int, key: str | None) -> OpeningHours | None:
    return next((one for one in hours_of_account(session, account_id) if one.key == key), None)


def _need(known: QueueSkill | None, key: str, level: int) -> QueueSkill:
    need = known or QueueSkill(skill_key=key)
    need.level = level
    return need


def _let_serve(row: Queue, wanted: Mapping[str, int], agents: Mapping[str, Agent]) -> None:
    serving = {link.agent.user.login: link for link in row.agents}
    links = []
    for login, preference in sorted(wanted.items()):
        link = serving.get(login) or AgentQueue(agent=agents[login])
        link.preference = preference
        links.append(link)
    row.agents = links


def _agents(session: Session, account_id: int) -> dict[str, Agent]:
    query = select(Agent).join(User).where(User.account_id == account_id)
    return {agent.user.login: agent for agent in session.scalars(query)}
