"""A fax that came in becomes a contact and a case, once.

The contact's id is that of the call: a fax that is told a second time is known already. Whose it is, its sender's
number says, if it is one customer's; else people say it on the case. One that failed becomes a case too, for somebody
wanted something: with the pages that came, or with none. A part of a document is said to be a part.
"""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import case_fax, contact_reasons
from crm_core.base import DEFAULT_ACCOUNT_ID
from crm_core.case_work import open_case
from crm_core.cases import Case, note
from crm_core.interaction_parts import identify_by_number
from crm_core.interactions import Interaction

CHANNEL = "fax"
REASON = "fax"
_SUBJECTS = {
    "es": {
        "whole": "Fax de {number}, páginas: {pages}",
        "part": "Fax incompleto de {number}, páginas recibidas: {pages}",
        "none": "Fax fallido de {number}: no llegó ninguna página",
        "hidden": "número oculto",
    },
    "en": {
        "whole": "Fax from {number}, pages: {pages}",
        "part": "Incomplete fax from {number}, pages received: {pages}",
        "none": "Failed fax from {number}: no page came",
        "hidden": "a hidden number",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FaxIn:
    """One that is over. `whole`: the sender's machine said so; `document`: its pages as a PDF, None for no page."""

    contact_id: str
    did: str
    number: str
    language: str
    arrived_at: float
    ended_at: float
    whole: bool
    pages: int = 0
    document: bytes | None = None
    station: str = ""
    error: str = ""


def is_known(session: Session, contact_id: str) -> bool:
    """Whether it is a contact already."""
    return session.get(Interaction, contact_id) is not None


def receive(
    session: Session, folder: Path, fax: FaxIn, *, now: float, account_id: int = DEFAULT_ACCOUNT_ID
) -> Case | None:
    """The new case; None: this fax has one. `folder` is that of attachments. Raises StoreError."""
    if is_known(session, fax.contact_id):
        return None
    contact = _contact(session, account_id, fax)
    new = open_case(
        session,
        account_id,
        kind="information",
        subject=_subject(fax),
        by="fax",
        now=now,
        channel=CHANNEL,
        priority=None if fax.document else "low",
        customer_id=contact.customer_id,
        contact_id=fax.contact_id,
        origin=fax.number,
        reason=_reason(session, account_id),
    )
    if fax.document:
        name = f"fax-{new.id}.pdf"
        case_fax.keep(session, folder, new, name, fax.document, fax.pages, now=now)
    if not fax.whole:
        note(session, new, at=now, by="fax", what="fax_failed", error=fax.error, station=fax.station)
    return new


def _contact(session: Session, account_id: int, fax: FaxIn) -> Interaction:
    contact = Interaction(
        id=fax.contact_id,
        account_id=account_id,
        channel=CHANNEL,
        did=fax.did,
        ani=fax.number,
        language=fax.language,
        arrived_at=fax.arrived_at,
        ended_at=fax.ended_at,
        outcome="received" if fax.whole else "failed",
        contact_reason=_reason(session, account_id),
        last_epoch=0,
        last_seq=0,
        last_n=0,
    )
    session.add(contact)
    session.flush()
    identify_by_number(contact, session)
    session.flush()
    return contact


def _reason(session: Session, account_id: int) -> str | None:
    """The account's contact reason for faxes, if it has one."""
    reason = contact_reasons.ContactReason
    query = select(reason.key).where(reason.account_id == account_id, reason.key == REASON)
    return session.scalar(query.where(reason.retired.is_(False)))


def _subject(fax: FaxIn) -> str:
    words = _SUBJECTS.get(fax.language, _SUBJECTS["es"])
    which = "none" if fax.document is None else ("whole" if fax.whole else "part")
    return words[which].format(number=fax.number or words["hidden"], pages=fax.pages)
