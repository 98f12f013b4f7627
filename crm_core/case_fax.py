"""The fax that a case came with: its pages, kept as a PDF under the hash of their content.

The case's history says that there is one and which; whoever works on the case opens it there. Once the case has a
customer, the same file is one of his attachments, moves with the case to another customer, and goes when he is erased.
"""

from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import attachments
from crm_core.attachments import Attachment
from crm_core.cases import Case, CaseEntry, note
from crm_core.provenance import Source
from ctiserver.core.errors import NotFound

WHAT = "fax"
CONTENT_TYPE = "application/pdf"


class CaseFax(NamedTuple):
    """`name` as people see it; `sha256` names the content."""

    name: str
    sha256: str
    size_bytes: int
    pages: int


def keep(
    session: Session, folder: Path, subject: Case, name: str, content: bytes, pages: int, *, now: float
) -> CaseFax:
    """The fax of this case, on disk before its row is in the database. Raises StoreError."""
    kept = CaseFax(name, attachments.keep_content(folder, subject.account_id, content), len(content), pages)
    note(session, subject, at=now, by="fax", what=WHAT, **kept._asdict())
    if subject.customer_id is not None:
        _attach(session, subject, subject.customer_id, kept, by="fax", now=now)
    return kept


def fax_of(session: Session, account_id: int, case_id: int) -> CaseFax | None:
    """The fax that the case came with; None: it did not come by fax, or no page came."""
    query = select(CaseEntry.details).where(
        CaseEntry.account_id == account_id, CaseEntry.case_id == case_id, CaseEntry.what == WHAT
    )
    details = session.scalar(query.order_by(CaseEntry.id).limit(1))
    return CaseFax(**{name: details[name] for name in CaseFax._fields}) if details else None


def content_of(folder: Path, account_id: int, fax: CaseFax) -> bytes:
    """The PDF. Raises NotFound when it is gone: its customer was erased."""
    try:
        return attachments.path_of(folder, account_id, fax.sha256).read_bytes()
    except OSError as error:
        raise NotFound("the pages of this fax are not kept any more") from error


def move(session: Session, subject: Case, customer_id: int | None, *, by: str, now: float) -> None:
    """The case is this customer's now, and so is its fax; None: nobody's."""
    fax = fax_of(session, subject.account_id, subject.id)
    if fax is None:
        return
    query = select(Attachment).where(
        Attachment.account_id == subject.account_id,
        Attachment.sha256 == fax.sha256,
        Attachment.contact_id == subject.contact_id,
    )
    for found in session.scalars(query):
        session.delete(found)
    if customer_id is not None:
        _attach(session, subject, customer_id, fax, by=by, now=now)
    session.flush()


def _attach(session: Session, subject: Case, customer_id: int, fax: CaseFax, *, by: str, now: float) -> None:
    session.add(
        Attachment(
            account_id=subject.account_id,
            customer_id=customer_id,
            name=fax.name,
            sha256=fax.sha256,
            content_type=CONTENT_TYPE,
            size_bytes=fax.size_bytes,
            source=Source.CUSTOMER,
            by=by,
            contact_id=subject.contact_id,
            known_at=now,
        )
    )
    session.flush()
