"""Everything that a customer's page shows at a glance: for each of his addresses and each purpose, whether now."""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from crm_core.contact_points import Email, Phone
from crm_core.permission.granting import check
from ctiserver.core.permit import Channel, Purpose, Refused


@dataclass(frozen=True, slots=True)
class Possible:
    """One way to contact him by hand, now. `refused` None: permitted."""

    address: str
    channel: Channel
    purpose: Purpose
    refused: Refused | None


def overview(session: Session, account_id: int, customer_id: int, *, now: float) -> list[Possible]:
    """By address, numbers first, and purpose. Raises NotFound."""
    found = []
    for address, channel in _addresses(session, account_id, customer_id, now):
        for purpose in Purpose:
            refused = check(
                session,
                account_id,
                customer_id,
                address,
                channel=channel,
                purpose=purpose,
                automatic=False,
                now=now,
            )
            found.append(Possible(address, channel, purpose, refused))
    return found


def _addresses(session: Session, account_id: int, customer_id: int, now: float) -> list[tuple[str, Channel]]:
    phones = select(Phone.e164).where(
        Phone.account_id == account_id,
        Phone.customer_id == customer_id,
        or_(Phone.valid_until.is_(None), Phone.valid_until > now),
    )
    emails = select(Email.address).where(
        Email.account_id == account_id,
        Email.customer_id == customer_id,
        or_(Email.valid_until.is_(None), Email.valid_until > now),
    )
    return [
        *((number, Channel.PHONE) for number in session.scalars(phones.order_by(Phone.e164))),
        *((address, Channel.EMAIL) for address in session.scalars(emails.order_by(Email.address))),
    ]
