"""The dialer: scheduled dials, campaigns, and what agents dial by a click; one book of leads for all.

What the store holds for under way and nobody here knows (`strays`) ended unseen: unknown. `settle` comes after an
entry was handled whole, events of the other engines and all: only then is it known who is idle.
"""

from typing import TYPE_CHECKING, Any

import msgspec

from ctiserver.core.events import (
    AgentReleased,
    AgentReserved,
    AgentStatusChanged,
    ContactArrived,
    ContactConnected,
    ContactEnded,
    ContactRequeued,
    LeadRinging,
    OfferMade,
    SurveyDeclined,
    SurveyEnded,
    WrapUpStarted,
)
from ctiserver.core.ids import ContactId, LegId
from ctiserver.core.inputs import (
    ConfigurationApplied,
    DigitPressed,
    LeadsClaimed,
    LegAnswered,
    LegEnded,
    LegFailed,
    MachineJudged,
    SwitchDown,
    SwitchUp,
    TimerFired,
)
from ctiserver.core.inputs import LegRinging as PhoneRings
from ctiserver.core.message import Message
from ctiserver.core.requests import DialLead, PreviewLead, SkipLead
from ctiserver.core.turn import Turn
from dialer import at_work, campaign_calls, campaigns, lead_life, previews, scheduled
from dialer.book import Book, UnderWay
from dialer.campaign_state import TELL
from dialer.campaigns import TICK
from dialer.scheduled import LOOK

if TYPE_CHECKING:
    from dialer.pacing import Pacer

_OfContact = (
    ContactArrived
    | ContactConnected
    | ContactEnded
    | ContactRequeued
    | OfferMade
    | SurveyDeclined
    | SurveyEnded
)


class Dialer:
    """The engine; its state is the book, and what each campaign's pacer has learned."""

    def __init__(self) -> None:
        self.book = Book()
        self.pacers: dict[int, Pacer] = {}
        self._changed = False

    def state(self) -> Any:
        for key, going in self.book.campaigns.items():
            going.pacer = self.pacers[key].state()
        return msgspec.to_builtins(self.book, str_keys=True)

    def restore(self, state: Any) -> None:
        self.book = msgspec.convert(state, Book, str_keys=True)
        self.pacers = {key: campaigns.pacer_of(going) for key, going in self.book.campaigns.items()}

    def handle(self, message: Message, turn: Turn) -> None:
        if self._take(message, turn):
            self._changed = True

    def settle(self, turn: Turn) -> None:
        """What follows from the entry, as the other engines have taken it."""
        changed, self._changed = self._changed, False
        if changed and self.book.campaigns:
            previews.settle(self.book, turn)
            campaigns.settle(self.book, self.pacers, turn)

    def _take(self, message: Message, turn: Turn) -> bool:
        """Whether it was anything to us."""
        match message:
            case PhoneRings() | LegAnswered() | LegFailed() | LegEnded() | MachineJudged():
                return self._leg(message, turn)
            case (
                AgentReleased()
                | AgentReserved()
                | AgentStatusChanged()
                | WrapUpStarted()
                | ContactConnected()
            ):
                at_work.follow(self.book, self.pacers, message)
                if isinstance(message, ContactConnected):
                    self._contact(message, turn)
            case ContactArrived() | OfferMade() | ContactRequeued() | ContactEnded():
                return self._contact(message, turn)
            case SurveyEnded() | SurveyDeclined():
                return self._contact(message, turn)
            case TimerFired():
                return self._timer(message, turn)
            case DigitPressed(leg=leg):
                it = self.book.leads.get(leg)
                return it is not None and campaign_calls.pressed(self.book, self.pacers, it, turn)
            case _:
                return self._asked_or_answered(message, turn)
        return True

    def _asked_or_answered(self, message: Message, turn: Turn) -> bool:
        match message:
            case ConfigurationApplied(tables=tables):
                self.book.dialing = tables.dialing
                campaigns.apply(self.book, self.pacers, tables)
                scheduled.look_later(self.book, turn)
            case SwitchUp() | SwitchDown():
                self.book.switch_up = isinstance(message, SwitchUp)
            case LeadsClaimed():
                self._claimed(message, turn)
            case PreviewLead():
                previews.preview(self.book, message, turn)
            case DialLead():
                previews.dial(self.book, message, turn)
            case SkipLead():
                previews.skip(self.book, message, turn)
            case _:
                return False
        return True

    def _claimed(self, message: LeadsClaimed, turn: Turn) -> None:
        book, claim = self.book, message.claim
        going = next((it for it in book.campaigns.values() if it.claim == claim), None)
        agent = next((key for key, it in book.previews.items() if it.claim == claim), None)
        if claim != book.claim and going is None and agent is None:
            return
        for stray in message.strays:
            lead_life.lost(book, stray, turn)
        if going is not None:
            campaigns.claimed(book, self.pacers, going, message, turn)
        elif agent is not None:
            previews.shown(book, agent, message, turn)
        else:
            scheduled.claimed(book, message, turn)

    def _timer(self, message: TimerFired, turn: Turn) -> bool:
        book, timer = self.book, message.timer
        if timer == LOOK:
            book.looking = False
            scheduled.look(book, turn)
            scheduled.look_later(book, turn)
        elif timer == TICK:
            book.ticking = False
        elif timer == TELL:
            book.telling = False
        elif it := book.leads.get(campaign_calls.leg_of(timer) or LegId("")):
            campaign_calls.too_late(book, self.pacers, it, turn)
        elif agent := previews.agent_of(timer):
            previews.time_over(book, agent, turn)
        else:
            return False
        return True

    def _leg(
        self, message: PhoneRings | LegAnswered | LegFailed | LegEnded | MachineJudged, turn: Turn
    ) -> bool:
        it = self.book.leads.get(message.leg)
        if it is None:
            return False
        match message:
            case PhoneRings():
                turn.say(LeadRinging(at=turn.at, **lead_life.named(it.lead)))
            case LegFailed():
                self._failed(message, it, turn)
            case MachineJudged():
                campaign_calls.judged(self.book, self.pacers, message, it, turn)
            case _ if it.lead.campaign is None:
                scheduled.leg(self.book, message, it, turn)
            case _:
                campaign_calls.leg(self.book, self.pacers, message, it, turn)
        return True

    def _failed(self, message: LegFailed, it: UnderWay, turn: Turn) -> None:
        campaign = it.lead.campaign
        if campaign is not None and it.agent is None:
            self.pacers[campaign].rate.ended(it.lead.attempt, turn.at, answered=False)
        lead_life.failed(self.book, message, it, turn)

    def _contact(self, message: _OfContact, turn: Turn) -> bool:
        it = self.book.lead_of(ContactId(message.contact))
        if it is None:
            return False
        if it.lead.campaign is not None:
            if not isinstance(message, SurveyEnded | SurveyDeclined):
                campaign_calls.contact(self.book, self.pacers, message, it, turn)
        elif isinstance(message, ContactArrived | SurveyEnded | SurveyDeclined | ContactEnded):
            scheduled.contact(self.book, message, it, turn)
        return True
