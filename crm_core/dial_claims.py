"""Claiming a dial: one daemon, one attempt, one Permit, in one transaction that is committed before anything rings.

The row is taken by an update that names the state it must still be in: of two daemons that want it, one changes a
row and the other none. Whoever is refused by the rules is not dialled: the dial waits for the instant at which it
would be permitted, or is given up where waiting does not help. A claim that is asked again (the asker died before
it heard the answer) gets the attempts that it made, with their permits; it never makes others.

The lead of a campaign is claimed like every other dial: the campaign says which is next (`campaigns.due`), what for,
and how often it is tried.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.orm import Session

from crm_core import permission
from crm_core.campaigns import due, numbers
from crm_core.campaigns.due import Terms
from crm_core.customers import Customer
from crm_core.dial_attempts import DialAttempt
from crm_core.dial_record import give_up
from crm_core.dials import IN_FLIGHT, Dial
from ctiserver.core.customers import Candidate
from ctiserver.core.ids import AgentKey, LegId
from ctiserver.core.leads import Lead, Stray
from ctiserver.core.permit import Channel, Permit, Purpose, Refused, Rule

BUSY_WITH_HIM_SECONDS = 60.0
"""So long a dial waits when its customer is being dialled about something else."""
STRAY_AFTER_SECONDS = 60.0
ABANDONED_AFTER_SECONDS = 6 * 3600.0
"""An attempt of another daemon that has been under way longer than any call can be: that daemon is no more."""
UNTIL_CONFIRMED_SECONDS = 3600.0
"""So long a campaign's lead waits whom only a row of the law that nobody has confirmed forbids to call."""
_FOR_AN_ADMINISTRATOR = (Rule.NO_PROFILE, Rule.UNCONFIRMED)


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A dial that was due and is not dialled now; `state` is where that leaves it."""

    dial_id: int
    state: str
    rule: str


def claimed(session: Session, claim: str) -> list[Lead]:
    """The attempts that this claim made and that have not ended, in their order."""
    query = (
        select(DialAttempt, Dial)
        .join(Dial, Dial.id == DialAttempt.dial_id)
        .where(DialAttempt.claim == claim, DialAttempt.ended_at.is_(None))
        .order_by(DialAttempt.claimed_at, DialAttempt.id)
    )
    return [
        _lead(session, row, attempt, permission.granted(session, attempt.permit_id))
        for attempt, row in session.execute(query).all()
    ]


def claim_next(
    session: Session,
    *,
    claim: str,
    attempt: LegId,
    owner: str,
    now: float,
    campaign: int | None = None,
    agent: AgentKey | None = None,
) -> Lead | PassedOver | None:
    """Claim the dial by itself that is longest due as this attempt; PassedOver: not now, ask again; None: none is due.

    Of a `campaign` its next lead instead: for `agent` his own first, else anyone's. In a writing unit of its own. Dials
    by themselves are claimed of all accounts, each within its own.
    """
    if campaign is None:
        row, of_campaign = _longest_due(session, now), None
    else:
        found = due.open_campaign(session, campaign, now)
        row = due.next_due(session, found, agent, now) if found else None
        of_campaign = due.terms(found, agent) if found else None
    if row is None:
        return None
    terms = of_campaign or _own_terms(row)
    if passed := _not_now(session, row, terms, now):
        return passed
    answer = permission.permit(
        session,
        row.account_id,
        row.customer_id,
        row.number,
        channel=Channel.PHONE,
        purpose=terms.purpose,
        automatic=True,
        product=terms.product,
        valid_seconds=terms.valid_seconds,
        now=now,
        by=owner,
    )
    if isinstance(answer, Refused):
        return _refused(session, row, answer, terms, now)
    return _claim(session, row, answer, terms, claim=claim, attempt=attempt, owner=owner, now=now)


def strays(
    session: Session,
    owner: str,
    in_hand: Collection[str],
    claim: str,
    *,
    now: float,
    campaign: int | None = None,
) -> list[Stray]:
    """Attempts under way that `owner`, who has `in_hand`, does not know, and those of daemons that are no more.

    Of dials by themselves, or else of one `campaign`; those of daemons that are no more: of all.
    """
    query = (
        select(DialAttempt, Dial)
        .join(Dial, Dial.id == DialAttempt.dial_id)
        .where(
            DialAttempt.ended_at.is_(None),
            DialAttempt.claim != claim,
            DialAttempt.claimed_at < now - STRAY_AFTER_SECONDS,
            or_(
                DialAttempt.campaign_id.is_(None)
                if campaign is None
                else DialAttempt.campaign_id == campaign,
                DialAttempt.claimed_at < now - ABANDONED_AFTER_SECONDS,
            ),
        )
        .order_by(DialAttempt.claimed_at, DialAttempt.id)
    )
    return [
        Stray(
            dial_id=row.id,
            account_id=row.account_id,
            attempt=LegId(attempt.id),
            ordinal=row.attempts,
            attempts_at_most=row.attempts_at_most,
            not_after=row.not_after,
            campaign=row.campaign_id,
        )
        for attempt, row in session.execute(query).all()
        if (attempt.owner == owner and attempt.id not in in_hand)
        or attempt.claimed_at < now - ABANDONED_AFTER_SECONDS
    ]


def _longest_due(session: Session, now: float) -> Dial | None:
    query = (
        select(Dial)
        .where(due.PLANNED, Dial.campaign_id.is_(None), Dial.next_at <= now)
        .order_by(Dial.next_at, Dial.id)
        .limit(1)
    )
    return session.scalar(query.with_for_update(skip_locked=True))


def _own_terms(row: Dial) -> Terms:
    return Terms(
        purpose=Purpose(row.purpose),
        product=None,
        attempts_at_most=row.attempts_at_most,
        not_after=row.not_after,
        valid_seconds=permission.VALID_SECONDS,
    )


def _not_now(session: Session, row: Dial, terms: Terms, now: float) -> PassedOver | None:
    """Why the dial, whose turn it is, is not made, whatever the rules say. Locks the customer's record."""
    if terms.not_after <= now:
        give_up(session, row, "failed", now)
        return PassedOver(row.id, row.state, "too_late")
    who = session.scalar(
        select(Customer)
        .where(Customer.account_id == row.account_id, Customer.id == row.customer_id)
        .with_for_update(key_share=True)
    )
    if who is None:
        give_up(session, row, "failed", now)
        return PassedOver(row.id, row.state, "no_customer")
    if row.campaign_id is not None and due.is_second_lead(session, row):
        row.cancelled_because = "same_customer"
        give_up(session, row, "cancelled", now)
        return PassedOver(row.id, row.state, "same_customer")
    if _is_being_dialled(session, row):
        row.next_at = now + BUSY_WITH_HIM_SECONDS
        return PassedOver(row.id, row.state, "in_progress")
    return None


def _is_being_dialled(session: Session, row: Dial) -> bool:
    """One person at once; his record is locked, so that nobody begins meanwhile."""
    others = select(Dial.id).where(
        Dial.account_id == row.account_id,
        Dial.customer_id == row.customer_id,
        Dial.id != row.id,
        Dial.state.in_(IN_FLIGHT),
    )
    return bool(session.scalar(select(exists(others))))


def _refused(session: Session, row: Dial, answer: Refused, terms: Terms, now: float) -> PassedOver:
    row.refused_rule, row.refused_until, row.refused_row = answer.rule, answer.until, answer.row
    until = answer.until
    if until is None and row.campaign_id is not None and answer.rule in _FOR_AN_ADMINISTRATOR:
        until = now + UNTIL_CONFIRMED_SECONDS
    if numbers.forbidden(row, answer):
        row.next_at = now
    elif until is None or until >= terms.not_after:
        give_up(session, row, "refused", now)
    else:
        row.next_at = max(until, now)
    return PassedOver(row.id, row.state, answer.rule)


def _claim(
    session: Session,
    row: Dial,
    held: Permit,
    terms: Terms,
    *,
    claim: str,
    attempt: LegId,
    owner: str,
    now: float,
) -> Lead:
    taken = session.scalar(
        update(Dial)
        .where(Dial.id == row.id, Dial.state == "planned", Dial.attempts == row.attempts)
        .values(
            state="claimed",
            attempts=Dial.attempts + 1,
            attempts_at_most=terms.attempts_at_most,
            not_after=terms.not_after,
            agent=row.agent if row.agent == terms.agent else None,
            attempt=attempt,
            result=None,
            decided_by=None,
            refused_rule=None,
            refused_until=None,
            refused_row=None,
        )
        .returning(Dial.id)
    )
    if taken is None:
        raise AssertionError("a row that is locked was claimed by another one")
    session.refresh(row)
    before = select(func.count()).select_from(DialAttempt).where(DialAttempt.dial_id == row.id)
    made = DialAttempt(
        id=attempt,
        account_id=row.account_id,
        dial_id=row.id,
        ordinal=session.scalars(before).one() + 1,
        claim=claim,
        owner=owner,
        permit_id=held.permit_id,
        campaign_id=row.campaign_id,
        number=held.pii_address,
        number_place=numbers.place(row),
        claimed_at=now,
    )
    session.add(made)
    session.flush()
    return _lead(session, row, made, held)


def _lead(session: Session, row: Dial, attempt: DialAttempt, held: Permit) -> Lead:
    who = session.get_one(Customer, row.customer_id)
    return Lead(
        dial_id=row.id,
        attempt=LegId(attempt.id),
        ordinal=row.attempts,
        permit=held,
        customer=Candidate(
            customer_id=who.id, pii_name=who.display_name, value_class=who.value_class, language=who.language
        ),
        language=row.language,
        flow=row.flow,
        survey=row.survey,
        values={str(name): str(value) for name, value in row.values.items()},
        attempts_at_most=row.attempts_at_most,
        not_after=row.not_after,
        campaign=row.campaign_id,
        agent=AgentKey(row.agent) if row.agent else None,
        number_place=attempt.number_place,
        numbers=len(row.numbers) or 1,
    )
