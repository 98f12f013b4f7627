"""A free agent is shown whom he may call, and dials, or passes.

His own call-backs come first, then anyone's leads. What he is shown is claimed: nobody else calls it meanwhile. It is
given back when he passes, when a caller or a break comes between, and before its Permit runs out. Where the campaign
says so, it is dialled by itself after a while; where only clicks dial, never.
"""

from typing import Literal

from ctiserver.core.commands import CancelTimer, ClaimLeads, DropLeg, StartTimer
from ctiserver.core.errors import Refusal
from ctiserver.core.events import LeadPreviewed, LeadPreviewEnded
from ctiserver.core.ids import AgentKey, TimerId
from ctiserver.core.inputs import LeadsClaimed
from ctiserver.core.leads import Lead
from ctiserver.core.requests import DialLead, PreviewLead, SkipLead
from ctiserver.core.turn import Turn
from dialer import at_work, lead_life
from dialer.book import Book, Going, Preview, UnderWay
from dialer.campaign_state import in_force

Outcome = Literal["skipped", "nobody_due", "withdrawn"]
SKIPPED_SECONDS = 15 * 60.0
"""So long a customer whom an agent passed over is shown to nobody."""
_BEFORE_EXPIRY_SECONDS = 5.0
_TIMER = "dialer:preview:"


def preview_timer(agent: AgentKey) -> TimerId:
    """Fires when what he is shown is dialled by itself, or may be no more."""
    return TimerId(f"{_TIMER}{agent}")


def agent_of(timer: TimerId) -> AgentKey | None:
    """The agent whom a timer is about; None: it is another one."""
    return AgentKey(timer.removeprefix(_TIMER)) if timer.startswith(_TIMER) else None


def preview(book: Book, request: PreviewLead, turn: Turn) -> None:
    """Ask the store for the next lead for him. Raises Refusal."""
    going = _running(book, request.agent, request.campaign, turn.at)
    _need_free(book, request.agent)
    if request.agent in book.previews:
        raise Refusal(
            "preview_open", "dial the customer before you, or skip him, before you ask for the next"
        )
    if request.agent in book.lending.lent:
        at_work.gone(book, request.agent)
    claim = turn.new_id()
    book.previews[request.agent] = Preview(campaign=going.table.id, claim=claim)
    turn.say(
        ClaimLeads(
            claim=claim,
            kind="campaign",
            campaign=going.table.id,
            agent=request.agent,
            limit=1,
            in_hand=tuple(book.leads),
        )
    )


def shown(book: Book, agent: AgentKey, message: LeadsClaimed, turn: Turn) -> None:
    """The store's answer."""
    it = book.previews[agent]
    it.claim = None
    if not message.leads:
        _ended(book, agent, it, "nobody_due", turn)
        return
    going, lead = book.campaigns[it.campaign], message.leads[0]
    if message.standing is not None:
        going.standing = message.standing
    it.attempt = lead.attempt
    lead_life.take(book, lead, turn)
    if not going.table.running or not _is_free(book, agent):
        take_back(book, agent, turn)
        return
    _show(book, agent, going, lead, turn)


def _show(book: Book, agent: AgentKey, going: Going, lead: Lead, turn: Turn) -> None:
    seconds = going.table.preview_seconds
    by_itself = seconds is not None and going.table.mode == "preview" and not book.dialing.clicks_only
    until = turn.at + (seconds or 0.0) if by_itself else None
    expires_at = lead.permit.expires_at - _BEFORE_EXPIRY_SECONDS
    turn.say(
        LeadPreviewed(
            at=turn.at,
            agent=agent,
            campaign=going.table.id,
            pii_number=lead.permit.pii_address,
            customer=lead.customer,
            values=lead.values,
            ordinal=lead.ordinal,
            until=until,
            **lead_life.named(lead),
        ),
        StartTimer(
            timer=preview_timer(agent), due_at=expires_at if until is None else min(until, expires_at)
        ),
    )


def dial(book: Book, request: DialLead, turn: Turn) -> None:
    """Ring him, and keep the agent for him. Raises Refusal."""
    it = _before(book, request.agent, request)
    going = _running(book, request.agent, book.previews[request.agent].campaign, turn.at)
    _need_free(book, request.agent)
    if book.limits().room(lead_life.line_keys(book, going.table.id), turn.at) == 0:
        raise Refusal("no_line", "all lines are in use: try again in a moment")
    _dial(book, request.agent, it, going, turn)


def _dial(book: Book, agent: AgentKey, it: UnderWay, going: Going, turn: Turn) -> None:
    del book.previews[agent]
    turn.say(CancelTimer(timer=preview_timer(agent)))
    going.dialled += 1
    lead_life.dial(book, it, turn, agent=agent, queue=going.table.queue)


def skip(book: Book, request: SkipLead, turn: Turn) -> None:
    """Give him back, or stop ringing him. Raises Refusal."""
    it = book.leads.get(request.attempt)
    if it is not None and it.agent == request.agent and it.stage in ("dialing", "judging"):
        turn.say(DropLeg(leg=request.attempt))
        return
    it = _before(book, request.agent, request)
    shown = book.previews[request.agent]
    lead_life.withdraw(book, it, turn, pause_seconds=SKIPPED_SECONDS)
    _ended(book, request.agent, shown, "skipped", turn, request.reason)


def time_over(book: Book, agent: AgentKey, turn: Turn) -> None:
    """Dial by itself, where that is so; else it is too late to dial him."""
    shown = book.previews.get(agent)
    if shown is None or shown.attempt is None:
        return
    it, going = book.leads[shown.attempt], book.campaigns[shown.campaign]
    by_itself = going.table.preview_seconds is not None and not book.dialing.clicks_only
    in_time = turn.at < it.lead.permit.expires_at - _BEFORE_EXPIRY_SECONDS
    dials = by_itself and in_time and going.table.running and in_force(going, turn.at)
    full = book.limits().room(lead_life.line_keys(book, shown.campaign), turn.at) == 0
    if dials and not full and _is_free(book, agent) and book.switch_up:
        _dial(book, agent, it, going, turn)
    else:
        take_back(book, agent, turn)


def settle(book: Book, turn: Turn) -> None:
    """Who is not free any more is shown nobody."""
    for agent in [agent for agent, shown in book.previews.items() if shown.attempt is not None]:
        if not _is_free(book, agent) or not book.campaigns[book.previews[agent].campaign].table.running:
            take_back(book, agent, turn)


def take_back(book: Book, agent: AgentKey, turn: Turn) -> None:
    """Give back what he was shown."""
    shown = book.previews[agent]
    if shown.attempt is not None:
        lead_life.withdraw(book, book.leads[shown.attempt], turn)
    _ended(book, agent, shown, "withdrawn", turn)


def _ended(
    book: Book, agent: AgentKey, shown: Preview, outcome: Outcome, turn: Turn, reason: str = ""
) -> None:
    del book.previews[agent]
    if shown.attempt is not None:
        turn.say(CancelTimer(timer=preview_timer(agent)))
    account_id = book.campaigns[shown.campaign].table.account_id
    turn.say(
        LeadPreviewEnded(
            at=turn.at,
            account_id=account_id,
            agent=agent,
            campaign=shown.campaign,
            outcome=outcome,
            attempt=shown.attempt,
            reason=reason,
        )
    )


def _before(book: Book, agent: AgentKey, request: DialLead | SkipLead) -> UnderWay:
    shown = book.previews.get(agent)
    if shown is None or shown.attempt is None or shown.attempt != request.attempt:
        raise Refusal("no_lead", "this customer is not before you any more: ask for the next one")
    return book.leads[shown.attempt]


def _running(book: Book, agent: AgentKey, campaign: int, at: float) -> Going:
    going, row = book.campaigns.get(campaign), book.agents.get(agent)
    if going is None or row is None or campaign not in row.serves:
        raise Refusal("unknown_campaign", "you serve no campaign of this number: choose another one")
    if not going.table.running:
        raise Refusal("campaign_paused", "the campaign is paused: nobody is called until it goes on")
    if not in_force(going, at):
        raise Refusal("campaign_closed", "the campaign does not call at this hour")
    if not book.dialing.trunk or not book.switch_up:
        raise Refusal("no_line", "there is no line to call customers: tell whoever runs the telephone system")
    return going


def _need_free(book: Book, agent: AgentKey) -> None:
    if not _is_free(book, agent):
        raise Refusal("agent_not_free", "be available, with no contact in hand, to call somebody")


def _is_free(book: Book, agent: AgentKey) -> bool:
    row = book.agents.get(agent)
    return row is not None and row.free
