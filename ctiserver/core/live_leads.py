"""Customers whom we call, in the live view: what an agent may dial or has dialled, and how each campaign goes."""

from ctiserver.core import events as e
from ctiserver.core.ids import AgentKey, ContactId, LegId
from ctiserver.core.live_rows import AgentView, ContactView

_STAGE: dict[type[e.LeadEvent], str] = {e.LeadDialed: "dialed", e.LeadRinging: "ringing"}


def follow(
    agents: dict[AgentKey, AgentView],
    contacts: dict[ContactId, ContactView],
    event: e.LeadEvent | e.LeadPreviewEnded,
) -> None:
    """Fold in what became of a lead that some agent may have before him."""
    match event:
        case e.LeadPreviewed(agent=agent) if agent in agents:
            agents[agent].lead, agents[agent].lead_stage = event, "previewed"
        case e.LeadPreviewEnded(agent=agent) if agent in agents:
            _forget(agents[agent])
        case e.LeadConnected() | e.LeadFailed() | e.LeadEnded() | e.LeadAbandoned():
            if row := _before(agents, event.attempt):
                _forget(row)
            if isinstance(event, e.LeadAbandoned) and (contact := contacts.get(event.contact)):
                contact.stage, contact.since, contact.agent = "ivr", event.at, None
        case e.LeadDialed() | e.LeadRinging():
            if row := _before(agents, event.attempt):
                row.lead_stage = _STAGE[type(event)]
                if row.activity == "idle":
                    row.activity, row.since = "reserved", event.at
        case _:
            pass


def _before(agents: dict[AgentKey, AgentView], attempt: LegId) -> AgentView | None:
    return next((row for row in agents.values() if row.lead and row.lead.attempt == attempt), None)


def _forget(row: AgentView) -> None:
    row.lead, row.lead_stage = None, ""
