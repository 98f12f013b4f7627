"""What a journal tells of one contact, as a day's figures need it: where it waited, who was rung for it, who had it.

Visits to queues are those of the records (`queue_visits.follow`), offers and talks are told alike.
"""

from dataclasses import dataclass, field

from crm_core import queue_visits
from crm_core.queue_visits import QueueVisit
from crm_core.reports.queue_figures import Offered, Talk, Visit
from crm_core.reports.served_call_backs import ServedCallBack, served
from ctiserver.core import events as e

TELLING = (
    e.ContactArrived,
    e.CallbackPlaced,
    e.ContactQueued,
    e.ContactRequeued,
    e.PriorityChanged,
    e.CallbackAsked,
    e.ContactOverflowed,
    e.MessageBegun,
    e.ContactTurnedAway,
    e.ContactEnded,
    e.DecisionMade,
    e.OfferMade,
    e.OfferExpired,
    e.OfferRefused,
    e.OfferWithdrawn,
    e.ContactConnected,
    e.TransferStarted,
    e.TalkEnded,
    e.WrapUpEnded,
)
"""Events that say where a contact waited, and who had it."""
_UNANSWERED: dict[type[e.ContactEvent], str] = {
    e.OfferExpired: "expired",
    e.OfferRefused: "refused",
    e.OfferWithdrawn: "withdrawn",
}


@dataclass(slots=True)
class _Part:
    """One agent's part of a contact; see Talk."""

    agent: str
    answered_at: float
    ended_at: float | None = None
    wrapped_up_at: float | None = None
    passed_on_to: str = ""

    def talk(self, contact: str) -> Talk:
        """As in the records."""
        ended_at = self.answered_at if self.ended_at is None else self.ended_at
        over_at = ended_at if self.wrapped_up_at is None else self.wrapped_up_at
        return Talk(
            contact=contact,
            queue="",
            value_class="",
            agent=self.agent,
            answered_at=self.answered_at,
            over_at=over_at,
            talk_seconds=ended_at - self.answered_at,
            after_seconds=over_at - ended_at,
            transferred=bool(self.passed_on_to),
            passed_on_to=self.passed_on_to,
        )


@dataclass(slots=True)
class JournalledContact:
    """All that is known of it so far. `asked_in`: the call in which he who is called back asked for it, "": none.

    `called`: a campaign or an agent called him, so that he is no caller.
    """

    id: str
    value_class: str = ""
    asked_in: str = ""
    is_message: bool = False
    called: bool = False
    _asked_at: float = 0.0
    _is_call_back: bool = False
    _visits: list[QueueVisit] = field(default_factory=list)
    _parts: list[_Part] = field(default_factory=list)
    offers: list[Offered] = field(default_factory=list)
    _rung_at: dict[str, float] = field(default_factory=dict)
    _decisions: list[tuple[float, float | None]] = field(default_factory=list)

    def note(self, event: e.ContactEvent) -> None:
        """What an event adds."""
        match event:
            case e.ContactArrived():
                self.is_message = event.channel == "voicemail"
                self._is_call_back = event.channel == "callback"
                self.called = event.dial_id is not None or event.channel == "outbound"
            case e.CallbackPlaced():
                self.asked_in, self._asked_at = event.asked_in, event.at
            case e.ContactQueued() | e.PriorityChanged():
                self.value_class = event.value_class
            case e.DecisionMade():
                waited = event.heads[0].waited_seconds if event.heads else None
                self._decisions.append((event.at, waited))
            case e.OfferMade():
                self._rung_at[event.agent] = event.at
            case e.OfferExpired() | e.OfferRefused() | e.OfferWithdrawn():
                self._end_offer(event.agent, event.at, _UNANSWERED[type(event)])
            case e.ContactConnected():
                self._end_offer(event.agent, event.at, "answered")
                self._parts.append(_Part(event.agent, event.at))
            case e.TransferStarted() | e.TalkEnded() | e.WrapUpEnded():
                self._tell_part(event)
        queue_visits.follow(
            self._visits, event, account_id=0, value_class=self.value_class, called=self.called
        )

    @property
    def waits_since(self) -> float | None:
        """Since when he stands in a queue; None: he stands in none."""
        last = self._visits[-1] if self._visits else None
        return last.entered_at if last and last.left_at is None else None

    def visits(self) -> list[Visit]:
        """His waits on the line: the first of a call-back is none."""
        return [self._visit(one) for one in self._visits[int(self._is_call_back) :]]

    def call_back(self) -> ServedCallBack | None:
        """None: he was not called back."""
        if not self._is_call_back or not self._visits:
            return None
        return served(self.id, self._asked_at, self._visits[0], self._decisions)

    def talks(self) -> list[Talk]:
        """In order; one that is not over lasted no time."""
        return [one.talk(self.id) for one in self._parts]

    def _tell_part(self, event: e.TransferStarted | e.TalkEnded | e.WrapUpEnded) -> None:
        part = next((one for one in reversed(self._parts) if one.agent == event.agent), None)
        match event:
            case _ if part is None:
                return
            case e.TransferStarted():
                part.passed_on_to = event.to
            case e.TalkEnded():
                part.ended_at = event.at
            case e.WrapUpEnded():
                part.wrapped_up_at = event.at

    def _end_offer(self, agent: str, at: float, result: str) -> None:
        made_at = self._rung_at.pop(agent, None)
        if made_at is not None:
            self.offers.append(
                Offered(
                    contact=self.id,
                    queue="",
                    value_class="",
                    agent=agent,
                    made_at=made_at,
                    result=result,
                    ended_at=at,
                )
            )

    def _visit(self, one: QueueVisit) -> Visit:
        return Visit(
            contact=self.id,
            queue=one.queue,
            value_class=one.value_class,
            entered_at=one.entered_at,
            left_at=one.left_at,
            result=one.result,
            within_seconds=0.0,
            short_seconds=0.0,
        )
