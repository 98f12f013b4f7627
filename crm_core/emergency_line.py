"""A caller on the emergency line: a case of the highest priority with a work order, and an alarm to whoever can act.

The flow raises the alarm in the first second; whoever comes to an emergency queue another way (the key, an agent's
hand-over) raises it by his arrival there. Each contact has one emergency, and so has a customer who calls again within
the hour. The address is the one on record until the caller says that it is another one; then dispatcher and agent hear
him say it: the message belongs to the case.
"""

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from crm_core.accounts import account
from crm_core.case_work import open_case
from crm_core.cases import Case, CaseContact, link_contact, note
from crm_core.contact_points import Address, points_of
from crm_core.interactions import Interaction
from crm_core.work_orders import order_work
from crm_core.work_orders.emergency import UNSAFE_CHANNEL, alarm
from crm_core.work_orders.order_flow import Kind, Way
from crm_core.work_orders.work_orders import Author

BY = "flow"
CHANNEL = "emergency"
SAME_FOR_SECONDS = 3600.0
_SUBJECTS = {"es": "⚠ Emergencia", "en": "⚠ Emergency"}


def raise_alarm(
    session: Session, account_id: int, contact_id: str, customer_id: int | None, *, at: float
) -> Case:
    """The emergency of this contact: the one that there is, else a new one, of which everybody is told."""
    known = of_contact(session, account_id, contact_id) or _recent(session, account_id, customer_id, at)
    if known is not None:
        link_contact(session, known, contact_id)
        return known
    place, area = _place(session, account_id, customer_id, at)
    language = account(session, account_id).language
    where = ", ".join(part for part in (place, area) if part)
    subject = " · ".join(part for part in (_SUBJECTS.get(language, _SUBJECTS["en"]), where) if part)
    new = open_case(
        session,
        account_id,
        kind="service",
        subject=subject,
        by=BY,
        now=at,
        channel=CHANNEL,
        contact_id=contact_id,
        priority="urgent",
        customer_id=customer_id,
        fields={"address": place} if place else {},
    )
    author = Author(account_id=account_id, login=BY, at=at, way=Way.ITSELF, contact_id=contact_id)
    order_work.open_order(
        session,
        author,
        kind=Kind.LEAK,
        subject=subject,
        priority="urgent",
        customer_id=customer_id,
        address=place,
        area=area,
        case_id=new.id,
    )
    alarm(session, new, place=place, by=BY, at=at)
    return new


def note_address(session: Session, account_id: int, contact_id: str, *, confirmed: bool, at: float) -> None:
    """Write into this contact's emergency whether it is at the address on record."""
    found = of_contact(session, account_id, contact_id)
    if found is not None:
        note(session, found, at=at, by=BY, what="address_confirmed" if confirmed else "address_other")


def keep_message(session: Session, contact: Interaction, recording: str, seconds: float, at: float) -> bool:
    """Whether the message that he left is his emergency's: where it is, in his own words."""
    found = of_contact(session, contact.account_id, contact.id)
    if found is None:
        return False
    note(session, found, at=at, by=BY, what="spoken_address", recording=recording, seconds=seconds)
    return True


def of_contact(session: Session, account_id: int, contact_id: str) -> Case | None:
    """The emergency that this contact is about; None: there is none, or it is over."""
    about = (CaseContact.case_id == Case.id) & (CaseContact.contact_id == contact_id)
    query = _emergencies(account_id).join(CaseContact, about)
    return session.scalar(query.order_by(Case.id.desc()).limit(1))


def _recent(session: Session, account_id: int, customer_id: int | None, at: float) -> Case | None:
    if customer_id is None:
        return None
    since = at - SAME_FOR_SECONDS
    query = _emergencies(account_id).where(Case.customer_id == customer_id, Case.opened_at >= since)
    return session.scalar(query.order_by(Case.id.desc()).limit(1))


def _emergencies(account_id: int) -> Select[Case]:
    """Those that callers and technicians raised and that are not over."""
    return select(Case).where(
        Case.account_id == account_id, Case.channel.in_((CHANNEL, UNSAFE_CHANNEL)), Case.is_open
    )


def _place(session: Session, account_id: int, customer_id: int | None, at: float) -> tuple[str, str]:
    """Street and comuna of the address on record, "" and "" where there is none."""
    own = points_of(session, Address, account_id, customer_id) if customer_id is not None else ()
    valid = (one for one in own if one.valid_until is None or one.valid_until > at)
    return next(((one.street, one.city) for one in valid), ("", ""))
