"""Statements for suppliers: what the company owes them, asked for by telephone, sent as a document.

The wish is written down in the transaction of the call, once; the jobs process draws the document and, in one
transaction, keeps it among the supplier's files and gives it to the mail or to the fax, each with its own permit.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import accounts, attachments, faxes_out, letters, outbox, permission
from crm_core.contact_points import Email, Phone, points_of
from crm_core.customers import customer
from crm_core.outbox import OutboxItem
from crm_core.payables import Payable
from crm_core.provenance import Origin, Source
from ctiserver.core.permit import Channel, Purpose, Refused

Way = Literal["email", "fax"]
OUTBOX_KIND = "statement"
FAX_LABEL = "fax"
"""The label of a telephone number that is a fax machine's."""
LINES_AT_MOST = 200
LEASE_SECONDS = 300.0
_CHANNELS = {"email": Channel.EMAIL, "fax": Channel.FAX}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One invoice of the supplier; money in the currency's smallest unit, times in UTC epoch seconds."""

    number: str
    status: str
    dated_at: float
    due_at: float | None
    paid_at: float | None
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What stands on the document. `time_zone`: whose days it names."""

    company: str
    supplier: str
    rut: str
    language: str
    time_zone: str
    made_at: float
    lines: tuple[Line, ...]


class Wish(NamedTuple):
    """One that was asked for; `item_id` is that of the outbox."""

    item_id: str
    account_id: int
    customer_id: int
    way: Way
    language: str


def statement(session: Session, account_id: int, customer_id: int, language: str, now: float) -> Statement:
    """The supplier's invoices, the latest first. Raises NotFound."""
    owner, company = customer(session, account_id, customer_id), accounts.account(session, account_id)
    query = (
        select(Payable)
        .where(Payable.account_id == account_id, Payable.customer_id == customer_id)
        .order_by(Payable.dated_at.desc(), Payable.id.desc())
        .limit(LINES_AT_MOST)
    )
    return Statement(
        company=company.name,
        supplier=owner.display_name,
        rut=owner.rut or "",
        language=language,
        time_zone=company.time_zone,
        made_at=now,
        lines=tuple(
            Line(
                number=row.number,
                status=row.status,
                dated_at=row.dated_at,
                due_at=row.due_at,
                paid_at=row.paid_at,
                amount_minor=row.amount_minor,
                currency=row.currency,
            )
            for row in session.scalars(query)
        ),
    )


def address_for(session: Session, account_id: int, customer_id: int, way: Way) -> str | None:
    """Where a statement would go: his first e-mail address, or his first number labelled "fax"; None: there is none."""
    if way == "email":
        emails = points_of(session, Email, account_id, customer_id)
        return next((one.address for one in emails if one.valid_until is None), None)
    phones = points_of(session, Phone, account_id, customer_id)
    faxes = (one for one in phones if one.valid_until is None and one.label.strip().casefold() == FAX_LABEL)
    return next((one.e164 for one in faxes), None)


def ask(
    session: Session,
    account_id: int,
    customer_id: int,
    way: Way,
    *,
    key: str,
    language: str,
    by: str,
    now: float,
) -> Literal["accepted", "no_address", "refused"]:
    """Write down that he wants one; `key` names the wish, told twice it is one. Raises NotFound."""
    address = address_for(session, account_id, customer_id, way)
    if address is None:
        return "no_address"
    refused = permission.check(
        session,
        account_id,
        customer_id,
        address,
        channel=_CHANNELS[way],
        purpose=Purpose.INFORMATION,
        automatic=True,
        now=now,
    )
    if refused is not None and refused.until is None:
        return "refused"
    body = {"customer_id": customer_id, "way": way, "language": language, "by": by}
    outbox.post(
        session,
        f"statement:{account_id}:{key}",
        OUTBOX_KIND,
        body,
        due_at=now,
        account_id=account_id,
        target=f"customer {customer_id}",
    )
    return "accepted"


def take(session: Session, now: float) -> list[Wish]:
    """The wishes to be fulfilled now; nobody else gets them while the lease runs. In a writing unit."""
    taken = outbox.due(session, now, 10, kind=OUTBOX_KIND)
    for item in taken:
        item.due_at = now + LEASE_SECONDS
    session.flush()
    return [
        Wish(one.id, one.account_id, one.body["customer_id"], one.body["way"], one.body["language"])
        for one in taken
    ]


def is_due(session: Session, now: float) -> bool:
    """Whether there is something to take."""
    query = select(OutboxItem.id).where(
        OutboxItem.kind == OUTBOX_KIND,
        OutboxItem.done_at.is_(None),
        OutboxItem.dead_at.is_(None),
        OutboxItem.due_at <= now,
    )
    return session.scalar(query.limit(1)) is not None


def send(session: Session, folder: Path, item_id: str, name: str, document: bytes, now: float) -> None:
    """Keep the document among his files and give it to the mail or the fax; once. `folder` is that of attachments.

    What the rules forbid until later waits; what they forbid for good is given up with the rule. Raises NotFound.
    """
    item = session.get_one(OutboxItem, item_id)
    if item.done_at is not None or item.dead_at is not None:
        return
    body, account_id = item.body, item.account_id
    customer_id, way = body["customer_id"], body["way"]
    address = address_for(session, account_id, customer_id, way)
    if address is None:
        item.dead_at, item.last_error = now, "no_address"
        return
    if way == "email" and not _mail(session, item, address, name, document, now):
        return
    origin = Origin(source=Source.SYSTEM, by=body["by"])
    file = attachments.attach(
        session, folder, account_id, customer_id, name, document, origin=origin, now=now
    )
    if way == "fax":
        faxes_out.post(
            session,
            account_id,
            customer_id,
            number=address,
            attachment_id=file.id,
            purpose=Purpose.INFORMATION,
            about=("statement", item.id),
            by=body["by"],
            now=now,
        )
    outbox.sent(item, now)
    session.flush()


def give_up(session: Session, item_id: str, why: str, now: float) -> None:
    """Nobody tries it again; one that is over stays as it is."""
    item = session.get(OutboxItem, item_id)
    if item is not None and item.done_at is None and item.dead_at is None:
        item.dead_at, item.last_error = now, why
        session.flush()


def _mail(session: Session, item: OutboxItem, address: str, name: str, document: bytes, now: float) -> bool:
    """Whether the letter lies in the outbox."""
    body = item.body
    answer = permission.permit(
        session,
        item.account_id,
        body["customer_id"],
        address,
        channel=Channel.EMAIL,
        purpose=Purpose.INFORMATION,
        automatic=True,
        now=now,
        by=body["by"],
    )
    if isinstance(answer, Refused):
        item.last_error = f"not_permitted: {answer.rule}"
        item.due_at = answer.until or now
        item.dead_at = now if answer.until is None else None
        return False
    content = {"template": "statement", "language": body["language"]}
    file = letters.File(name=name, content_type="application/pdf", content=document)
    letters.write(session, f"letter:{item.id}", answer, content, now=now, files=[file])
    return True
