"""Recycling: leads that ended without having been spoken with are called again, from the beginning.

Nobody is called again who asked us not to, who said no, or to whom something was sold: who has ever spoken with an
agent of the campaign, who refused the call, and whom a rule refuses for what he said or has stays where he is. Their
attempts stay in the record; the count begins anew.
"""

from collections.abc import Collection

from sqlalchemy import Exists, exists, or_, select, update
from sqlalchemy.orm import Session

from crm_core import audit
from crm_core.base import NEVER_AT
from crm_core.campaigns.campaign import campaign
from crm_core.dial_attempts import DialAttempt
from crm_core.dials import Dial
from crm_core.permission.do_not_call import DoNotCall
from ctiserver.core.errors import Refusal
from ctiserver.core.permit import Rule

RESULTS = (
    "no_answer",
    "busy",
    "congestion",
    "unreachable",
    "unknown",
    "cut_off",
    "machine",
    "message_left",
    "abandoned",
    "hung_up",
    "not_permitted",
)
_HIS_WORD = (Rule.DO_NOT_CALL, Rule.CONSENT_REVOKED, Rule.REGISTER, Rule.OWNED)


def recycle(
    session: Session, account_id: int, key: str, results: Collection[str], *, by: str, now: float
) -> int:
    """How many leads of these results are planned again, due at once. Raises NotFound, Refusal."""
    of = campaign(session, account_id, key)
    if of.state == "stopped":
        raise Refusal("campaign_stopped", "a stopped campaign calls nobody any more: make a new one")
    if not results or (wrong := sorted(set(results) - set(RESULTS))):
        named = f"{', '.join(wrong)} cannot" if results else "no result was named"
        raise Refusal("wrong_result", f"{named}: choose among {', '.join(RESULTS)}")
    again = (
        update(Dial)
        .where(
            Dial.campaign_id == of.id,
            Dial.ended_at.is_not(None),
            Dial.state != "cancelled",
            Dial.result.in_(sorted(results)),
            or_(Dial.refused_rule.is_(None), Dial.refused_rule.not_in(_HIS_WORD)),
            ~_spoke(),
            ~_asked_us_not_to(account_id, now),
        )
        .values(
            state="planned",
            ended_at=None,
            next_at=now,
            not_after=NEVER_AT if of.ends_at is None else of.ends_at,
            attempts=0,
            agent=None,
            asked_for_at=None,
            refused_rule=None,
            refused_until=None,
            refused_row=None,
        )
        .execution_options(synchronize_session=False)
    )
    many: int = session.execute(again).rowcount  # type: ignore[attr-defined]
    audit.note(
        session,
        account_id=account_id,
        at=now,
        by=by,
        action="recycle",
        subject=f"campaign {key}",
        after={"results": sorted(results), "leads": many},
    )
    session.flush()
    return many


def _spoke() -> Exists:
    """With an agent of the campaign, or refused the call."""
    query = select(DialAttempt.id).where(
        DialAttempt.dial_id == Dial.id,
        DialAttempt.connected_at.is_not(None) | (DialAttempt.result == "rejected"),
    )
    return exists(query)


def _asked_us_not_to(account_id: int, now: float) -> Exists:
    called = select(DialAttempt.number).where(DialAttempt.dial_id == Dial.id).correlate(Dial)
    query = select(DoNotCall.id).where(
        DoNotCall.account_id == account_id,
        or_(DoNotCall.address == Dial.number, DoNotCall.address.in_(called)),
        DoNotCall.until.is_(None) | (DoNotCall.until > now),
    )
    return exists(query)
