"""A parent case, such as an outage: when it is resolved, those under it are resolved with it.

A case that its own table does not let be resolved now (a refund that nobody approved) stays open and says so in its
history.
"""

from sqlalchemy.orm import Session

from crm_core.case_flow import TABLES, Event, Kind, State
from crm_core.case_steps import enter, tell
from crm_core.cases import Case, children, note


def resolve_children(session: Session, parent: Case, *, by: str, now: float) -> list[Case]:
    """The cases that were resolved with their parent."""
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
    return resolved
