"""A lead from its claim to its end, whoever asked for it.

Its row was committed before we hear of it, with its Permit and the id of its attempt, which is the channel's: so a lead
is never dialled twice, whoever dies when. Each lead that was claimed ends once: in LeadFailed when nobody answered or
nobody was dialled, in LeadEnded when somebody did; either says whether and when he is tried again (`retry_policy`).
"""

from collections.abc import Mapping
from typing import Any

from ctiserver.core.commands import DialCustomer
from ctiserver.core.events import ContactEnded, LeadDialed, LeadEnded, LeadFailed, LeadReached
from ctiserver.core.ids import AgentKey, ContactId, QueueKey
from ctiserver.core.inputs import LegFailed
from ctiserver.core.leads import Decider, DialResult, Lead, Stray
from ctiserver.core.turn import Turn
from dialer.book import TRUNK, Book, UnderWay, caller_key, campaign_key
from dialer.results import of_failure
from dialer.retry_policy import MINUTE, PAUSE_SECONDS, retry_at

_NO_SUCH_NUMBER: frozenset[DialResult] = frozenset({"invalid_number", "disconnected"})
_NEXT_NUMBER_SECONDS = MINUTE


def take(book: Book, lead: Lead, turn: Turn) -> UnderWay:
    """A lead that the store gave us is in our hands."""
    it = UnderWay(lead=lead, contact=ContactId(turn.new_id()), stage="previewed")
    book.leads[lead.attempt] = it
    book.legs[it.contact] = lead.attempt
    return it


def dial(
    book: Book, it: UnderWay, turn: Turn, *, agent: AgentKey | None = None, queue: QueueKey | None = None
) -> None:
    """Have his telephone rung; `agent` is kept for him meanwhile."""
    lead, dialing = it.lead, book.dialing
    table = book.campaigns[lead.campaign].table if lead.campaign in book.campaigns else None
    caller_number = (table.caller_number if table else "") or dialing.caller_number
    it.stage, it.agent, it.dialed_at = "dialing", agent, turn.at
    it.uses = line_keys(book, lead.campaign)
    book.limits().begin(it.uses, turn.at)
    turn.say(
        LeadDialed(
            at=turn.at, contact=it.contact, campaign=lead.campaign, agent=agent, queue=queue, **named(lead)
        ),
        DialCustomer(
            leg=lead.attempt,
            contact=it.contact,
            permit=lead.permit,
            pii_number=lead.permit.pii_address,
            trunk=dialing.trunk,
            then_trunks=dialing.then_trunks,
            ring_seconds=table.ring_seconds if table else dialing.ring_seconds,
            caller_number=caller_number,
        ),
    )


def line_keys(book: Book, campaign: int | None) -> tuple[str, ...]:
    """What a line of a campaign, or of a scheduled dial, counts for."""
    if campaign is None or campaign not in book.campaigns:
        return (TRUNK, caller_key(book.dialing.caller_number))
    number = book.campaigns[campaign].table.caller_number or book.dialing.caller_number
    return (TRUNK, caller_key(number), campaign_key(campaign))


def reached(it: UnderWay, at: float, **campaign: Any) -> LeadReached:
    """He answered; `campaign`: what else a campaign says of it."""
    lead = it.lead
    return LeadReached(
        at=at,
        contact=it.contact,
        pii_number=lead.permit.pii_address,
        customer=lead.customer,
        language=lead.language,
        values=lead.values,
        **{"flow": lead.flow, "survey": lead.survey} | campaign,
        **named(lead),
    )


def failed(book: Book, message: LegFailed, it: UnderWay, turn: Turn) -> None:
    """Nobody answered."""
    result, decided_by = of_failure(message)
    forget(book, it, turn)
    turn.say(
        LeadFailed(
            at=turn.at,
            result=result,
            decided_by=decided_by,
            sip_code=message.sip_code,
            q850=message.q850,
            retry_at=again_at(book, it.lead, result, turn),
            **named(it.lead),
        )
    )


def withdraw(book: Book, it: UnderWay, turn: Turn, *, pause_seconds: float = 0.0) -> None:
    """Give him back undialled, to be planned again after the pause."""
    forget(book, it, turn)
    again = turn.at + pause_seconds
    turn.say(
        LeadFailed(
            at=turn.at,
            result="withdrawn",
            decided_by="system",
            retry_at=again if again < it.lead.not_after else turn.at,
            **named(it.lead),
        )
    )


def ended(book: Book, it: UnderWay, result: DialResult, decided_by: Decider, turn: Turn) -> None:
    """The call of somebody who answered is over."""
    forget(book, it, turn)
    again = again_at(book, it.lead, result, turn)
    turn.say(LeadEnded(at=turn.at, result=result, decided_by=decided_by, retry_at=again, **named(it.lead)))


def lost(book: Book, stray: Stray, turn: Turn) -> None:
    """What the store holds for under way and nobody here knows ended unseen."""
    again = retry_at(
        "unknown",
        ordinal=stray.ordinal,
        attempts_at_most=stray.attempts_at_most,
        now=turn.at,
        not_after=stray.not_after,
        pause_seconds=_pauses(book, stray.campaign),
    )
    turn.say(
        LeadFailed(
            at=turn.at,
            account_id=stray.account_id,
            dial_id=stray.dial_id,
            attempt=stray.attempt,
            result="unknown",
            decided_by="system",
            retry_at=again,
        )
    )


def forget(book: Book, it: UnderWay, turn: Turn) -> None:
    """It is in our hands no more."""
    del book.leads[it.lead.attempt]
    del book.legs[it.contact]
    book.limits().end(it.uses, turn.at)


def again_at(book: Book, lead: Lead, result: DialResult, turn: Turn) -> float | None:
    """When he is tried again; soon where this number is none and there is another."""
    pauses = dict(_pauses(book, lead.campaign))
    if result in _NO_SUCH_NUMBER and lead.number_place + 1 < lead.numbers:
        pauses[result] = _NEXT_NUMBER_SECONDS
    return retry_at(
        result,
        ordinal=lead.ordinal,
        attempts_at_most=lead.attempts_at_most,
        now=turn.at,
        not_after=lead.not_after,
        pause_seconds=pauses,
    )


def how_ended(message: ContactEnded, told: DialResult | None) -> tuple[DialResult, Decider]:
    """He is tried again only when it was not he who ended a call that was not done."""
    done = told in ("completed", "declined") or message.where in ("goodbye", "talk")
    if message.by in ("switch", "fallback") and not done:
        return "cut_off", "system"
    decided_by: Decider = "customer" if message.by == "caller" else "system"
    return told or ("completed" if done else "hung_up"), decided_by


def named(lead: Lead) -> dict[str, Any]:
    """The fields by which an event names his attempt."""
    return {"account_id": lead.permit.account_id, "dial_id": lead.dial_id, "attempt": lead.attempt}


def _pauses(book: Book, campaign: int | None) -> Mapping[str, float]:
    own = book.campaigns[campaign].table.pause_seconds if campaign in book.campaigns else {}
    return {**PAUSE_SECONDS, **book.dialing.pause_seconds, **own}
