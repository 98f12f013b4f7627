"""Scheduled dials: asks for leads that are due, and what becomes of those who answer.

Every few seconds, while lines are free and Asterisk is in reach, it asks the store to claim leads; it never has more
under way than configured. Where only a person's click dials, none is asked for.
"""

from ctiserver.core.commands import CancelTimer, ClaimLeads, StartTimer
from ctiserver.core.events import ContactArrived, ContactEnded, SurveyDeclined, SurveyEnded
from ctiserver.core.ids import TimerId
from ctiserver.core.inputs import LeadsClaimed, LegAnswered, LegEnded
from ctiserver.core.turn import Turn
from dialer import lead_life
from dialer.book import TRUNK, Book, UnderWay, caller_key

LOOK = TimerId("dialer:scheduled")


def look_later(book: Book, turn: Turn) -> None:
    """The next look, if customers are called at all."""
    wanted = bool(book.dialing.trunk)
    if wanted and not book.looking:
        turn.say(StartTimer(timer=LOOK, due_at=turn.at + book.dialing.look_every_seconds))
    elif book.looking and not wanted:
        turn.say(CancelTimer(timer=LOOK))
    book.looking = wanted


def look(book: Book, turn: Turn) -> None:
    """Ask for what is due, as far as lines are free."""
    dialing = book.dialing
    free = dialing.at_once - sum(it.lead.campaign is None for it in book.leads.values())
    room = book.limits().room((TRUNK, caller_key(dialing.caller_number)), turn.at)
    limit = free if room is None else min(free, room)
    if book.claim is None and book.switch_up and limit > 0 and dialing.trunk and not dialing.clicks_only:
        book.claim = turn.new_id()
        turn.say(ClaimLeads(claim=book.claim, kind="scheduled", limit=limit, in_hand=tuple(book.leads)))


def claimed(book: Book, message: LeadsClaimed, turn: Turn) -> None:
    """The store's answer to our question: all of them are rung."""
    book.claim = None
    for lead in message.leads:
        lead_life.dial(book, lead_life.take(book, lead, turn), turn)


def leg(book: Book, message: LegAnswered | LegEnded, it: UnderWay, turn: Turn) -> None:
    """His telephone was answered, or the call is over."""
    if isinstance(message, LegAnswered) and not it.answered:
        it.answered = True
        turn.say(lead_life.reached(it, turn.at))
    elif isinstance(message, LegEnded) and not it.opened:  # else the contact's end tells more
        lead_life.ended(book, it, "cut_off", "system", turn)


def contact(
    book: Book,
    message: ContactArrived | SurveyEnded | SurveyDeclined | ContactEnded,
    it: UnderWay,
    turn: Turn,
) -> None:
    """What he did in the call."""
    match message:
        case ContactArrived():
            it.opened = True
        case SurveyEnded(complete=complete):
            it.told = "completed" if complete else "partial"
        case SurveyDeclined():
            it.told = "declined"
        case ContactEnded():
            lead_life.ended(book, it, *lead_life.how_ended(message, it.told), turn)
