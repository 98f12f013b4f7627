"""Scheduled dials: asks for leads that are due, has them rung, and says what came of each.

Every few seconds, while lines are free and Asterisk is in reach, it asks the store to claim leads; it never has more
under way than configured. A lead comes with its Permit and the id of its attempt, which is the channel's: the row was
committed before we hear of it, so that a lead is never dialled twice, whoever dies when. What the store holds for under
way and nobody here knows (`strays`) ended unseen: unknown. Each lead that was claimed ends once, in LeadFailed when
nobody answered, in LeadEnded when somebody did; either says whether and when it is tried again (`retry_policy`).
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from ctiserver.core.commands import CancelTimer, ClaimLeads, DialCustomer, StartTimer
from ctiserver.core.events import (
    ContactArrived,
    ContactEnded,
    LeadDialed,
    LeadEnded,
    LeadFailed,
    LeadReached,
    LeadRinging,
    SurveyDeclined,
    SurveyEnded,
)
from ctiserver.core.ids import ContactId, LegId, TimerId
from ctiserver.core.inputs import (
    ConfigurationApplied,
    LeadsClaimed,
    LegAnswered,
    LegEnded,
    LegFailed,
    SwitchDown,
    SwitchUp,
    TimerFired,
)
from ctiserver.core.inputs import LegRinging as PhoneRings
from ctiserver.core.leads import Decider, DialResult, Lead, Stray
from ctiserver.core.message import Message
from ctiserver.core.tables import Dialing
from ctiserver.core.turn import Turn
from dialer.results import of_failure
from dialer.retry_policy import PAUSE_SECONDS, retry_at

LOOK = TimerId("dialer:scheduled")


class UnderWay(msgspec.Struct, kw_only=True):
    """A lead that was claimed and has not ended.

    `opened`: the IVR has taken the call; `told`: what he did, as far as it decides how the attempt ended.
    """

    lead: Lead
    contact: ContactId
    answered: bool = False
    opened: bool = False
    told: DialResult | None = None


class Book(msgspec.Struct, kw_only=True):
    """The engine's whole state. `claim`: the question to the store that is open."""

    dialing: Dialing = Dialing()
    looking: bool = False
    switch_up: bool = False
    claim: str | None = None
    leads: dict[LegId, UnderWay] = {}
    legs: dict[ContactId, LegId] = {}


class Dialer:
    """The engine; its state is the book."""

    def __init__(self) -> None:
        self.book = Book()

    def state(self) -> Any:
        return msgspec.to_builtins(self.book)

    def restore(self, state: Any) -> None:
        self.book = msgspec.convert(state, Book)

    def handle(self, message: Message, turn: Turn) -> None:
        match message:
            case ConfigurationApplied(tables=tables):
                self.book.dialing = tables.dialing
                self._look_later(turn)
            case SwitchUp() | SwitchDown():
                self.book.switch_up = isinstance(message, SwitchUp)
            case TimerFired(timer=timer) if timer == LOOK:
                self.book.looking = False
                self._look(turn)
                self._look_later(turn)
            case LeadsClaimed():
                self._claimed(message, turn)
            case PhoneRings(leg=leg) | LegAnswered(leg=leg) | LegFailed(leg=leg) | LegEnded(leg=leg):
                if under_way := self.book.leads.get(leg):
                    self._leg(message, under_way, turn)
            case ContactArrived() | SurveyEnded() | SurveyDeclined() | ContactEnded():
                if under_way := self.book.leads.get(self.book.legs.get(message.contact, LegId(""))):
                    self._contact(message, under_way, turn)

    # Asking

    def _look_later(self, turn: Turn) -> None:
        wanted = bool(self.book.dialing.trunk)
        if wanted and not self.book.looking:
            turn.say(StartTimer(timer=LOOK, due_at=turn.at + self.book.dialing.look_every_seconds))
        elif self.book.looking and not wanted:
            turn.say(CancelTimer(timer=LOOK))
        self.book.looking = wanted

    def _look(self, turn: Turn) -> None:
        free = self.book.dialing.at_once - len(self.book.leads)
        if self.book.claim is None and self.book.switch_up and free > 0 and self.book.dialing.trunk:
            self.book.claim = turn.new_id()
            turn.say(
                ClaimLeads(
                    claim=self.book.claim, kind="scheduled", limit=free, in_hand=tuple(self.book.leads)
                )
            )

    def _claimed(self, message: LeadsClaimed, turn: Turn) -> None:
        if message.claim != self.book.claim:
            return
        self.book.claim = None
        for stray in message.strays:
            self._lost(stray, turn)
        for lead in message.leads:
            self._dial(lead, turn)

    def _dial(self, lead: Lead, turn: Turn) -> None:
        dialing, contact = self.book.dialing, ContactId(turn.new_id())
        self.book.leads[lead.attempt] = UnderWay(lead=lead, contact=contact)
        self.book.legs[contact] = lead.attempt
        turn.say(
            LeadDialed(at=turn.at, contact=contact, **_named(lead)),
            DialCustomer(
                leg=lead.attempt,
                contact=contact,
                permit=lead.permit,
                pii_number=lead.permit.pii_address,
                trunk=dialing.trunk,
                ring_seconds=dialing.ring_seconds,
                caller_number=dialing.caller_number,
            ),
        )

    def _lost(self, stray: Stray, turn: Turn) -> None:
        again_at = retry_at(
            "unknown",
            ordinal=stray.ordinal,
            attempts_at_most=stray.attempts_at_most,
            now=turn.at,
            not_after=stray.not_after,
            pause_seconds=self._pauses,
        )
        turn.say(
            LeadFailed(
                at=turn.at,
                account_id=stray.account_id,
                dial_id=stray.dial_id,
                attempt=stray.attempt,
                result="unknown",
                decided_by="system",
                retry_at=again_at,
            )
        )

    # What becomes of them

    def _leg(
        self, message: PhoneRings | LegAnswered | LegFailed | LegEnded, it: UnderWay, turn: Turn
    ) -> None:
        match message:
            case PhoneRings():
                turn.say(LeadRinging(at=turn.at, **_named(it.lead)))
            case LegAnswered() if not it.answered:
                it.answered = True
                turn.say(_reached(it, turn.at))
            case LegFailed():
                self._failed(message, it, turn)
            case LegEnded() if not it.opened:  # else the contact's end tells more
                self._ended(it, "cut_off", "system", turn)

    def _contact(
        self, message: ContactArrived | SurveyEnded | SurveyDeclined | ContactEnded, it: UnderWay, turn: Turn
    ) -> None:
        match message:
            case ContactArrived():
                it.opened = True
            case SurveyEnded(complete=complete):
                it.told = "completed" if complete else "partial"
            case SurveyDeclined():
                it.told = "declined"
            case ContactEnded():
                self._ended(it, *_how(message, it.told), turn)

    def _failed(self, message: LegFailed, it: UnderWay, turn: Turn) -> None:
        result, decided_by = of_failure(message)
        self._forget(it)
        turn.say(
            LeadFailed(
                at=turn.at,
                result=result,
                decided_by=decided_by,
                sip_code=message.sip_code,
                q850=message.q850,
                retry_at=self._retry_at(it.lead, result, turn),
                **_named(it.lead),
            )
        )

    def _ended(self, it: UnderWay, result: DialResult, decided_by: Decider, turn: Turn) -> None:
        self._forget(it)
        again_at = self._retry_at(it.lead, result, turn)
        turn.say(
            LeadEnded(at=turn.at, result=result, decided_by=decided_by, retry_at=again_at, **_named(it.lead))
        )

    def _forget(self, it: UnderWay) -> None:
        del self.book.leads[it.lead.attempt]
        del self.book.legs[it.contact]

    @property
    def _pauses(self) -> Mapping[str, float]:
        return {**PAUSE_SECONDS, **self.book.dialing.pause_seconds}

    def _retry_at(self, lead: Lead, result: DialResult, turn: Turn) -> float | None:
        return retry_at(
            result,
            ordinal=lead.ordinal,
            attempts_at_most=lead.attempts_at_most,
            now=turn.at,
            not_after=lead.not_after,
            pause_seconds=self._pauses,
        )


def _named(lead: Lead) -> dict[str, Any]:
    return {"account_id": lead.permit.account_id, "dial_id": lead.dial_id, "attempt": lead.attempt}


def _reached(it: UnderWay, at: float) -> LeadReached:
    lead = it.lead
    return LeadReached(
        at=at,
        contact=it.contact,
        pii_number=lead.permit.pii_address,
        customer=lead.customer,
        language=lead.language,
        flow=lead.flow,
        survey=lead.survey,
        values=lead.values,
        **_named(lead),
    )


def _how(ended: ContactEnded, told: DialResult | None) -> tuple[DialResult, Decider]:
    """He is tried again only when it was not he who ended a call that was not done."""
    done = told in ("completed", "declined") or ended.where in ("goodbye", "talk")
    if ended.by in ("switch", "fallback") and not done:
        return "cut_off", "system"
    decided_by: Decider = "customer" if ended.by == "caller" else "system"
    return told or ("completed" if done else "hung_up"), decided_by
