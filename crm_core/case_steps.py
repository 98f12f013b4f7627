"""What a step does to a case: its state, its clock, and when it is due because of that."""

from sqlalchemy.orm import Session

from crm_core import webhooks
from crm_core.base import NEVER_AT
from crm_core.case_flow import CLOCK_STANDS, ENDED, Event, State
from crm_core.case_targets import calendar, promise
from crm_core.cases import Case
from crm_core.sla_clock import Calendar, Clock

ESCALATION_SHARES = (1.0, 1.5)
"""A case is escalated when so much of the allowed time is used up."""


def enter(session: Session, found: Case, to: State, *, event: Event, now: float) -> None:
    """The state, and what hangs on it: the clock, the first answer, when it was solved, how often reopened."""
    clock, hours = found.clock, _hours(session, found)
    found.clock = clock.stopped(hours, now) if to in CLOCK_STANDS else clock.started(now)
    if event is not Event.CUSTOMER_ANSWERED and found.responded_at is None:
        found.responded_at = now
    if to in ENDED:
        found.resolved_at = found.resolved_at or now
        found.closed_at = now if to is State.CLOSED else None
    elif not found.is_open:
        found.resolved_at = found.closed_at = None
        found.reopened_count += 1
    found.state, found.is_open, found.updated_at = to, to not in ENDED, now
    reckon(session, found)


def reckon(session: Session, found: Case) -> None:
    """What follows from the clock: when it is due, when it is escalated, its place in the work list."""
    clock, hours = found.clock, _hours(session, found)
    if found.responded_at is not None or not found.is_open:
        found.respond_by_at = None
    found.due_at = clock.due_at(hours)
    shares = ESCALATION_SHARES[found.escalation_level : found.escalation_level + 1]
    found.escalate_at = clock.due_at(hours, share=shares[0]) if shares else None
    found.next_due_at = min(at for at in (found.respond_by_at, found.due_at, NEVER_AT) if at is not None)


def promise_solution(session: Session, found: Case) -> None:
    """The time that its kind and priority are promised; what was used counts on."""
    promised = promise(session, found.account_id, found.kind, found.priority)
    found.resolve_seconds = promised.resolve_seconds
    found.around_the_clock = promised.around_the_clock


def respond_by_at(session: Session, found: Case) -> float | None:
    """When somebody must have answered a case that was opened just now."""
    promised = promise(session, found.account_id, found.kind, found.priority)
    return Clock(allowed_seconds=promised.respond_seconds, since=found.opened_at).due_at(
        _hours(session, found)
    )


def tell(session: Session, found: Case, kind: str, now: float) -> None:
    """Whoever registered for it hears that something happened to the case."""
    session.flush()
    webhooks.tell_of_case(session, found, kind, now)


def _hours(session: Session, found: Case) -> Calendar:
    return calendar(session, found.account_id, around_the_clock=bool(found.around_the_clock))
