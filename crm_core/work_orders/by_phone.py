"""A technician's call, step by step: what each step does in the store, and what the flow may say afterwards.

A step answers with an outcome, which the flow's ways are named after, and with values to be said: `order` (its number),
`place` (street and house; the order's number where there is no address), `code`. Everything that he said so far stands
in his row of `technician_calls`: a call that is cut off goes on where it was, and its closing keeps the key of the call
in which it began. Orders that are late, a colleague's or nobody's are taken (and flagged); what is closed already is
told with its number.
"""

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from crm_core.spoken_names import spoken_place
from crm_core.users import User
from crm_core.work_orders import order_list, parts, technician_calls
from crm_core.work_orders.closing import close
from crm_core.work_orders.order_flow import Closing, Way, closing_of_key
from crm_core.work_orders.technician_calls import TechnicianCall
from crm_core.work_orders.work_orders import Author, WorkOrder, work_order
from ctiserver.core.errors import NotFound, Refusal


@dataclass(frozen=True, slots=True)
class Step:
    """What came of a step."""

    outcome: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The technician who calls, in which contact, now (UTC epoch seconds)."""

    account_id: int
    user_id: int
    contact_id: str
    at: float


def begin(session: Session, caller: Caller) -> Step:
    """order: his current one; resume: the one that he was closing when the call was cut off; none: he has nothing."""
    row, resumed = technician_calls.begin_or_resume(
        session, caller.account_id, caller.user_id, caller.contact_id, caller.at
    )
    if resumed:
        found = _order(session, caller, row)
        if found is not None and found.is_open:
            return Step("resume", _told(found) | _code(row))
        _forget(row, caller)
    current = order_list.current_order(session, caller.account_id, _login(session, caller))
    return Step("order", _told(current)) if current else Step("none")


def choose(session: Session, caller: Caller, number: str = "") -> Step:
    """taken: this order ("": his current one) is being closed now; closed: it is already; unknown: there is none."""
    row = _row(session, caller)
    login = _login(session, caller)
    if not number:
        found = order_list.current_order(session, caller.account_id, login)
        if found is None:
            return Step("unknown")
    else:
        try:
            found = work_order(session, caller.account_id, int(number[:9]))
        except (NotFound, ValueError):
            return Step("unknown", {"order": number})
    if not found.is_open:
        return Step("closed", _told(found))
    row.order_id, row.code, row.used, row.at = found.id, None, [], caller.at
    return Step("taken", _told(found))


def choose_code(session: Session, caller: Caller, key: str) -> Step:
    """taken: it ended so; unknown: no code has this key."""
    code = closing_of_key(key)
    if code is None:
        return Step("unknown")
    row = _row(session, caller)
    row.code, row.at = code, caller.at
    return Step("taken", {"code": str(code)})


def add_part(session: Session, caller: Caller, digits: str, quantity: int = 1) -> Step:
    """taken: one more of this part was used; unknown: no part has these digits."""
    found = parts.part_by_code(session, caller.account_id, digits)
    if found is None:
        return Step("unknown", {"part": digits})
    row = _row(session, caller)
    row.used, row.at = [*row.used, [found.key, quantity]], caller.at
    return Step("taken", {"part": digits})


def finish(session: Session, caller: Caller, text: str = "") -> Step:
    """closed: done, `next` tells whether there is another order; emergency: it is unsafe and everybody was alarmed;
    refused: somebody else has closed it meanwhile; unknown: he has not said which order or how it ended.
    """
    row = _row(session, caller)
    if row.order_id is None or row.code is None:
        return Step("unknown")
    login, used = _login(session, caller), technician_calls.told(row)
    author = Author(
        account_id=caller.account_id,
        login=login,
        at=caller.at,
        way=Way.PHONE,
        technician=True,
        contact_id=caller.contact_id,
    )
    try:
        done = close(session, author, row.order_id, row.code, key=row.key, used=used, text=text)
    except Refusal:
        return Step("refused", {"order": str(row.order_id)})
    row.at = caller.at
    if done.closing.code == Closing.UNSAFE:
        return Step("emergency", _told(done.order))
    following = order_list.current_order(session, caller.account_id, login)
    return Step("next", _told(following)) if following else Step("closed", _told(done.order))


def _row(session: Session, caller: Caller) -> TechnicianCall:
    return technician_calls.begin_or_resume(
        session, caller.account_id, caller.user_id, caller.contact_id, caller.at
    )[0]


def _forget(row: TechnicianCall, caller: Caller) -> None:
    row.key, row.order_id, row.code, row.used = caller.contact_id, None, None, []


def _order(session: Session, caller: Caller, row: TechnicianCall) -> WorkOrder | None:
    try:
        return work_order(session, caller.account_id, row.order_id or 0)
    except NotFound:
        return None


def _login(session: Session, caller: Caller) -> str:
    return session.get_one(User, caller.user_id).login


def _told(found: WorkOrder) -> dict[str, str]:
    return {"order": str(found.id), "place": spoken_place(found.address) or str(found.id)}


def _code(row: TechnicianCall) -> dict[str, str]:
    return {"code": row.code or ""}
