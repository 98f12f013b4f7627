"""Calls to resolve and first contact resolution of an account, from its interactions and cases.

A contact's reason is that of its case, else what the last agent said it was about, else what the caller's way through
the menu suggests (`contact_reasons.guess`); contacts without a known customer or reason tell nothing. A contact is
unresolved while its case is open.
"""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.cases import Case, CaseContact
from crm_core.contact_reasons import guess, reasons_of_account
from crm_core.episodes import Resolution, Touch, by_class, episodes, resolution
from crm_core.interactions import OUTBOUND, Interaction


def resolution_of(
    session: Session, account_id: int, *, from_at: float, until_at: float, now: float, window_days: float
) -> Resolution:
    """The figures of the contacts that arrived in a span of time, `until_at` excluded."""
    touches = _touches(session, account_id, from_at, until_at)
    return resolution(episodes(touches, window_days=window_days), now=now, window_days=window_days)


def resolution_by_class(
    session: Session, account_id: int, *, from_at: float, until_at: float, now: float, window_days: float
) -> dict[str, Resolution]:
    """The same of each value class; "": nobody knew the caller's."""
    touches = _touches(session, account_id, from_at, until_at)
    return by_class(episodes(touches, window_days=window_days), now=now, window_days=window_days)


def _touches(session: Session, account_id: int, from_at: float, until_at: float) -> Iterator[Touch]:
    about = CaseContact.account_id == Interaction.account_id, CaseContact.contact_id == Interaction.id
    case = Case.account_id == CaseContact.account_id, Case.id == CaseContact.case_id
    query = (
        select(Interaction.id, Interaction.customer_id, Interaction.arrived_at, Interaction.value_class)
        .add_columns(Interaction.contact_reason, Interaction.collected)
        .add_columns(Case.id, Case.is_open, Case.reason)
        .outerjoin(CaseContact, about[0] & about[1])
        .outerjoin(Case, case[0] & case[1])
        .where(
            Interaction.account_id == account_id,
            Interaction.customer_id.is_not(None),
            Interaction.channel != OUTBOUND,  # our calling back is no further call of his
            Interaction.arrived_at >= from_at,
            Interaction.arrived_at < until_at,
        )
        .order_by(Interaction.arrived_at, Interaction.id, Case.id)
    )
    reasons = reasons_of_account(session, account_id, with_retired=True)
    seen: set[str] = set()
    for contact, customer_id, at, graded, said, collected, case_id, is_open, reason in session.execute(query):
        known = reason or said or guess(reasons, collected)
        if contact in seen or not known:
            continue  # a contact about two cases is one contact
        seen.add(contact)
        yield Touch(
            customer_id=customer_id,
            reason=known,
            at=at,
            case_id=case_id,
            unresolved=bool(is_open),
            value_class=graded or "",
        )
