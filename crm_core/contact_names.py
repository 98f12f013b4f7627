"""What people call whoever and whatever one contact's record names by key.

A record outlives agents, queues and results: what is there no more keeps its key.
"""

from collections.abc import Iterable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.dispositions import Disposition
from crm_core.interactions import Interaction
from crm_core.queues import Queue
from crm_core.users import User

Labels = dict[str, str]
"""A label by language."""


def people(session: Session, account_id: int, logins: Iterable[str]) -> dict[str, str]:
    """The names of those of the account who are or were users, by login."""
    query = select(User.login, User.name).where(User.account_id == account_id, User.login.in_(set(logins)))
    return {login: name for login, name in session.execute(query) if name}


def queues(session: Session, account_id: int) -> dict[str, str]:
    """The names of the account's queues, also retired ones, by key."""
    query = select(Queue.key, Queue.name).where(Queue.account_id == account_id)
    return {key: name for key, name in session.execute(query)}


def result(session: Session, account_id: int, queue: str | None, code: str | None) -> Labels | None:
    """How a talk's result was called, also a retired one: the queue's own before that of all; None: unknown."""
    query = select(Disposition).where(Disposition.account_id == account_id, Disposition.code == code)
    by_queue = {row.queue.key if row.queue else None: row for row in session.scalars(query)}
    found = by_queue.get(queue) or by_queue.get(None)
    return {"es": found.label_es, "en": found.label_en} if found else None


def named_in(found: Interaction) -> Iterator[str]:
    """The logins that the record of a contact names; some are none."""
    yield from (one.agent for one in found.offers)
    for segment in found.segments:
        yield from filter(None, (segment.agent, segment.from_agent, segment.transferred_to))
    for third in found.third_parties:
        yield from filter(None, (third.asked_by, third.agent))
    for act in found.acts:
        yield from (str(act[field]) for field in ("by", "agent") if act.get(field))
