"""Campaigns: made, changed, started, paused, stopped by who runs them; seen by who answers for them.

A change is kept and audited in one transaction, then the calls process reads the configuration: pausing is in force
within a second. What a campaign lacks before it can start is told with it, each by the field where that is mended.
"""

from collections.abc import Callable
from typing import Any, ClassVar

import msgspec

from agent_console import api_flows
from agent_console.api_administration import InForce, apply, author
from agent_console.operations import Add, Call, Operations
from agent_console.preconditions import expected_version
from agent_console.problems import FieldProblem, field_problem
from agent_console.roles import Permission
from crm_core.administration import campaign_states, desk, flow_desk
from crm_core.administration.campaign_form import FIXED, MODES, PURPOSES, CampaignForm, Campaigns
from crm_core.administration.campaign_states import BY_MACHINE, Surroundings
from crm_core.campaigns import campaign_list
from crm_core.campaigns.campaign import NEXT, Campaign, campaign
from crm_core.campaigns.detector import DetectorTruth, truth
from crm_core.opening_hours import hours_of_account
from crm_core.products import catalogue
from crm_core.scripts import script_versions

SEE, RUN = Permission.SEE_CAMPAIGNS, Permission.RUN_CAMPAIGNS
_ASKED_BY_PEOPLE = ("running", "paused", "stopped")


class CampaignInList(msgspec.Struct, kw_only=True):
    """`leads`: all that were loaded; `waiting`: those who will be called."""

    id: int
    key: str
    name: str
    purpose: str
    mode: str
    queue: str
    state: str
    state_at: float
    state_by: str
    made_at: float
    leads: int
    waiting: int


class CampaignWhole(InForce, kw_only=True):
    """A campaign. `may_become`: states that one may ask for; `missing`: why it cannot start; `fixed`: what stays.

    `in_force` is about the change that was just made; it is true where none was.
    """

    more_than_its_row: ClassVar[bool] = True
    campaign: CampaignInList
    version: int
    value: CampaignForm
    may_become: list[str]
    fixed: list[str]
    missing: list[FieldProblem]


class Named(msgspec.Struct, kw_only=True):
    """Something to choose; `count`: how many agents or customers it has, None: that is not asked."""

    key: str
    name: str
    count: int | None = None


class CampaignChoices(msgspec.Struct, kw_only=True):
    """What a campaign may be made of. `modes`: those that this installation allows."""

    purposes: list[str]
    modes: list[str]
    queues: list[Named]
    hours: list[Named]
    products: list[Named]
    scripts: list[Named]
    flows: list[str]
    caller_number: str
    clicks_only: bool


def add_to(operations: Operations) -> None:
    """This family's rows."""
    for rows in (_reading, _changing, _moving):
        rows(operations.add)


def _reading(add: Add) -> None:
    @add("GET", "/campaigns", SEE, "All campaigns, the newest first")
    def list_campaigns(call: Call) -> list[CampaignInList]:
        def read(session: Any) -> list[CampaignInList]:
            counts = campaign_list.lead_counts(session, call.principal.account_id)
            rows = Campaigns(author(call)).rows(session, call.principal.account_id)
            return [_in_list(row, counts) for row in rows]

        return call.services.store.read(read)

    @add("GET", "/campaigns/{key}", SEE, "One campaign, and what it lacks before it can start")
    def one_campaign(call: Call, key: str) -> CampaignWhole:
        return call.services.store.read(whole, call, key, surroundings(call))

    @add("GET", "/campaigns/{key}/detector", SEE, "Its verdicts on machines beside what agents said")
    def campaign_detector(call: Call, key: str) -> DetectorTruth:
        return call.services.store.read(truth, call.principal.account_id, key)

    @add("GET", "/campaign-choices", RUN, "What a campaign may be made of")
    def campaign_choices(call: Call) -> CampaignChoices:
        return call.services.store.read(_choices, call, surroundings(call))


def _changing(add: Add) -> None:
    @add("POST", "/campaigns", RUN, "Make a campaign; it is a draft")
    def make_campaign(call: Call, body: CampaignForm) -> CampaignWhole:
        around = surroundings(call)

        def make(session: Any) -> CampaignWhole:
            kept = desk.add(session, Campaigns(author(call)), author(call), body)
            return whole(session, call, kept.id, around)

        return call.services.store.write(make)

    @add("PUT", "/campaigns/{key}", RUN, "Change a campaign; 412 when it was changed meanwhile")
    def change_campaign(call: Call, key: str, body: CampaignForm) -> CampaignWhole:
        around, version = surroundings(call), expected_version()

        def change(session: Any) -> CampaignWhole:
            desk.change(session, Campaigns(author(call)), author(call), key, body, version)
            return whole(session, call, key, around)

        return _applied(call, call.services.store.write(change))


def _moving(add: Add) -> None:
    @add(
        "POST",
        "/campaigns/{key}/start",
        RUN,
        "Start a campaign, or go on with it; 422 tells all that it lacks",
    )
    def start_campaign(call: Call, key: str) -> CampaignWhole:
        return _moved(call, key, campaign_states.start, surroundings(call))

    @add("POST", "/campaigns/{key}/pause", RUN, "Pause a campaign: nobody is dialled any more, at once")
    def pause_campaign(call: Call, key: str) -> CampaignWhole:
        return _moved(call, key, campaign_states.pause)

    @add("POST", "/campaigns/{key}/stop", RUN, "Stop a campaign for good")
    def stop_campaign(call: Call, key: str) -> CampaignWhole:
        return _moved(call, key, campaign_states.stop)


def surroundings(call: Call) -> Surroundings:
    """What the installation offers to a campaign of the asker's account."""
    flows, dialing = api_flows.FAMILIES[0], call.services.config.dialing
    read, account_id = call.services.store.read, call.principal.account_id
    known = read(flow_desk.flows, flows.shelf(call))
    return Surroundings(
        flows=[one.name for one in known if one.in_force is not None],
        scripts=read(script_versions.names_in_force, account_id),
        clicks_only=dialing.clicks_only,
        trunk=bool(dialing.trunk),
    )


def _moved(call: Call, key: str, move: Callable[..., Campaign], *given: Any) -> CampaignWhole:
    around = surroundings(call)

    def change(session: Any) -> CampaignWhole:
        move(session, author(call), key, *given)
        session.flush()
        return whole(session, call, key, around)

    return _applied(call, call.services.store.write(change))


def _applied(call: Call, changed: CampaignWhole) -> CampaignWhole:
    """A draft is nothing to the engines."""
    if changed.campaign.state == "draft":
        return changed
    return msgspec.structs.replace(changed, **msgspec.structs.asdict(apply(call)))


def whole(session: Any, call: Call, key: str, around: Surroundings) -> CampaignWhole:
    """The campaign as it is; raises NotFound."""
    account_id, thing = call.principal.account_id, Campaigns(author(call))
    row, kept = campaign(session, account_id, key), desk.one(session, thing, account_id, key)
    may_start = "running" in NEXT[row.state]
    lacks = campaign_states.missing(session, row, around, now=call.services.now())
    return CampaignWhole(
        in_force=True,
        campaign=_in_list(row, campaign_list.lead_counts(session, account_id)),
        version=kept.version,
        value=kept.value,
        may_become=[state for state in NEXT[row.state] if state in _ASKED_BY_PEOPLE],
        fixed=list(FIXED.get(row.state, CampaignForm.__struct_fields__)),
        missing=[field_problem(one) for one in lacks] if may_start else [],
    )


def _in_list(row: Campaign, counts: dict[int, campaign_list.LeadCounts]) -> CampaignInList:
    plain = {name: getattr(row, name) for name in CampaignInList.__struct_fields__ if hasattr(Campaign, name)}
    of_it = counts.get(row.id, campaign_list.LeadCounts())
    return CampaignInList(**plain | {"queue": row.queue.key}, leads=of_it.leads, waiting=of_it.waiting)


def _choices(session: Any, call: Call, around: Surroundings) -> CampaignChoices:
    account_id = call.principal.account_id
    queues = campaign_list.staffed_queues(session, account_id)
    return CampaignChoices(
        purposes=list(PURPOSES),
        modes=[mode for mode in MODES if not (around.clicks_only and mode in BY_MACHINE)],
        queues=[Named(key=one.key, name=one.name, count=agents) for one, agents in queues],
        hours=[Named(key=one.key, name=one.name) for one in hours_of_account(session, account_id)],
        products=[Named(key=one.key, name=one.name) for one in catalogue(session, account_id)],
        scripts=[Named(key=one, name=one) for one in around.scripts],
        flows=list(around.flows),
        caller_number=call.services.config.dialing.caller_number,
        clicks_only=around.clicks_only,
    )
