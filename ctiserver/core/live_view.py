"""What is so right now: queues, agents and contacts as a fold of events.

The calls process keeps one and gives it away whole as a snapshot; every screen keeps its own and goes on from the
snapshot's `seq`. An old view and the events since give the same as a fresh snapshot.
"""

from typing import Any, Self

import msgspec

from ctiserver.core import events as e
from ctiserver.core import live_leads, live_own_calls, live_parties, live_recording, live_supervision
from ctiserver.core.given_back import FOLLOWED, begin, follow
from ctiserver.core.ids import AgentKey, ContactId, QueueKey
from ctiserver.core.live_rows import AgentView, ContactView
from ctiserver.core.message import Event
from ctiserver.core.queue_view import QueueView

LONGEST_PATH = 200  # of a caller who circles in a menu the latest steps are kept

_GOES_TO: dict[type[e.ContactEvent], str] = {
    e.CallbackPlaced: "call_back",
    e.CallbackReserved: "calling_back",
    e.CallbackFailed: "call_back",
    e.MessageBegun: "leaving",
    e.MessageGiven: "message",
    e.OfferMade: "offered",
    e.OfferAccepted: "joining",
    e.OfferExpired: "queued",
    e.OfferRefused: "queued",
    e.OfferWithdrawn: "queued",
    e.ContactRequeued: "queued",
    e.ContactConnected: "talking",
    e.ContactHeld: "held",
    e.ContactResumed: "talking",
    e.AgentAway: "agent_away",
    e.AgentBack: "talking",
    e.TalkEnded: "leaving",
    e.TransferredToFlow: "ivr",
    e.SurveyOffered: "survey",
    e.SurveyBegun: "survey",
    e.SurveyDeclined: "leaving",
    e.SurveyEnded: "leaving",
}
_ACTIVITY: dict[type[e.ContactEvent], str] = {
    e.CallbackReserved: "reserved",
    e.MessageGiven: "message",
    e.OfferMade: "reserved",
    e.OfferRinging: "ringing",
    e.OfferAccepted: "talking",
    e.ContactHeld: "on_hold",
    e.ContactResumed: "talking",
    e.AgentAway: "away",
    e.AgentBack: "talking",
}


class LiveView(msgspec.Struct, kw_only=True):
    """`seq`: the journal entry whose events were the last to be folded in."""

    seq: int = 0
    switch_up: bool = False
    journal_ok: bool = True
    version: str = ""
    contacts: dict[ContactId, ContactView] = {}
    agents: dict[AgentKey, AgentView] = {}
    queues: dict[QueueKey, QueueView] = {}
    campaigns: dict[int, e.CampaignPaced] = {}

    @classmethod
    def restore(cls, state: dict[str, Any]) -> Self:
        """The view that gave `state`. Raises msgspec.ValidationError."""
        return msgspec.convert(state, cls, str_keys=True)

    def state(self) -> dict[str, Any]:
        """Plain JSON values."""
        built: dict[str, Any] = msgspec.to_builtins(self)
        return built

    def waiting(self, queue: QueueKey) -> list[ContactView]:
        """Who waits in a queue, longest first."""
        found = [c for c in self.contacts.values() if c.queue == queue and c.stage in ("queued", "offered")]
        return sorted(found, key=lambda contact: contact.queued_at or 0.0)

    def apply(self, event: Event) -> None:
        """Fold one event in. Events about contacts that are not there are of no consequence."""
        match event:
            case e.ConfigurationChanged():
                self._configure(event)
            case e.SwitchStateChanged() | e.JournalStateChanged():
                self._server(event)
            case e.AgentEvent():
                self._agent(event)
            case e.ContactArrived():
                self.contacts[event.contact] = ContactView(
                    contact=event.contact,
                    account_id=event.account_id,
                    did=event.did,
                    pii_number=event.pii_number,
                    language=event.language,
                    arrived_at=event.at,
                    since=event.at,
                    dial_id=event.dial_id,
                    channel=event.channel,
                )
            case e.LeadEvent() | e.LeadPreviewEnded() | e.CampaignPaced() | e.OwnCallEvent():
                self._called(event)
            case e.WrapUpStarted() | e.WrapUpExtended() | e.WrapUpEnded() | e.WrapUpExcused() | e.Disposed():
                self._wrap_up(event)
            case e.CustomerAttached():
                self._attach(event)
            case e.ContactEvent():
                live_supervision.supervised(self.agents, event)
                live_own_calls.called_out(self.agents, self.contacts, event)
                if contact := self.contacts.get(event.contact):
                    self._contact(event, contact)

    def _server(self, event: e.SwitchStateChanged | e.JournalStateChanged) -> None:
        if isinstance(event, e.SwitchStateChanged):
            self.switch_up = event.up
        else:
            self.journal_ok = event.ok

    def _called(self, event: e.LeadEvent | e.LeadPreviewEnded | e.CampaignPaced | e.OwnCallEvent) -> None:
        if isinstance(event, e.OwnCallEvent):
            live_own_calls.follow(self.agents, event)
        elif not isinstance(event, e.CampaignPaced):
            live_leads.follow(self.agents, self.contacts, event)
        elif event.over:
            self.campaigns.pop(event.campaign, None)
        else:
            self.campaigns[event.campaign] = event

    def _configure(self, event: e.ConfigurationChanged) -> None:
        self.version = event.version
        queues, agents = self.queues, self.agents
        self.queues = {}
        for queue in event.queues:
            row = self.queues[queue.key] = queues.get(queue.key, QueueView(queue=queue.key))
            row.account_id, row.service_level_seconds = queue.account_id, queue.service_level_seconds
            row.short_abandon_seconds = queue.short_abandon_seconds
            row.move_to(queue.time_zone, event.at)
        self.agents = {}
        for agent in event.agents:
            known = self.agents[agent.key] = agents.get(agent.key, AgentView(agent=agent.key))
            known.account_id, known.name, known.queues = agent.account_id, agent.name, agent.queues
        for key, known in agents.items():
            if known.contact or known.owes:  # who was removed finishes what he has in hand
                self.agents.setdefault(key, known)

    def _agent(self, event: e.AgentEvent) -> None:
        agent = self.agents.setdefault(event.agent, AgentView(agent=event.agent))
        live_supervision.follow(self.agents, event)
        match event:
            case e.AgentStatusChanged():
                agent.status, agent.reason, agent.since = event.status, event.reason, event.at
                agent.next_status = None
                agent.given_back = None if event.status == "logged_out" else agent.given_back
            case e.AgentMuted(muted=muted):
                agent.muted = muted
            case e.NextStatusChosen():
                agent.next_status = event.status
            case e.AgentReserved(contact=contact):
                agent.contact, agent.card, agent.disposed, agent.muted = contact, None, False, False
                agent.consult_failed, agent.own_call_over = None, None
                if agent.given_back and agent.given_back.contact != contact:
                    agent.given_back = None
            case e.AgentReleased():
                agent.activity, agent.since, agent.wrap_up_until = "idle", event.at, None
                agent.muted = False
                if not agent.owes:
                    agent.contact, agent.card = None, None
            case _:
                pass

    def _wrap_up(
        self, event: e.WrapUpStarted | e.WrapUpExtended | e.WrapUpEnded | e.WrapUpExcused | e.Disposed
    ) -> None:
        agent = self.agents.setdefault(event.agent, AgentView(agent=event.agent))
        match event:
            case e.WrapUpStarted():
                agent.activity, agent.since, agent.wrap_up_until = "wrapping_up", event.at, event.until
                agent.muted = False
            case e.WrapUpExtended():
                agent.wrap_up_until = event.until
            case e.WrapUpEnded(disposition=None):
                agent.owes = event.contact
            case e.Disposed() | e.WrapUpExcused():
                agent.disposed = True
                if agent.owes == event.contact:
                    agent.owes, agent.contact, agent.card = None, None, None
            case _:
                pass

    def _attach(self, event: e.CustomerAttached) -> None:
        cards = [agent.card for agent in self.agents.values()]
        for contact in (self.contacts.get(event.contact), *cards):
            if contact is not None and contact.contact == event.contact:
                contact.customer = event.customer

    def _contact(self, event: e.ContactEvent, contact: ContactView) -> None:
        kind = type(event)
        stage = _GOES_TO.get(kind)
        if stage and not _of_a_guest(event, contact):
            contact.stage, contact.since = stage, event.at
        if activity := _ACTIVITY.get(kind):
            self._activity(event, activity)
        if isinstance(event, e.ContactConnected) and event.agent in self.agents:
            self.agents[event.agent].served_queue = event.queue
        match event:
            case e.NodeEntered() | e.ValueCollected():
                _told_in_flow(event, contact)
            case e.LanguageChosen(language=language):
                contact.language = language
            case e.CallerIdentified(candidates=candidates, value_class=value_class, level=level):
                contact.candidates, contact.value_class, contact.level = candidates, value_class, level
            case e.DecisionMade():
                contact.why = event
            case e.PartyEvent():
                live_parties.follow(self.agents, contact, event)
                live_recording.follow(contact, event)
            case e.TransferStarted() | e.TransferCompleted():
                live_parties.passed_on(contact, event)
            case _:
                self._tell_giver(event, contact)
                self._count(event, contact)
                self._moved(event, contact)
                live_recording.follow(contact, event)
                _follow_waiting(event, contact)

    def _tell_giver(self, event: e.ContactEvent, contact: ContactView) -> None:
        if isinstance(event, e.TransferFailed):
            contact.parties, contact.passed_by = [], event.agent
        if isinstance(event, e.TransferFailed) and event.agent in self.agents:
            known = contact.candidates if contact.customer is None else (contact.customer,)
            self.agents[event.agent].given_back = begin(event, known, contact.pii_number, contact.queue)
        for row in self.agents.values() if isinstance(event, FOLLOWED) else ():
            if row.given_back and row.given_back.contact == event.contact:
                told = follow(row.given_back, event)
                row.given_back = None if told.agent == row.agent else told

    def _moved(self, event: e.ContactEvent, contact: ContactView) -> None:
        match event:
            case e.ContactQueued():
                waits_for_call = contact.channel == "callback" and not event.leg
                contact.stage, contact.since = "call_back" if waits_for_call else "queued", event.at
                contact.queue, contact.value_class = event.queue, event.value_class
                contact.campaign = event.campaign if event.campaign is not None else contact.campaign
                contact.queued_at = contact.queued_at or event.at
            case e.CallbackPlaced(due_at=due_at):
                contact.due_at = due_at
            case e.CallbackFailed(again_at=again_at):
                contact.agent, contact.due_at = None, again_at
            case e.OfferMade(agent=agent) | e.CallbackReserved(agent=agent):
                contact.agent = agent
            case e.OfferExpired() | e.OfferRefused() | e.OfferWithdrawn() | e.TransferredToFlow():
                contact.agent = None
            case e.ContactRequeued(queue=queue):
                contact.agent, contact.queue = None, queue
            case e.ContactEnded():
                del self.contacts[contact.contact]
                for row in self.agents.values():
                    if row.contact == contact.contact:
                        row.card = contact
            case _:
                pass

    def _count(self, event: e.ContactEvent, contact: ContactView) -> None:
        since = contact.waits_since
        if contact.campaign is not None or getattr(event, "campaign", None) is not None:
            return  # whom we called did not come to the queue by himself
        if contact.channel != "voice":
            return  # he came to it once, in the call in which he asked or left word; or an agent called him
        match event:
            case e.ContactQueued(queue=queue) | e.ContactRequeued(queue=queue):
                if since is None or isinstance(event, e.ContactQueued):
                    self._queue(queue).came(event.at)
                contact.waits_since = event.at if since is None else since
            case e.ContactConnected(queue=queue) if since is not None:
                self._queue(queue).answered_after(event.at - since, event.at)
                contact.waits_since = None
            case e.ContactOverflowed(from_queue=queue):
                self._queue(queue).went_elsewhere("overflowed", event.at)
            case e.MessageBegun(queue=queue) | e.ContactTurnedAway(queue=queue) if since is not None:
                left_word = isinstance(event, e.MessageBegun)
                self._queue(queue).went_elsewhere("messages" if left_word else "turned_away", event.at)
                contact.waits_since = None
            case e.ContactEnded(where="queue" | "offer") if since is not None and contact.queue:
                self._queue(contact.queue).abandoned_after(event.at - since, event.at)
            case _:
                pass

    def _queue(self, key: QueueKey) -> QueueView:
        return self.queues.setdefault(key, QueueView(queue=key))

    def _activity(self, event: e.ContactEvent, activity: str) -> None:
        key = getattr(event, "agent", None)
        if key in self.agents:
            self.agents[key].activity, self.agents[key].since = activity, event.at


def _follow_waiting(event: e.ContactEvent, contact: ContactView) -> None:
    """How long he will wait; a message waits apart from who is on the line."""
    match event:
        case e.MessagePlaced(seconds=seconds):
            contact.message_seconds = seconds
        case e.MessageGiven(agent=agent):
            contact.agent = agent
        case e.PlaceTold(at_least_seconds=float(least), at_most_seconds=float(most)):
            contact.wait_ends = (event.at + least, event.at + most)
        case _:
            pass
    if contact.channel == "voicemail" and contact.stage == "queued":
        contact.stage = "voicemail"


def _of_a_guest(event: e.ContactEvent, contact: ContactView) -> bool:
    """Whether the part that is over is that of somebody who was taken in: the others go on."""
    return isinstance(event, e.TalkEnded) and event.agent != contact.agent


def _told_in_flow(event: e.NodeEntered | e.ValueCollected, contact: ContactView) -> None:
    if isinstance(event, e.NodeEntered):
        contact.path = [*contact.path, event.node][-LONGEST_PATH:]
        contact.labels |= {event.node: event.label} if event.label else {}
    else:
        contact.values[event.key] = event.value
        contact.value_labels |= {event.key: event.label} if event.label else {}
