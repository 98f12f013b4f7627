"""A screen that takes every patch shows what a fresh snapshot would."""

from typing import Any

import msgspec
import pytest
from random_walk import walk

from agent_console import patches
from ctiserver.core import events as e
from ctiserver.core.customers import Candidate
from ctiserver.core.live_rows import AgentView
from ctiserver.core.live_view import LiveView
from ctiserver.core.message import Event


class Screen:
    """What a browser does with patches."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {"contacts": {}, "agents": {}, "queues": {}, "campaigns": {}}

    def take(self, patch: dict[str, Any]) -> None:
        for kind, known in self.rows.items():
            if patch["whole"]:
                known.clear()
            for key, row in patch[kind].items():
                if row is None:
                    known.pop(key, None)
                else:
                    known[key] = row


@pytest.mark.parametrize("seed", range(4))
def test_patches_that_were_gathered_say_the_same_as_each_alone(seed: int) -> None:
    view, screen, accounts = LiveView(), Screen(), {}  # type: ignore[var-annotated]
    gathered: patches.Patch | None = None
    for number, turn in enumerate(walk(seed, 250).turns):
        events = [said for said in turn.said if isinstance(said, Event)]
        for event in events:
            view.apply(event)
        for patch in patches.changed(view, events, accounts, 0.0).values():
            gathered = patches.merged(gathered, patch) if gathered else patch
        if gathered and number % 7 == 0:
            screen.take(msgspec.to_builtins(gathered))
            gathered = None
    if gathered:
        screen.take(msgspec.to_builtins(gathered))
    whole = msgspec.to_builtins(patches.whole(view, 1, 0.0))
    assert screen.rows == {kind: whole[kind] for kind in screen.rows}


@pytest.mark.parametrize("seed", range(4))
def test_all_patches_together_are_the_whole(seed: int) -> None:
    view, screen, accounts = LiveView(), Screen(), {}  # type: ignore[var-annotated]
    for turn in walk(seed, 250).turns:
        events = [said for said in turn.said if isinstance(said, Event)]
        for event in events:
            view.apply(event)
        for patch in patches.changed(view, events, accounts, 0.0).values():
            screen.take(msgspec.to_builtins(patch))
        whole = msgspec.to_builtins(patches.whole(view, 1, 0.0))
        assert screen.rows == {kind: whole[kind] for kind in screen.rows}


def test_a_campaign_is_told_to_its_company_alone_until_it_is_over() -> None:
    view = LiveView()
    paced = e.CampaignPaced(at=1.0, account_id=2, campaign=7, mode="predictive", ringing=3)

    def told(event: Event) -> dict[int, Any]:
        view.apply(event)
        return {
            account: patch.campaigns for account, patch in patches.changed(view, [event], {}, 1.0).items()
        }

    assert told(paced) == {2: {"7": paced}}
    assert patches.whole(view, 2, 1.0).campaigns == {"7": paced}
    assert patches.whole(view, 1, 1.0).campaigns == {}
    assert told(msgspec.structs.replace(paced, over=True)) == {2: {"7": None}}


def test_who_dialled_a_customer_is_told_that_his_telephone_rings() -> None:
    view = LiveView(agents={"ann": AgentView(agent="ann")})  # type: ignore[arg-type, dict-item]
    lead: dict[str, Any] = {"account_id": 1, "dial_id": 5, "attempt": "a-1"}
    seen = e.LeadPreviewed(
        at=1.0,
        **lead,
        agent="ann",
        campaign=7,
        pii_number="+56922220001",
        customer=Candidate(customer_id=1, pii_name="Rosa", value_class="A"),
    )
    for event in (seen, e.LeadRinging(at=2.0, **lead)):
        view.apply(event)
        told = patches.changed(view, [event], {}, 2.0)[1].agents["ann"]
        assert told is view.agents["ann"]  # type: ignore[index]
    assert told.lead_stage == "ringing"
