"""What technicians do by telephone: who they are, which order, how it ended (`work_orders.by_phone`)."""

from sqlalchemy.orm import Session

from crm_core.accounts import account
from crm_core.phone_numbers import normalise
from crm_core.self_service.registry import Asked, Outcome, action
from crm_core.work_orders import by_phone, technicians
from crm_core.work_orders.by_phone import Caller, Step

_TOLD = {"order": "digits", "place": "name"}


@action("found", "unknown", gives={"technician_id": "digits"})
def find_technician(
    session: Session, asked: Asked, *, number: str = "", technician_code: str = ""
) -> Outcome:
    """The technician with this code, or with this telephone."""
    found = None
    if technician_code:
        found = technicians.by_code(session, asked.account_id, technician_code)
    elif number:
        written = normalise(number, account(session, asked.account_id).country)
        found = technicians.by_number(session, asked.account_id, written) if written else None
    if found is None:
        return Outcome(outcome="unknown")
    return Outcome(outcome="found", values={"technician_id": str(found.user_id)})


@action("order", "resume", "none", gives=_TOLD | {"code": "code"}, writes=True)
def begin_order_call(session: Session, asked: Asked, *, technician_id: int) -> Outcome:
    """His current order, or the one that he was closing when his last call was cut off."""
    return _outcome(by_phone.begin(session, _caller(asked, technician_id)))


@action("taken", "closed", "unknown", gives=_TOLD, writes=True)
def choose_order(session: Session, asked: Asked, *, technician_id: int, order: str = "") -> Outcome:
    """This order is being closed; without a number his current one."""
    return _outcome(by_phone.choose(session, _caller(asked, technician_id), order))


@action("taken", "unknown", gives={"code": "code"}, writes=True)
def choose_closing(session: Session, asked: Asked, *, technician_id: int, key: str) -> Outcome:
    """It ended as the key of the closing's menu says."""
    return _outcome(by_phone.choose_code(session, _caller(asked, technician_id), key))


@action("taken", "unknown", gives={"part": "digits"}, writes=True)
def add_part(session: Session, asked: Asked, *, technician_id: int, part: str) -> Outcome:
    """One of this part was used."""
    return _outcome(by_phone.add_part(session, _caller(asked, technician_id), part))


@action("next", "closed", "emergency", "refused", "unknown", gives=_TOLD, writes=True)
def close_order(session: Session, asked: Asked, *, technician_id: int) -> Outcome:
    """The order is closed as he has said; `next`: the values are those of his next one."""
    return _outcome(by_phone.finish(session, _caller(asked, technician_id)))


def _caller(asked: Asked, technician_id: int) -> Caller:
    return Caller(account_id=asked.account_id, user_id=technician_id, contact_id=asked.contact, at=asked.now)


def _outcome(step: Step) -> Outcome:
    return Outcome(outcome=step.outcome, values=step.values)


ACTIONS = (find_technician, begin_order_call, choose_order, choose_closing, add_part, close_order)
