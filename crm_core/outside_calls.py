"""Calls that people made to numbers outside, and what each cost: one row for each call that is over.

One that the rules, a limit or want of a permission refused is a row as well, which cost nothing and rang nowhere; it is
no call.
"""

from sqlalchemy import Index, Select, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.base import Base, EpochSeconds, Seconds
from crm_core.paging import By, Page, page
from ctiserver.core.events import OutsideEnded, OutsideRefused
from ctiserver.core.outside import REFUSED

NO_CALLS = (*REFUSED, "not_permitted")
"""Results of what never left the house: the rules, a limit, or want of a permission to contact the customer."""


class OutsideCall(Base):
    """`id` is the leg's; `cost_minor` in the currency's smallest unit; `agent` None: nobody of ours asked for it.

    Of a refused one `id` is its own, and `contact` "".
    """

    __tablename__ = "outside_calls"
    __table_args__ = (Index(None, "account_id", "dialed_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    contact: Mapped[str] = mapped_column(index=True)
    agent: Mapped[str | None]
    number: Mapped[str]
    dialed_at: Mapped[EpochSeconds]
    ended_at: Mapped[EpochSeconds]
    result: Mapped[str]
    """answered, or why not: busy, no_answer, rejected, unreachable, refused; of `NO_CALLS`."""
    seconds: Mapped[Seconds]
    """Since the answer; 0: there was none."""
    cost_minor: Mapped[int]
    trunk: Mapped[str]
    sip_code: Mapped[int]


def record(session: Session, event: OutsideEnded) -> None:
    """Write down a call that is over; a second time changes nothing."""
    if session.get(OutsideCall, event.leg) is not None:
        return
    session.add(
        OutsideCall(
            id=event.leg,
            account_id=event.account_id,
            contact=event.contact,
            agent=event.agent,
            number=event.pii_number,
            dialed_at=event.dialed_at,
            ended_at=event.at,
            result=event.result,
            seconds=event.seconds,
            cost_minor=event.cost_minor,
            trunk=event.trunk,
            sip_code=event.sip_code,
        )
    )


def refused(session: Session, event: OutsideRefused) -> None:
    """Write down that a number was not called; a second time changes nothing."""
    not_called(
        session,
        event.id,
        event.account_id,
        agent=event.agent,
        number=event.pii_number,
        at=event.at,
        why=event.reason,
    )


def not_called(
    session: Session, id: str, account_id: int, *, agent: str, number: str, at: float, why: str
) -> None:
    """Write down that the agent was not let call a number, under an id of its own; a second time changes nothing."""
    if session.get(OutsideCall, id) is not None:
        return
    session.add(
        OutsideCall(
            id=id,
            account_id=account_id,
            contact="",
            agent=agent,
            number=number,
            dialed_at=at,
            ended_at=at,
            result=why,
            seconds=0.0,
            cost_minor=0,
            trunk="",
            sip_code=0,
        )
    )


def newest(
    session: Session,
    account_id: int,
    *,
    agent: str = "",
    contact: str = "",
    result: str = "",
    from_at: float | None = None,
    until_at: float | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[OutsideCall]:
    """A page of the account's calls, those dialled last first; see `matching`."""
    query = matching(
        account_id, agent=agent, contact=contact, result=result, from_at=from_at, until_at=until_at
    )
    order = [By(OutsideCall.dialed_at, True), By(OutsideCall.id)]
    return page(session, query, order, cursor=cursor, limit=limit)


def matching(
    account_id: int,
    *,
    agent: str = "",
    contact: str = "",
    result: str = "",
    from_at: float | None = None,
    until_at: float | None = None,
) -> Select[OutsideCall]:
    """The account's calls; `agent`, `contact`, `result` "": of all; dialled from `from_at` until before `until_at`."""
    query = select(OutsideCall).where(OutsideCall.account_id == account_id)
    for column, wanted in (
        (OutsideCall.agent, agent),
        (OutsideCall.contact, contact),
        (OutsideCall.result, result),
    ):
        if wanted:
            query = query.where(column == wanted)
    if from_at is not None:
        query = query.where(OutsideCall.dialed_at >= from_at)
    if until_at is not None:
        query = query.where(OutsideCall.dialed_at < until_at)
    return query
