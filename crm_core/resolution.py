"""Calls to resolve and first contact resolution of an account, from its interactions and cases.

A contact's reason is that of its case, else what the last agent said it was about, else what the caller's way through
the menu suggests (`contact_reasons.guess`); contacts without a known customer or reason tell nothing. A contact is
unresolved while its case is open. Whom we call back, and whose message we hear, has contacted us once: what his
call-back or message was about is what the call was about in which he asked for it.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.cases import Case, CaseContact
from crm_core.contact_reasons import ContactReason, guess, reasons_of_account
from crm_core.episodes import DAY_SECONDS, Episode, Resolution, Touch, by_class, episodes, resolution
from crm_core.interactions import COUNTED_BEFORE, OUTBOUND, Interaction

_ASKED_WITHIN_SECONDS = 86_400.0
"""A call-back or message belongs to the call just before it; none lasts longer."""
_WINDOWS_BEHIND = 4
"""How far behind a span its episodes are followed."""


def resolution_of(
    session: Session, account_id: int, *, from_at: float, until_at: float, now: float, window_days: float
) -> Resolution:
    """The figures of the episodes that began in a span of time, `until_at` excluded."""
    found, seen_until = _episodes(session, account_id, from_at, until_at, now, window_days)
    return resolution(found, now=seen_until, window_days=window_days)


def resolution_by_class(
    session: Session, account_id: int, *, from_at: float, until_at: float, now: float, window_days: float
) -> dict[str, Resolution]:
    """The same of each value class; "": nobody knew the caller's."""
    found, seen_until = _episodes(session, account_id, from_at, until_at, now, window_days)
    return by_class(found, now=seen_until, window_days=window_days)


def _episodes(
    session: Session, account_id: int, from_at: float, until_at: float, now: float, window_days: float
) -> tuple[list[Episode], float]:
    """The episodes that began in the span, whole, and until when contacts were looked at.

    A span cuts through episodes: what was in the window before it tells which had begun already, and what came behind
    it how they went on; one that goes on for longer than is looked at counts as open. A case that rested for longer
    than the window before the span begins anew in it.
    """
    window = window_days * DAY_SECONDS
    seen_until = min(now, until_at + _WINDOWS_BEHIND * window)
    found = episodes(_touches(session, account_id, from_at - window, seen_until), window_days=window_days)
    return [one for one in found if from_at <= one.began_at < until_at], seen_until


def _touches(session: Session, account_id: int, from_at: float, until_at: float) -> list[Touch]:
    about = CaseContact.account_id == Interaction.account_id, CaseContact.contact_id == Interaction.id
    case = Case.account_id == CaseContact.account_id, Case.id == CaseContact.case_id
    query = (
        select(
            Interaction.id.label("contact"),
            Interaction.customer_id,
            Interaction.arrived_at,
            Interaction.value_class,
        )
        .add_columns(Interaction.channel, Interaction.contact_reason, Interaction.collected)
        .add_columns(Case.id.label("case_id"), Case.is_open, Case.reason.label("case_reason"))
        .outerjoin(CaseContact, about[0] & about[1])
        .outerjoin(Case, case[0] & case[1])
        .where(
            Interaction.account_id == account_id,
            Interaction.customer_id.is_not(None),
            Interaction.channel != OUTBOUND,  # our calling back is no further call of his
            Interaction.arrived_at >= from_at,
            Interaction.arrived_at < until_at,
        )
        .order_by(Interaction.arrived_at, Interaction.id, Case.id)
    )
    reasons = reasons_of_account(session, account_id, with_retired=True)
    seen: set[str] = set()
    touches: list[Touch] = []
    last_calls: dict[int, int] = {}  # the place of each customer's last call, if that told anything
    for row in session.execute(query):
        follows, touch = row.channel in COUNTED_BEFORE, _touch(row, reasons)
        if row.contact in seen:
            continue  # a contact about two cases is one contact
        place = last_calls.get(row.customer_id)
        if touch is None:
            if not follows:
                last_calls.pop(row.customer_id, None)
            continue
        seen.add(row.contact)
        if follows and place is not None and touch.at - touches[place].at <= _ASKED_WITHIN_SECONDS:
            touches[place] = _as_one(touches[place], touch)
        else:
            last_calls[touch.customer_id] = len(touches)
            touches.append(touch)
    return touches


def _touch(row: Any, reasons: Sequence[ContactReason]) -> Touch | None:
    """None: nobody said what it was about."""
    reason = row.case_reason or row.contact_reason or guess(reasons, row.collected)
    if not reason:
        return None
    return Touch(
        customer_id=row.customer_id,
        reason=reason,
        at=row.arrived_at,
        case_id=row.case_id,
        unresolved=bool(row.is_open),
        value_class=row.value_class or "",
    )


def _as_one(call: Touch, after: Touch) -> Touch:
    """A call and the call-back or message that came of it: what is said later counts, a case's word most."""
    if after.case_id is not None:
        return replace(call, reason=after.reason, case_id=after.case_id, unresolved=after.unresolved)
    return call if call.case_id is not None else replace(call, reason=after.reason)
