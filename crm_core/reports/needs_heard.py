"""What callers asked for, by area, and the contacts behind each number.

What a contact was about: the word of the agent who wrote it down; else what the caller told the flow, as far as it
means a contact reason (`contact_reasons.guess`); else what he told, in the flow's own words. Contacts that told
nothing are counted as such. The area is the city or comuna of the customer's address that is valid now, the preferred
one first; None: nobody knows who called, or where he lives.

    share = contacts about it / contacts that told what they were about
    change = contacts about it / those of the period of the same length right before, minus 1

Calls that we made are not in it: there it was us who wanted something. Whom we called back, and whose message was
heard, asked once: what the agent said of it is what his call was about.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from crm_core.contact_points import Address
from crm_core.contact_reasons import guess, reasons_of_account
from crm_core.interactions import COUNTED_BEFORE, Interaction, called_us
from crm_core.paging import PAGE_AT_MOST, Page, decode, encode

_ROWS_AT_ONCE = 2000
_TOLD = ("reason", "topic")
"""What flows collect as what a call is about, the special before the general."""
_ASKED_WITHIN_SECONDS = 86_400.0
"""A call-back or message belongs to the caller's call just before it; none lasts longer."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One contact. `need`: the key of a contact reason or the flow's own word; None: he told nothing."""

    contact: str
    at: float
    customer_id: int | None
    need: str | None
    area: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """How often one thing was asked for. `before`: in the period before; `areas`: by area, "" for unknown."""

    need: str
    labels: dict[str, str]
    contacts: int
    customers: int
    share: float
    before: int
    areas: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """All of it, the most frequent first. `untold`: contacts that told nothing of what they were about."""

    contacts: int
    untold: int
    needs: Sequence[Need]
    areas: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardContact:
    """One contact behind a number."""

    contact: str
    at: float
    customer_id: int | None
    customer: str | None
    number: str
    area: str | None
    queue: str | None
    outcome: str | None


def needs_heard(session: Session, account_id: int, from_at: float, until_at: float) -> Needs:
    """What was asked for in the period, beside the one before."""
    found = _heard(session, account_id, from_at, until_at)
    before = Counter(one.need for one in _heard(session, account_id, 2 * from_at - until_at, from_at))
    labels = {
        reason.key: {"es": reason.label_es, "en": reason.label_en}
        for reason in reasons_of_account(session, account_id, with_retired=True)
    }
    return add_up(found, before, labels)


def add_up(found: Iterable[Heard], before: Counter[str | None], labels: dict[str, dict[str, str]]) -> Needs:
    """The figures of what was heard. Pure."""
    found = list(found)
    told = [one for one in found if one.need is not None]
    counts = Counter(one.need for one in told)
    needs = [
        Need(
            need=need or "",
            labels=labels.get(need or "", {}),
            contacts=count,
            customers=len({one.customer_id for one in told if one.need == need and one.customer_id}),
            share=count / len(told),
            before=before[need],
            areas=_areas(one for one in told if one.need == need),
        )
        for need, count in sorted(counts.items(), key=lambda one: (-one[1], one[0] or ""))
    ]
    return Needs(contacts=len(found), untold=len(found) - len(told), needs=needs, areas=_areas(told))


def contacts_about(
    session: Session,
    account_id: int,
    from_at: float,
    until_at: float,
    *,
    need: str,
    area: str | None = None,
    cursor: str | None = None,
    limit: int = 100,
) -> Page[HeardContact]:
    """A page of the contacts behind a number, the latest first.

    `need` "": those that told nothing; `area` "": unknown.
    """
    found = [
        one
        for one in _heard(session, account_id, from_at, until_at)
        if (one.need or "") == need and (area is None or (one.area or "") == area)
    ]
    behind = sorted(found, key=_latest_first)
    if cursor is not None:
        at, contact = decode(cursor, [float, str])
        behind = [one for one in behind if _latest_first(one) > (-at, contact)]
    shown = behind[: min(max(limit, 1), PAGE_AT_MOST)]
    wanted = [one.contact for one in shown]
    query = select(Interaction).where(Interaction.account_id == account_id, Interaction.id.in_(wanted))
    rows = {row.id: row for row in session.scalars(query.options(joinedload(Interaction.customer)))}
    last = shown[-1] if len(shown) < len(behind) else None
    return Page(
        [_contact(one, rows[one.contact]) for one in shown], encode([last.at, last.contact]) if last else None
    )


def _latest_first(one: Heard) -> tuple[float, str]:
    return (-one.at, one.contact)


def _contact(one: Heard, row: Interaction) -> HeardContact:
    return HeardContact(
        contact=one.contact,
        at=one.at,
        customer_id=one.customer_id,
        customer=row.customer.display_name if row.customer else None,
        number=row.ani,
        area=one.area,
        queue=row.queue,
        outcome=row.outcome,
    )


def _heard(session: Session, account_id: int, from_at: float, until_at: float) -> list[Heard]:
    """In the order of their arrival; who is called back is one with his call."""
    found: list[Heard] = []
    calls: dict[int | str, int] = {}  # the place of each caller's last
    for one, channel, number in _each(session, account_id, from_at, until_at):
        caller = one.customer_id or number
        place = calls.get(caller) if channel in COUNTED_BEFORE else None
        if place is not None and one.at - found[place].at <= _ASKED_WITHIN_SECONDS:
            found[place] = replace(found[place], need=one.need or found[place].need)
            continue
        calls[caller] = len(found)
        found.append(one)
    return found


def _each(
    session: Session, account_id: int, from_at: float, until_at: float
) -> Iterator[tuple[Heard, str, str]]:
    """Each contact with its channel and its number."""
    reasons = reasons_of_account(session, account_id, with_retired=True)
    areas = _areas_of_customers(session, account_id, from_at, until_at)
    query = (
        select(
            Interaction.id,
            Interaction.arrived_at,
            Interaction.customer_id,
            Interaction.contact_reason,
            Interaction.collected,
            Interaction.channel,
            Interaction.ani,
        )
        .where(*_in_period(account_id, from_at, until_at))
        .order_by(Interaction.arrived_at, Interaction.id)
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    for contact, at, customer_id, reason, collected, channel, number in session.execute(query):
        said = next((collected[key] for key in _TOLD if collected.get(key)), None)
        need = reason or guess(reasons, collected) or said
        yield Heard(contact, at, customer_id, need, areas.get(customer_id)), channel, number


def _areas_of_customers(
    session: Session, account_id: int, from_at: float, until_at: float
) -> dict[int | None, str]:
    callers = select(Interaction.customer_id).where(*_in_period(account_id, from_at, until_at))
    query = (
        select(Address.customer_id, Address.city)
        .where(
            Address.account_id == account_id,
            Address.valid_until.is_(None),
            Address.city != "",
            Address.customer_id.in_(callers),
        )
        .order_by(Address.preferred, Address.id.desc())
    )
    return {customer_id: city for customer_id, city in session.execute(query)}  # the last one is kept


def _in_period(account_id: int, from_at: float, until_at: float) -> tuple[ColumnElement[bool], ...]:
    return (
        Interaction.account_id == account_id,
        Interaction.arrived_at >= from_at,
        Interaction.arrived_at < until_at,
        called_us(),
    )


def _areas(found: Iterable[Heard]) -> dict[str, int]:
    counts = Counter(one.area or "" for one in found)
    return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))
