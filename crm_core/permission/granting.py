"""Granting a permit, and using it: the two transactions between which a contact may leave.

What is granted is written in the transaction that looked at the rules, under a lock on the customer and one on the
address: of two who ask at once for the last contact of a week, the second finds it taken. What is used is looked at
again: a consent revoked since the permit was granted, or an hour that struck, stops it at the door.
"""

from sqlalchemy import text
from sqlalchemy.orm import Session

from crm_core.permission import decision
from crm_core.permission.facts import Asked, facts
from crm_core.permission.permits import PermitRow, PermitUse, of_request
from ctiserver.core.errors import NotFound, Refusal
from ctiserver.core.permit import Channel, Permit, Purpose, Refused

VALID_SECONDS = 300.0


def permit(
    session: Session,
    account_id: int,
    customer_id: int,
    address: str,
    *,
    channel: Channel,
    purpose: Purpose,
    automatic: bool,
    now: float,
    product: str | None = None,
    valid_seconds: float = VALID_SECONDS,
    by: str = "",
    request_id: str | None = None,
) -> Permit | Refused:
    """Permission for one contact, stored, or the first rule that refuses it. In a writing unit. Raises NotFound.

    `address` is a number in E.164 or an e-mail; `automatic`: a machine chose the moment; `product`: the key of what
    shall be offered. It expires after `valid_seconds`, or earlier at the instant at which a rule would refuse.
    The same `request_id` of the same person again: what it was given, whatever the rules say by now.
    """
    asked = _asked(customer_id, address, channel, purpose, automatic, product)
    _lock(session, account_id, asked)
    if request_id and (
        before := of_request(
            session, account_id, customer_id, asked.address, by=by, request_id=request_id, now=now
        )
    ):
        return granted(session, before)
    known = facts(session, account_id, asked, now=now)
    if (refused := decision.decide(known, now)) is not None:
        return refused
    row = PermitRow(
        account_id=account_id,
        customer_id=customer_id,
        address=asked.address,
        channel=channel,
        purpose=purpose,
        product=product,
        automatic=automatic,
        by=by,
        request_id=request_id,
        granted_at=now,
        expires_at=decision.good_until(known, now, now + valid_seconds),
        rows=[one.profile.key for one in known.rows],
    )
    session.add(row)
    session.flush()
    return Permit(
        permit_id=row.id,
        account_id=account_id,
        customer_id=customer_id,
        pii_address=asked.address,
        channel=channel,
        purpose=purpose,
        expires_at=row.expires_at,
        warnings=() if automatic else decision.warnings(known, now),
    )


def check(
    session: Session,
    account_id: int,
    customer_id: int,
    address: str,
    *,
    channel: Channel,
    purpose: Purpose,
    automatic: bool,
    now: float,
    product: str | None = None,
) -> Refused | None:
    """What `permit` would answer now, None for a permit; nothing is stored. Raises NotFound."""
    asked = _asked(customer_id, address, channel, purpose, automatic, product)
    return decision.decide(facts(session, account_id, asked, now=now), now)


def use_of(session: Session, held: Permit) -> str | None:
    """What the permit was used for; None: nothing yet."""
    used = session.get(PermitUse, held.permit_id)
    return used.use if used else None


def recheck(session: Session, held: Permit, *, now: float) -> Refused | None:
    """Which rule would refuse the contact of this permit now; its own contact does not count. Raises NotFound."""
    row = session.get_one(PermitRow, held.permit_id)
    asked = _asked(row.customer_id, row.address, held.channel, held.purpose, row.automatic, row.product)
    return decision.decide(facts(session, row.account_id, asked, now=now, but=row.id), now)


def use(session: Session, held: Permit, address: str, use_id: str, *, now: float) -> None:
    """Marks a permit as used for `use_id`: a leg, a letter. The same use again changes nothing.

    In a writing unit, immediately before the contact leaves. Raises Refusal for a permit that is unknown, expired, used
    for something else, for another address, or that the rules no longer allow; Conflict when two use it at once.
    """
    row = session.get(PermitRow, held.permit_id)
    if row is None or row.account_id != held.account_id or row.customer_id != held.customer_id:
        raise Refusal("permit_unknown", f"there is no permit {held.permit_id}")
    same = (held.pii_address, held.channel, held.purpose) == (row.address, row.channel, row.purpose)
    if address != row.address or not same:
        raise Refusal("permit_other_address", f"permit {row.id} is for another address or purpose")
    asked = _asked(row.customer_id, row.address, held.channel, held.purpose, row.automatic, row.product)
    _lock(session, row.account_id, asked)
    used = session.get(PermitUse, row.id)
    if used is not None:
        if used.use == use_id:
            return
        raise Refusal("permit_used", f"permit {row.id} was used already")
    if not row.granted_at <= now < row.expires_at:
        raise Refusal("permit_expired", f"permit {row.id} expired: ask for another one")
    known = facts(session, row.account_id, asked, now=now, but=row.id)
    if (refused := decision.refusal(known, now)) is not None:
        raise Refusal("permit_withdrawn", f"permit {row.id} is no longer good: {refused[0]}")
    session.add(PermitUse(permit_id=row.id, account_id=row.account_id, use=use_id, used_at=now))
    session.flush()


def release(session: Session, permit_id: int, *, now: float) -> None:
    """Gives back a permit that nobody will use: from now on it counts against no cap. A used one stays as it is."""
    row = session.get(PermitRow, permit_id)
    if row is not None and row.expires_at > now and session.get(PermitUse, permit_id) is None:
        row.expires_at = now
        session.flush()


def granted(session: Session, permit_id: int) -> Permit:
    """A permit as it was granted, for whoever asked and never heard the answer. Raises NotFound."""
    row = session.get(PermitRow, permit_id)
    if row is None:
        raise NotFound(f"there is no permit {permit_id}")
    return Permit(
        permit_id=row.id,
        account_id=row.account_id,
        customer_id=row.customer_id,
        pii_address=row.address,
        channel=Channel(row.channel),
        purpose=Purpose(row.purpose),
        expires_at=row.expires_at,
    )


def _asked(
    customer_id: int, address: str, channel: Channel, purpose: Purpose, automatic: bool, product: str | None
) -> Asked:
    return Asked(
        customer_id=customer_id,
        address=address.strip().casefold() if channel is Channel.EMAIL else address,
        channel=channel,
        purpose=purpose,
        automatic=automatic,
        product=product,
    )


def _lock(session: Session, account_id: int, asked: Asked) -> None:
    """One after the other for a customer, and for an address that several share. SQLite's writers wait anyway."""
    if session.get_bind().dialect.name == "postgresql":
        for what in (f"customer {asked.customer_id}", f"address {asked.address}"):
            session.execute(
                text("SELECT pg_advisory_xact_lock(hashtextextended(:what, :account_id))"),
                {"what": what, "account_id": account_id},
            )
