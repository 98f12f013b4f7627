"""Whether and why a campaign dials just now, and what is told of it."""

from typing import TYPE_CHECKING

from ctiserver.core.commands import StartTimer
from ctiserver.core.events import CampaignPaced
from ctiserver.core.events.lead import Held
from ctiserver.core.hours import is_open
from ctiserver.core.ids import TimerId
from ctiserver.core.turn import Turn
from dialer import at_work
from dialer.book import RINGING, Book, Going

if TYPE_CHECKING:
    from dialer.pacing import Pacer

TELL = TimerId("dialer:tell")
_TELL_SECONDS = 1.0


def in_force(going: Going, at: float) -> bool:
    """Whether its hours are open, between its first day and its last."""
    table = going.table
    begun = table.starts_at is None or table.starts_at <= at
    return begun and (table.ends_at is None or at < table.ends_at) and is_open(table.hours, at)


def by_click(book: Book, going: Going) -> bool:
    """Whether nothing but a click dials it."""
    return book.dialing.clicks_only or going.table.mode in ("manual", "preview")


def held(book: Book, going: Going, at: float) -> Held:
    """Why nobody is dialled by himself; "": nothing keeps it from dialling."""
    if not going.table.running:
        return "paused"
    if not book.switch_up or not book.dialing.trunk:
        return "no_switch"
    if not in_force(going, at):
        return "closed"
    if by_click(book, going):
        return "by_click"
    if not any(row.status == "available" and going.table.id in row.serves for row in book.agents.values()):
        return "no_agents"
    return "no_leads" if going.rest_until > at else ""


def tell(book: Book, going: Going, pacer: "Pacer", turn: Turn) -> None:
    """Say how it goes if that has changed, at most once a second."""
    now = picture(book, going, pacer, turn.at)
    if going.told is not None and _same(now, going.told):
        return
    if going.told is not None and turn.at < going.told.at + _TELL_SECONDS:
        if not book.telling:
            book.telling = True
            turn.say(StartTimer(timer=TELL, due_at=going.told.at + _TELL_SECONDS))
        return
    going.told = now
    turn.say(now)


def _same(now: CampaignPaced, told: CampaignPaced) -> bool:
    return {**_fields(now), "at": told.at} == _fields(told)


def _fields(event: CampaignPaced) -> dict[str, object]:
    return {name: getattr(event, name) for name in event.__struct_fields__}


def picture(book: Book, going: Going, pacer: "Pacer", at: float) -> CampaignPaced:
    """How it goes now."""
    table, ledger = going.table, pacer.ledger
    talking, wrapping_up = at_work.busy(book, table.id, at)
    standing = going.standing
    return CampaignPaced(
        at=at,
        account_id=table.account_id,
        campaign=table.id,
        mode=table.mode,
        held=held(book, going, at),
        idle=book.lending.count(table.id),
        talking=len(talking),
        wrapping_up=len(wrapping_up),
        ringing=sum(it.lead.campaign == table.id and it.stage in RINGING for it in book.leads.values()),
        waiting=sum(
            it.lead.campaign == table.id and it.stage in ("waiting", "offered") for it in book.leads.values()
        ),
        dialled=going.dialled,
        answers=ledger.answers,
        abandons=ledger.abandons,
        abandons_by_leaving=ledger.abandons_by_leaving,
        limit=table.abandon_limit,
        guarded=ledger.refused,
        risk=going.risk,
        beta=pacer.beta,
        waiting_leads=standing.waiting if standing else None,
        due_leads=standing.due if standing else None,
    )
