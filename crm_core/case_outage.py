"""A parent case, such as an outage: when it is resolved, those under it are resolved with it and customers are told.

A case that its own table does not let be resolved now (a refund that nobody approved) stays open and says so in its
history. Each customer is told once, however many cases he has there: by e-mail, through the outbox, and only with a
permit (`crm_core.permission`), which the letter names. Whoever may not be told has the rule in his case's history.
"""

from sqlalchemy.orm import Session

from crm_core import letters, permission
from crm_core.case_flow import TABLES, Event, Kind, State
from crm_core.case_steps import enter, tell
from crm_core.cases import Case, children, note
from crm_core.contact_points import Email, points_of
from ctiserver.core.permit import Channel, Permit, Purpose, Refused

LETTER_VALID_SECONDS = 86400.0
NO_ADDRESS = "no_address"


def resolve_children(session: Session, parent: Case, *, by: str, now: float) -> list[Case]:
    """The cases that were resolved with their parent; their customers are told."""
    resolved = []
    for child in children(session, parent.account_id, parent.id):
        if not child.is_open:
            continue
        before = State(child.state)
        if Event.RESOLVE not in TABLES[Kind(child.kind)][before]:
            note(session, child, at=now, by=by, what="left_open", parent=parent.id)
            continue
        child.solution = child.solution or parent.solution
        enter(session, child, State.RESOLVED, event=Event.RESOLVE, now=now)
        details = {"event": Event.RESOLVE, "before": before, "after": State.RESOLVED, "parent": parent.id}
        note(session, child, at=now, by=by, what="step", text=parent.solution, **details)
        tell(session, child, "case.changed", now)
        resolved.append(child)
    _inform(session, parent, resolved, by=by, now=now)
    return resolved


def _inform(session: Session, parent: Case, resolved: list[Case], *, by: str, now: float) -> None:
    """One letter for each customer, under the first of his cases."""
    first_of: dict[int, Case] = {}
    for child in resolved:
        if child.customer_id is not None:
            first_of.setdefault(child.customer_id, child)
    for customer_id, child in first_of.items():
        answer = _permit(session, parent.account_id, customer_id, by=by, now=now)
        if isinstance(answer, Permit):
            _send(session, parent, child, answer, by=by, now=now)
        else:
            rule, until = (answer.rule, answer.until) if answer else (NO_ADDRESS, None)
            note(session, child, at=now, by=by, what="not_informed", rule=rule, until=until)


def _permit(
    session: Session, account_id: int, customer_id: int, *, by: str, now: float
) -> Permit | Refused | None:
    """Permission for his preferred address; None: he has none."""
    own = points_of(session, Email, account_id, customer_id)
    email = next((one for one in own if one.valid_until is None or one.valid_until > now), None)
    if email is None:
        return None
    return permission.permit(
        session,
        account_id,
        customer_id,
        email.address,
        channel=Channel.EMAIL,
        purpose=Purpose.SERVICE,
        automatic=True,
        now=now,
        valid_seconds=LETTER_VALID_SECONDS,
        by=by,
    )


def _send(session: Session, parent: Case, child: Case, held: Permit, *, by: str, now: float) -> None:
    entry = note(session, child, at=now, by=by, what="informed", permit=held.permit_id)
    content = {
        "template": "outage_over",
        "case": child.id,
        "parent": parent.id,
        "subject": parent.subject,
        "text": parent.solution,
    }
    letters.write(session, f"case.{entry.id}", held, content, now=now)
