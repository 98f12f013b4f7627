"""Whom an agent calls by his own click, and whether he may.

A number that a customer has is called as his, with a permit: of several who share it, the one whose record the agent
looks at, else the most valuable. It is service where something of his is open (a case, a call-back that he asked for,
a message that he left), and information where nothing is, unless the agent says what else it is for; selling is never
service. A number that nobody has is called without a permit, but not if it stands on a list of those who must not be
called: those that the house keeps and the public ones speak of numbers, whoever they belong to.
"""

from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from crm_core import permission, phone_numbers
from crm_core.accounts import account
from crm_core.candidates import find_by_number
from crm_core.cases import Case
from crm_core.customers import customer
from crm_core.interactions import Interaction
from crm_core.permission import do_not_call
from crm_core.permission.rules import OWN_LIST
from ctiserver.core.customers import Candidate
from ctiserver.core.errors import Refusal
from ctiserver.core.permit import Channel, Permit, Purpose, Refused, Rule

PURPOSES = (
    Purpose.SERVICE,
    Purpose.INFORMATION,
    Purpose.APPOINTMENT,
    Purpose.COLLECTIONS,
    Purpose.RENEWAL,
    Purpose.SALES,
)
"""What a person may say that his call is for; surveys and emergencies have ways of their own."""


@dataclass(frozen=True, slots=True)
class Called:
    """A number as it is dialled, and whose it is; `customer` and `permit` None: nobody's whom we know."""

    number: str
    language: str
    customer: Candidate | None = None
    permit: Permit | None = None


def ask(
    session: Session,
    account_id: int,
    written: str,
    *,
    by: str,
    now: float,
    customer_id: int | None = None,
    purpose: Purpose | None = None,
    request_id: str | None = None,
) -> Called | Refused:
    """Whom this number calls, with a permit stored where he is a customer, or which rule refuses. In a writing unit.

    `written` as on a telephone; `customer_id` None: whoever has it. Raises NotFound; Refusal for a purpose that this
    call cannot have. The same `request_id` again gets the permit that it got.
    """
    home = account(session, account_id)
    number = phone_numbers.normalise(written, home.country)
    owners = find_by_number(session, account_id, number, at=now) if number else []
    if customer_id is not None:
        customer(session, account_id, customer_id)
        owners = [one for one in owners if one.customer_id == customer_id]
        if not owners:
            return Refused(rule=Rule.ADDRESS)
    if number is None or not owners:
        refused = _listed(session, account_id, number or written, now)
        return refused or Called(number=number or written, language=home.language)
    who = owners[0]
    answer = permission.permit(
        session,
        account_id,
        who.customer_id,
        number,
        channel=Channel.PHONE,
        purpose=_purpose(session, account_id, who.customer_id, purpose),
        automatic=False,
        now=now,
        by=by,
        request_id=request_id,
    )
    if isinstance(answer, Refused):
        return answer
    return Called(number=number, language=who.language or home.language, customer=who, permit=answer)


def _purpose(session: Session, account_id: int, customer_id: int, said: Purpose | None) -> Purpose:
    if said is not None and said not in PURPOSES:
        raise Refusal("wrong_purpose", f"a call by hand is for one of: {', '.join(PURPOSES)}")
    if said not in (None, Purpose.SERVICE):
        return said
    if something_open(session, account_id, customer_id):
        return Purpose.SERVICE
    if said is Purpose.SERVICE:
        raise Refusal("nothing_open", "nothing of this customer's is open: say what else the call is for")
    return Purpose.INFORMATION


def something_open(session: Session, account_id: int, customer_id: int) -> bool:
    """Whether a case of his is open, he waits to be called back, or nobody has dealt with a message of his."""
    case = select(Case.id).where(
        Case.account_id == account_id, Case.customer_id == customer_id, Case.is_open.is_(True)
    )
    wish = select(Interaction.id).where(
        Interaction.account_id == account_id,
        Interaction.customer_id == customer_id,
        Interaction.to_call_back.is_(True),
        Interaction.call_back_done_at.is_(None),
    )
    message = select(Interaction.id).where(
        Interaction.account_id == account_id,
        Interaction.customer_id == customer_id,
        Interaction.channel == "voicemail",
        Interaction.ended_at.is_(None),
    )
    return any(session.scalar(select(exists(one))) for one in (case, wish, message))


def _listed(session: Session, account_id: int, number: str, now: float) -> Refused | None:
    for row in do_not_call.of_address(session, account_id, number):
        if row.since <= now and (row.until is None or row.until > now):
            rule = Rule.DO_NOT_CALL if row.on_list == OWN_LIST else Rule.REGISTER
            return Refused(rule=rule, until=row.until, row=str(row.id))
    return None
