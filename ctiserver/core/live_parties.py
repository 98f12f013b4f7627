"""Who else is in a contact, in the live view: whom its agent consults, has taken in, or has passed the caller on to."""

from ctiserver.core import events as e
from ctiserver.core.ids import AgentKey
from ctiserver.core.live_rows import AgentView, ContactView, PartyView


def follow(agents: dict[AgentKey, AgentView], contact: ContactView, event: e.PartyEvent) -> None:
    """Fold in what became of the third in a call."""
    match event:
        case e.ConsultStarted(agent=agent, to=to):
            contact.stage, contact.since = "held", event.at
            contact.parties = [
                PartyView(asked_by=agent, agent=to, pii_number=event.pii_number, since=event.at)
            ]
            _does(agents, agent, "on_hold", event.at)
            _does(agents, to, "reserved", event.at)
            if agent in agents:
                agents[agent].consult_failed = None
        case e.ConsultRinging(to=to):
            _does(agents, to, "ringing", event.at)
        case e.ConsultAnswered(to=to):
            _does(agents, to, "talking", event.at)
            _goes_on(contact, "consulted", event.at)
        case e.ConsultEnded():
            _consult_ended(agents, contact, event)
        case e.PartyLeft(caller_stays=stays):
            contact.parties = []
            if stays:
                contact.stage, contact.since = "leaving", event.at


def passed_on(contact: ContactView, event: e.TransferStarted | e.TransferCompleted) -> None:
    """Fold in to whom the caller goes, or has gone; whom a queue gives him to is told by the queue."""
    match event:
        case e.TransferStarted(to="", agent=agent, pii_number=number):
            contact.stage, contact.since, contact.agent = "outside", event.at, None
            contact.parties = [PartyView(asked_by=agent, pii_number=number, since=event.at)]
        case e.TransferStarted(agent=agent):
            contact.passed_by = agent
        case e.TransferCompleted(kind="blind", to=""):
            _goes_on(contact, "talking", event.at)
        case e.TransferCompleted(kind="attended" | "conference" | "taken_over", to=to):
            contact.agent = AgentKey(to) if to else None
            contact.stage, contact.since = "talking" if to else "outside", event.at
            contact.parties = [] if to else contact.parties


def _consult_ended(agents: dict[AgentKey, AgentView], contact: ContactView, event: e.ConsultEnded) -> None:
    if event.outcome == "merged" or (event.outcome == "completed" and event.to is None):
        _goes_on(contact, "talking", event.at)
        return
    contact.parties = []
    if event.outcome == "failed" and event.agent in agents:
        agents[event.agent].consult_failed = event


def _goes_on(contact: ContactView, stage: str, at: float) -> None:
    for party in contact.parties:
        party.stage, party.since = stage, at


def _does(agents: dict[AgentKey, AgentView], key: AgentKey | None, activity: str, at: float) -> None:
    if key is not None and key in agents:
        agents[key].activity, agents[key].since = activity, at
