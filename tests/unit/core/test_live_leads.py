"""What an agent may dial, has dialled, and how campaigns go, in the live view."""

from typing import Any

import msgspec
from test_live_view import ARRIVED, CONFIGURED, ROSA, queued, view_after

from ctiserver.core import events as e
from ctiserver.core.live_view import LiveView

LEAD: dict[str, Any] = {"account_id": 1, "dial_id": 7, "attempt": "a7"}
PREVIEWED = e.LeadPreviewed(at=5.0, agent="ann", campaign=3, pii_number="+56971884213", customer=ROSA, **LEAD)
DIALED = e.LeadDialed(at=6.0, contact="c1", campaign=3, agent="ann", queue="service", **LEAD)  # type: ignore[arg-type]
CALLED = e.ContactQueued(
    at=9.0,
    contact="c1",  # type: ignore[arg-type]
    account_id=1,
    leg="a7",  # type: ignore[arg-type]
    queue="service",  # type: ignore[arg-type]
    value_class="A",
    language="es",
    pii_number="+56971884213",
    campaign=3,
)


def _ann(*events: e.Event) -> tuple[str, str]:
    row = view_after([CONFIGURED, PREVIEWED, *events]).agents["ann"]  # type: ignore[index]
    assert (row.lead is None) == (not row.lead_stage)
    return row.lead_stage, row.activity


def test_an_agent_sees_whom_he_may_call_until_it_is_decided() -> None:
    assert _ann() == ("previewed", "idle")
    assert _ann(DIALED) == ("dialed", "reserved")
    assert _ann(DIALED, e.LeadRinging(at=7.0, **LEAD)) == ("ringing", "reserved")
    failed = e.LeadFailed(at=8.0, result="busy", decided_by="customer", **LEAD)
    released = e.AgentReleased(at=8.0, agent="ann", contact="c1")  # type: ignore[arg-type]
    assert _ann(DIALED, failed, released) == ("", "idle")
    connected = e.LeadConnected(at=8.0, contact="c1", campaign=3, agent="ann", **LEAD)  # type: ignore[arg-type]
    assert _ann(DIALED, connected)[0] == ""
    skipped = e.LeadPreviewEnded(at=6.0, account_id=1, agent="ann", campaign=3, outcome="skipped")  # type: ignore[arg-type]
    assert _ann(skipped) == ("", "idle")


def test_whom_we_called_counts_in_no_queue_and_goes_on_by_himself_when_nobody_comes() -> None:
    view = view_after([CONFIGURED, ARRIVED, CALLED])
    assert view.contacts["c1"].campaign == 3  # type: ignore[index]
    assert view.queues["service"].queued == 0  # type: ignore[index]
    gone = e.LeadAbandoned(at=11.0, contact="c1", campaign=3, flow="message", **LEAD)  # type: ignore[arg-type]
    view.apply(gone)
    assert (view.contacts["c1"].stage, view.waiting("service")) == ("ivr", [])  # type: ignore[index, arg-type]
    view.apply(e.ContactEnded(at=12.0, contact="c1", where="ivr", by="caller"))  # type: ignore[arg-type]
    assert view.queues["service"].abandoned == 0  # type: ignore[index]
    assert view_after([CONFIGURED, ARRIVED, queued()]).queues["service"].queued == 1  # type: ignore[index]


def test_a_campaign_is_seen_as_it_was_told_last_until_it_is_over() -> None:
    view = view_after([CONFIGURED, e.CampaignPaced(at=1.0, account_id=1, campaign=3, mode="predictive")])
    view.apply(e.CampaignPaced(at=2.0, account_id=1, campaign=3, mode="predictive", ringing=4))
    assert view.campaigns[3].ringing == 4
    assert LiveView.restore(msgspec.json.decode(msgspec.json.encode(view.state()))) == view
    assert LiveView.restore(view.state()) == view
    view.apply(e.CampaignPaced(at=3.0, account_id=1, campaign=3, mode="predictive", over=True))
    assert view.campaigns == {}
