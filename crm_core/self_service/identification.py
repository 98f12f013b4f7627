"""Who a caller is: found by what he typed, proved by a secret.

A one-time code leaves through a webhook that the company registered for `caller.code`: whoever sends its messages has
the telephone's short messages too. Without such a webhook, or a mobile number in the record, no code is offered.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import caller_secrets, customers, webhooks
from crm_core.caller_secrets import Kind, Subject
from crm_core.customers import Customer
from crm_core.self_service.registry import Asked, Outcome, SecretDigits, action
from ctiserver.core import rut as ruts
from ctiserver.core.errors import NotFound


@action(
    "found",
    "unknown",
    gives={"customer_id": "digits", "name": "name", "rut": "digits", "customer_number": "digits"},
)
def find_customer(session: Session, asked: Asked, *, rut: str = "", customer_number: str = "") -> Outcome:
    """The customer with this RUT, or with this key in the company's own program."""
    by = Customer.external_id == customer_number
    if rut:
        by = Customer.rut == (ruts.normalise(rut) or rut)
    elif not customer_number:
        return Outcome(outcome="unknown")
    found = session.scalar(select(Customer).where(Customer.account_id == asked.account_id, by))
    if found is None:
        return Outcome(outcome="unknown")
    return Outcome(
        outcome="found",
        values={
            "customer_id": str(found.id),
            "name": found.display_name,
            "value_class": found.value_class or "",
            "language": found.language or "",
            "rut": found.rut or "",
            "customer_number": found.external_id or "",
        },
    )


@action("right", "wrong", "locked", "none", writes=True)
def check_secret(
    session: Session,
    asked: Asked,
    *,
    subject: Subject,
    subject_id: str,
    kind: Kind,
    secret: SecretDigits,
) -> Outcome:
    """Whether the caller typed the subject's secret."""
    verdict = caller_secrets.check(
        session, asked.account_id, subject, subject_id, kind, secret, now=asked.now
    )
    return Outcome(outcome=verdict)


@action("sent", "unavailable", writes=True)
def send_code(session: Session, asked: Asked, *, subject: Subject, subject_id: str) -> Outcome:
    """Send a one-time code to the customer's own number."""
    number = _number(session, asked.account_id, subject_id) if subject == "customer" else None
    hooks = webhooks.webhooks_of_account(session, asked.account_id)
    if number is None or not any(hook.active and webhooks.CALLER_CODE in hook.kinds for hook in hooks):
        return Outcome(outcome="unavailable")
    code = caller_secrets.new_code(session, asked.account_id, subject, subject_id, now=asked.now)
    if code is None:
        return Outcome(outcome="unavailable")
    told = {"customer_id": int(subject_id), "number": number, "code": code}
    webhooks.tell(session, asked.account_id, asked.action_id, webhooks.CALLER_CODE, told, asked.now)
    return Outcome(outcome="sent")


def _number(session: Session, account_id: int, customer_id: str) -> str | None:
    """A number of his that is in force, a mobile one if the record says which is."""
    try:
        owner = customers.customer(session, account_id, int(customer_id))
    except (NotFound, ValueError):
        return None
    valid = [phone for phone in owner.phones if phone.valid_until is None]
    valid.sort(key=lambda phone: phone.kind != "mobile")
    return valid[0].e164 if valid else None


ACTIONS = (find_customer, check_secret, send_code)
