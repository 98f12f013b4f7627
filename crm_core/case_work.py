"""What people do with cases: open, take a step, assign, comment, change, put under a parent, escalate.

Each function is one unit of work: the case, its clock and its history change together, and whoever registered for
it is told (`webhooks`). A case begins as urgent as its customer is valuable: class A is high. A step stops or starts
the clock by the state that it leads to; a new priority brings its own promise, and what was used counts on. A
parent case that is solved solves those under it (`case_outage`).
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from crm_core import case_fax, case_outage
from crm_core.base import NEVER_AT, check_version
from crm_core.case_flow import DECISIONS, PRIORITIES, Event, Kind, State, after, checked, kind_of, missing
from crm_core.case_steps import enter, promise_solution, reckon, respond_by_at, tell
from crm_core.case_targets import promise
from crm_core.cases import Case, CaseEntry, case, has_children, link_contact, note
from crm_core.contact_reasons import check_reason
from crm_core.customers import customer
from crm_core.teams import colleague, team
from ctiserver.core.errors import ConfigError, Mistake, NotFound, Refusal

CHANGEABLE = frozenset(
    {"subject", "description", "priority", "customer_id", "reason", "fields", "solution", "is_outage"}
)


def open_case(
    session: Session,
    account_id: int,
    *,
    kind: str,
    subject: str,
    by: str,
    now: float,
    channel: str = "page",
    priority: str | None = None,
    customer_id: int | None = None,
    fields: Mapping[str, Any] | None = None,
    assignee: str | None = None,
    team_key: str | None = None,
    parent_id: int | None = None,
    **more: Any,
) -> Case:
    """The new case, with its number. `priority` None: by the customer's class.

    `more`: description, reason, contact_id, origin, is_outage. Raises Refusal, ConfigError, NotFound.
    """
    what = kind_of(kind)
    if not subject.strip():
        raise ConfigError([Mistake("subject", "say in a few words what it is about")])
    check_reason(session, account_id, more.get("reason"))
    owner = customer(session, account_id, customer_id) if customer_id is not None else None
    urgency = priority or ("high" if owner and owner.value_class == "A" else "normal")
    new = Case(
        account_id=account_id,
        kind=what,
        state=State.NEW,
        is_open=True,
        priority=_priority(urgency),
        subject=subject.strip(),
        channel=channel,
        customer_id=customer_id,
        fields=checked(what, fields or {}),
        opened_at=now,
        opened_by=by,
        updated_at=now,
        resolve_seconds=0.0,
        used_seconds=0.0,
        escalation_level=0,
        clock_since=now,
        next_due_at=NEVER_AT,
        **more,
    )
    promise_solution(session, new)
    new.respond_by_at = respond_by_at(session, new)
    reckon(session, new)
    session.add(new)
    session.flush()
    if new.contact_id:
        link_contact(session, new, new.contact_id)
    note(session, new, at=now, by=by, what="opened", channel=channel)
    if parent_id is not None:
        set_parent(session, account_id, new.id, parent_id, by=by, now=now)
    if assignee or team_key:
        assign(session, account_id, new.id, assignee=assignee, team_key=team_key, by=by, now=now)
    tell(session, new, "case.opened", now)
    return new


def take_step(
    session: Session,
    account_id: int,
    case_id: int,
    event: str,
    *,
    by: str,
    now: float,
    text: str = "",
    fields: Mapping[str, Any] | None = None,
    solution: str = "",
    may_decide: bool = False,
) -> Case:
    """The case after the step. Raises Refusal for a step that its state or the person does not allow, ConfigError
    for fields that are wrong, or empty and needed for it.
    """
    found = case(session, account_id, case_id, lock=True)
    kind, before = Kind(found.kind), State(found.state)
    to = after(kind, before, event)
    if event in DECISIONS and not may_decide:
        raise Refusal(
            "case_decision", "this decision needs somebody who may decide on cases: ask a supervisor"
        )
    values = checked(kind, {**found.fields, **(fields or {})})
    if empty := missing(kind, event, values):
        raise ConfigError([Mistake(f"fields.{key}", f"is needed for {event}: fill it in") for key in empty])
    found.fields = values
    found.solution = solution.strip() or found.solution
    enter(session, found, to, event=Event(event), now=now)
    note(session, found, at=now, by=by, what="step", text=text, event=event, before=before, after=to)
    if to is State.RESOLVED and before is not to:
        case_outage.resolve_children(session, found, by=by, now=now)
    tell(session, found, "case.changed", now)
    return found


def assign(
    session: Session,
    account_id: int,
    case_id: int,
    *,
    assignee: str | None,
    team_key: str | None,
    by: str,
    now: float,
) -> Case:
    """The case belongs to a person, a team, both (he does it for the team) or nobody. Raises Refusal, NotFound."""
    found = case(session, account_id, case_id, lock=True)
    if assignee:
        colleague(session, account_id, assignee)
    if team_key:
        team(session, account_id, team_key)
    if (found.assignee, found.team) == (assignee or None, team_key or None):
        return found
    found.assignee, found.team, found.updated_at = assignee or None, team_key or None, now
    note(session, found, at=now, by=by, what="assigned", assignee=found.assignee, team=found.team)
    tell(session, found, "case.changed", now)
    return found


def comment(session: Session, account_id: int, case_id: int, text: str, *, by: str, now: float) -> CaseEntry:
    """What somebody wrote to the case. Raises ConfigError for an empty one, NotFound."""
    if not text.strip():
        raise ConfigError([Mistake("text", "write the comment first")])
    found = case(session, account_id, case_id, lock=True)
    found.updated_at = now
    return note(session, found, at=now, by=by, what="comment", text=text.strip())


def change(
    session: Session,
    account_id: int,
    case_id: int,
    *,
    expected_version: int | None,
    by: str,
    now: float,
    **wanted: Any,
) -> Case:
    """The case with other values. Raises StaleVersion, Refusal, ConfigError, NotFound."""
    found = case(session, account_id, case_id, lock=True)
    check_version(found.version, expected_version)
    if unknown := sorted(wanted.keys() - CHANGEABLE):
        raise Refusal("no_such_field", f"a case has no field {', '.join(unknown)} that can be changed")
    if "subject" in wanted and not wanted["subject"].strip():
        raise ConfigError([Mistake("subject", "say in a few words what it is about")])
    _priority(wanted.get("priority", found.priority))
    check_reason(session, account_id, wanted.get("reason"))
    if wanted.get("customer_id") is not None:
        customer(session, account_id, wanted["customer_id"])
    if "fields" in wanted:
        wanted["fields"] = checked(Kind(found.kind), {**found.fields, **wanted["fields"]})
    differing = {key: value for key, value in wanted.items() if getattr(found, key) != value}
    if not differing:
        return found
    before = {key: getattr(found, key) for key in differing}
    for key, value in differing.items():
        setattr(found, key, value)
    if "priority" in differing:
        promise_solution(session, found)
        reckon(session, found)
    if "customer_id" in differing:
        case_fax.move(session, found, found.customer_id, by=by, now=now)
    found.updated_at = now
    note(session, found, at=now, by=by, what="changed", before=before, after=differing)
    tell(session, found, "case.changed", now)
    return found


def set_parent(
    session: Session, account_id: int, case_id: int, parent_id: int | None, *, by: str, now: float
) -> Case:
    """The case is part of a greater one, such as an outage; None: of none. One level only. Raises Refusal."""
    found = case(session, account_id, case_id, lock=True)
    if parent_id is not None:
        parent = case(session, account_id, parent_id)
        if parent_id == case_id or parent.parent_id is not None or has_children(session, found):
            raise Refusal(
                "case_parent", "a case under another one has none under itself: choose the uppermost"
            )
        if not parent.is_open:
            raise Refusal("case_parent_ended", f"case {parent_id} is {parent.state}: reopen it first")
    found.parent_id, found.updated_at = parent_id, now
    note(session, found, at=now, by=by, what="linked", parent=parent_id)
    return found


def escalate(session: Session, account_id: int, case_id: int, *, by: str, now: float, text: str = "") -> Case:
    """The case goes one level up: urgent, and to the team that the account names for late cases, if any.

    Raises Refusal for a case that has ended.
    """
    found = case(session, account_id, case_id, lock=True)
    if not found.is_open:
        raise Refusal("case_ended", f"case {case_id} is {found.state}: reopen it first")
    target = promise(session, account_id, found.kind, found.priority).escalate_to
    found.escalation_level += 1
    found.priority = "urgent"
    found.updated_at = now
    if target:
        try:
            found.team, found.assignee = team(session, account_id, target).key, None
        except NotFound:  # the team is gone: the case stays where it is, and is urgent all the same
            target = None
    reckon(session, found)
    note(
        session, found, at=now, by=by, what="escalated", text=text, level=found.escalation_level, team=target
    )
    tell(session, found, "case.escalated", now)
    return found


def _priority(word: str) -> str:
    if word not in PRIORITIES:
        raise Refusal("wrong_priority", f"a priority is one of {', '.join(PRIORITIES)}")
    return word
