"""What a customer does about a technician's visit by telephone: ask for one, hear of it, move, cancel, confirm it.

A half day is told to the flow as `slot` ("2026-11-24.morning"), `day` and `half`; up to three of them with 1, 2 and 3
behind their names. `half` is empty for a window of other hours, which only the office makes: then only its day is
said. Every change is one transaction with its answer, and what it does follows from the store alone
(`work_orders.visits`): done again, or by a second call, it changes nothing.
"""

from datetime import date

from sqlalchemy.orm import Session

from crm_core.self_service.registry import Asked, Outcome, action
from crm_core.work_orders import visit_capacity, visits
from crm_core.work_orders.order_flow import Way
from crm_core.work_orders.visit_record import ANSWERS, Answer
from crm_core.work_orders.visit_slots import Slot, is_slot, slot_of, slot_of_key
from crm_core.work_orders.work_orders import Author, WorkOrder, work_order
from ctiserver.core.errors import NotFound

BY = "flow"
_VISIT = {"order": "digits", "day": "date", "half": "half_day", "kind": ""}
_SLOTS = {
    f"{name}{place}": said
    for place in (1, 2, 3)
    for name, said in (("slot", ""), ("day", "date"), ("half", "half_day"))
}
_OFFERED = _SLOTS | {"kind": "", "moving": "digits"}
"""`moving`: the visit that will be moved to one of them; empty: a new one will be booked."""


@action("visit", "late", "under_way", "none", gives=_VISIT)
def my_visit(session: Session, asked: Asked, *, customer_id: int, order: str = "") -> Outcome:
    """The visit that he waits for; with `order` this one. late: its time is over; under_way: somebody is coming."""
    if order:
        found = _order(session, asked, customer_id, order)
    else:
        found = visits.next_visit(session, asked.account_id, customer_id, asked.now)
    if found is None or not found.is_open:
        return Outcome(outcome="none")
    if not visits.can_change(found):
        return Outcome(outcome="under_way", values=_visit(session, found))
    late = found.due_until_at < asked.now
    return Outcome(outcome="late" if late else "visit", values=_visit(session, found))


@action("free", "none", "had", "late", gives=_OFFERED | _VISIT)
def visit_slots(
    session: Session, asked: Asked, *, customer_id: int, kind: str, day: str = "", order: str = ""
) -> Outcome:
    """The nearest half days for such work, from `day` on if he named one; `order`: the visit that he wants to move.

    had, late: he waits for another visit already; its values are given.
    """
    moved = _order(session, asked, customer_id, order)
    if moved is not None and moved.is_open:
        return _offer(session, asked, customer_id, moved.kind, day, moved)
    had = visits.next_visit(session, asked.account_id, customer_id, asked.now)
    if had is not None:
        late = had.due_until_at < asked.now
        return Outcome(outcome="late" if late else "had", values=_visit(session, had))
    return _offer(session, asked, customer_id, kind, day, None)


@action("free", "none", "fixed", gives=_OFFERED)
def move_slots(session: Session, asked: Asked, *, customer_id: int, order: str, day: str = "") -> Outcome:
    """The nearest half days to which his visit can be moved; fixed: not by telephone any more."""
    moved = _order(session, asked, customer_id, order)
    if moved is None or not visits.can_change(moved):
        return Outcome(outcome="fixed")
    return _offer(session, asked, customer_id, moved.kind, day, moved)


@action("free", "taken", gives={"slot": "", "day": "date", "half": "half_day"})
def choose_slot(session: Session, asked: Asked, *, customer_id: int, kind: str, slot: str = "") -> Outcome:
    """Whether the half day that he chose is still free; then it is the one that will be booked."""
    wanted = slot_of_key(slot)
    if wanted is None or not visits.is_free(session, asked.account_id, customer_id, kind, wanted, asked.now):
        return Outcome(outcome="taken")
    return Outcome(outcome="free", values={"slot": wanted.key, **_half_day(wanted)})


@action("booked", "moved", "had", "taken", "fixed", gives=_VISIT, writes=True)
def book_visit(
    session: Session, asked: Asked, *, customer_id: int, kind: str, slot: str, order: str = ""
) -> Outcome:
    """He has the half day, and if `order` names a visit of his that is open, it is moved there."""
    wanted, author = slot_of_key(slot), _author(asked)
    if wanted is None:
        return Outcome(outcome="taken")
    moved = _order(session, asked, customer_id, order)
    if moved is not None and moved.is_open:
        came = visits.move(session, author, customer_id, moved.id, wanted)
    else:
        came = visits.book(session, author, customer_id, kind, wanted)
    return Outcome(outcome=came.outcome, values=_visit(session, came.order) if came.order else {})


@action("cancelled", "fixed", writes=True)
def cancel_visit(session: Session, asked: Asked, *, customer_id: int, order: str) -> Outcome:
    """Nobody comes to him; fixed: somebody is on the way already."""
    done = visits.cancel(session, _author(asked), customer_id, int(order))
    return Outcome(outcome="cancelled" if done else "fixed")


@action("noted", writes=True)
def answer_visit(session: Session, asked: Asked, *, customer_id: int, order: str, answer: str) -> Outcome:
    """Note what he says about his visit: confirmed, or person, who is to talk with him about it."""
    visits.answer(session, _author(asked), customer_id, int(order), _answer(answer))
    return Outcome(outcome="noted")


def _offer(
    session: Session, asked: Asked, customer_id: int, kind: str, day: str, moved: WorkOrder | None
) -> Outcome:
    first = date.fromisoformat(day) if day else None
    found = visits.offered(session, asked.account_id, customer_id, kind, asked.now, first)
    told = {"kind": kind, "moving": str(moved.id) if moved else ""}
    return Outcome(outcome="free" if found else "none", values=told | _slots(found))


def _answer(word: str) -> Answer:
    for one in ANSWERS:
        if one == word:
            return one
    raise ValueError(f"no answer about a visit: use one of {', '.join(ANSWERS)}")


def _author(asked: Asked) -> Author:
    return Author(
        account_id=asked.account_id, login=BY, at=asked.now, way=Way.PHONE, contact_id=asked.contact
    )


def _order(session: Session, asked: Asked, customer_id: int, order: str) -> WorkOrder | None:
    """His order with this number; None: it is not his, or "" and no number at all."""
    try:
        found = work_order(session, asked.account_id, int(order[:9]))
    except (NotFound, ValueError):
        return None
    return found if found.customer_id == customer_id else None


def _visit(session: Session, found: WorkOrder) -> dict[str, str]:
    zone = visit_capacity.zone_of(session, found.account_id)
    slot = slot_of(found.due_from_at or found.due_until_at, zone)
    half = str(slot.half) if is_slot(found.due_from_at, found.due_until_at, zone) else ""
    return {"order": str(found.id), "day": slot.day.isoformat(), "half": half, "kind": found.kind}


def _half_day(slot: Slot) -> dict[str, str]:
    return {"day": slot.day.isoformat(), "half": str(slot.half)}


def _slots(found: list[Slot]) -> dict[str, str]:
    """Of those that there are fewer of than before, nothing is known any more."""
    told = {
        f"{name}{place}": value
        for place, slot in enumerate(found, 1)
        for name, value in ({"slot": slot.key} | _half_day(slot)).items()
    }
    return dict.fromkeys(_SLOTS, "") | told


ACTIONS = (my_visit, visit_slots, move_slots, choose_slot, book_visit, cancel_visit, answer_visit)
