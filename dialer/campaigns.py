"""Campaigns: how many customers to dial for each, now.

Whenever something has changed, and twice a second while a predictive campaign dials, idle agents are lent, each
campaign's pacer is asked, and what it wants is claimed from the store. What is asked for counts as ringing until the
answer comes; a lead that comes when the campaign is paused, or may dial no more beyond progressive, or when no line is
free, is given back. A campaign that is gone from the tables serves those who answer, and then is forgotten.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ctiserver.core.commands import CancelTimer, ClaimLeads, StartTimer
from ctiserver.core.events import AgentLent, CampaignPaced
from ctiserver.core.ids import AgentKey, TimerId
from ctiserver.core.inputs import LeadsClaimed
from ctiserver.core.tables import Tables
from ctiserver.core.turn import Turn
from dialer import at_work, campaign_state, lead_life
from dialer.agent_lending import portion
from dialer.book import RINGING, Book, Going
from dialer.pacing_state import Scene

if TYPE_CHECKING:
    from dialer.pacing import Pacer

TICK = TimerId("dialer:pace")
_TICK_SECONDS = 0.5
_MANY = 1_000_000


def pacer_of(going: Going) -> "Pacer":
    """The pacer that a campaign had in a snapshot; or a new one."""
    from dialer import new_pacer  # numpy is loaded with the first campaign, not by a center that has none

    state, going.pacer = going.pacer, None
    return new_pacer.pacer_of(going.table, state)


def apply(book: Book, pacers: "dict[int, Pacer]", tables: Tables) -> None:
    """The campaigns of new tables; one that is gone from them dials no more."""
    gone = set(book.campaigns)
    for table in tables.campaigns:
        gone.discard(table.id)
        if going := book.campaigns.get(table.id):
            if table.running and not going.table.running:
                going.rest_until = 0.0
            going.table, going.stopped = table, False
            pacer = pacers[table.id]
            pacer.mode, pacer.tolerance_seconds = table.mode, table.tolerance_seconds
            pacer.ledger.use(table.abandon_limit, table.window_seconds)
        else:
            book.campaigns[table.id] = Going(table=table)
            pacers[table.id] = pacer_of(book.campaigns[table.id])
    for key in sorted(gone):
        going = book.campaigns[key]
        going.table, going.stopped = replace(going.table, running=False), True
    at_work.apply(book, tables)


def claimed(
    book: Book, pacers: "Mapping[int, Pacer]", going: Going, message: LeadsClaimed, turn: Turn
) -> None:
    """The store's answer: dial them, as far as that may still be."""
    asked, going.claim, going.asked = going.asked, None, 0
    _stands(going, pacers[going.table.id], message, turn.at)
    if len(message.leads) < asked:
        going.rest_until = turn.at + book.dialing.look_every_seconds
    key, pacer = going.table.id, pacers[going.table.id]
    goes_on = campaign_state.held(book, going, turn.at) in ("", "no_agents", "no_leads")
    idle, waiting = book.lending.count(key), len(book.lines(key, "waiting"))
    ringing = len(book.lines(key, *RINGING))
    limits, keys = book.limits(), lead_life.line_keys(book, key)
    for lead in message.leads:
        it = lead_life.take(book, lead, turn)
        room = goes_on and limits.room(keys, turn.at) != 0
        if room and pacer.may_dial(idle=idle, ringing=ringing, waiting=waiting, now=turn.at):
            lead_life.dial(book, it, turn)
            ringing += 1
            going.dialled += 1
            pacer.rate.dialled(lead.attempt, turn.at)
        else:
            lead_life.withdraw(book, it, turn)


def _stands(going: Going, pacer: "Pacer", message: LeadsClaimed, at: float) -> None:
    """The records tell of a window of which nothing is known here."""
    if message.standing is None:
        return
    going.standing = message.standing
    if not going.seeded:
        going.seeded = True
        pacer.ledger.seed(at, message.standing.answers, message.standing.abandons)


def settle(book: Book, pacers: "dict[int, Pacer]", turn: Turn) -> None:
    """Everything of one entry is known: lend agents, decide, and tell."""
    _forget_those_over(book, pacers, turn)
    _lend(book, turn)
    for going in book.campaigns.values():
        _pace(book, pacers, going, turn)
    for going in book.campaigns.values():
        campaign_state.tell(book, going, pacers[going.table.id], turn)
    _tick(book, pacers, turn)


def _forget_those_over(book: Book, pacers: "dict[int, Pacer]", turn: Turn) -> None:
    over = [
        key
        for key, going in book.campaigns.items()
        if going.stopped
        and going.claim is None
        and not any(it.lead.campaign == key for it in book.leads.values())
        and not any(preview.campaign == key for preview in book.previews.values())
    ]
    for key in over:
        table = book.campaigns.pop(key).table
        del pacers[key]
        turn.say(
            CampaignPaced(at=turn.at, account_id=table.account_id, campaign=key, mode=table.mode, over=True)
        )


def _lend(book: Book, turn: Turn) -> None:
    wants = {
        key: _MANY if not campaign_state.held(book, going, turn.at) else _in_flight(book, going)
        for key, going in book.campaigns.items()
    }
    weights = {key: going.table.weight for key, going in book.campaigns.items()}

    def serves(agent: AgentKey, campaign: int) -> bool:
        return campaign in book.agents[agent].serves

    for agent, campaign in book.lending.settle(at_work.idle(book), wants, weights, serves):
        turn.say(AgentLent(at=turn.at, agent=agent, campaign=campaign))


def _in_flight(book: Book, going: Going) -> int:
    return going.asked + len(book.lines(going.table.id, "waiting", *RINGING))


def _pace(book: Book, pacers: "Mapping[int, Pacer]", going: Going, turn: Turn) -> None:
    key, pacer = going.table.id, pacers[going.table.id]
    scene = _scene(book, going, turn.at)
    going.left = 0
    if campaign_state.held(book, going, turn.at) or going.claim is not None:
        ringing = len(scene.ring_ages)
        pacer.ledger.seen(idle=scene.idle, ringing=ringing, waiting=scene.waiting, left=scene.left)
        return
    room = book.limits().room(lead_life.line_keys(book, key), turn.at)
    asked = sum(other.asked for other in book.campaigns.values())
    most = _MANY if room is None else max(0, room - asked)
    decision = pacer.decide(scene, turn.at, most=most)
    going.risk, going.crowded = decision.risk, decision.dials == most
    if decision.dials:
        going.claim, going.asked = turn.new_id(), decision.dials
        turn.say(
            ClaimLeads(
                claim=going.claim,
                kind="campaign",
                campaign=key,
                limit=decision.dials,
                in_hand=tuple(book.leads),
            )
        )


def _scene(book: Book, going: Going, at: float) -> Scene:
    key = going.table.id
    talking, wrapping_up = at_work.busy(book, key, at)
    ages = [at - it.dialed_at for it in book.lines(key, *RINGING)]
    active = [
        other
        for other, it in book.campaigns.items()
        if other == key or (not campaign_state.held(book, it, at) and _shares(book, key, other))
    ]
    weights = {other: book.campaigns[other].table.weight for other in active}
    inbound = at_work.inbound(going.inbound, going.inbound_at, at)
    return Scene(
        idle=book.lending.count(key),
        waiting=len(book.lines(key, "waiting")),
        talk_ages=talking,
        wrap_up_ages=wrapping_up,
        ring_ages=ages + [0.0] * going.asked,
        portion=portion(key, active, weights),
        inbound_per_second=inbound / at_work.INBOUND_SECONDS * 0.6931471805599453,
        left=going.left,
    )


def _shares(book: Book, one: int, other: int) -> bool:
    return any(one in row.serves and other in row.serves for row in book.agents.values())


def _tick(book: Book, pacers: "Mapping[int, Pacer]", turn: Turn) -> None:
    """The next look at campaigns whose risk falls by waiting alone, or whose lines were all in use."""
    wanted = any(
        _changes_by_itself(book, pacers[key], going, turn.at) for key, going in book.campaigns.items()
    )
    if wanted and not book.ticking:
        turn.say(StartTimer(timer=TICK, due_at=turn.at + _TICK_SECONDS))
    elif book.ticking and not wanted:
        turn.say(CancelTimer(timer=TICK))
    book.ticking = wanted


def _changes_by_itself(book: Book, pacer: "Pacer", going: Going, at: float) -> bool:
    if campaign_state.held(book, going, at):
        return False
    return going.crowded or pacer.goes_beyond
