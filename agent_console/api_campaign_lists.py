"""The lists of a campaign: what may be loaded, who of it may be called, loading it, calling some again.

Looking through a list makes nothing; loading is asked for here and done in the jobs process, so a long list keeps
nobody waiting.
"""

from dataclasses import asdict
from typing import Any

import msgspec

from agent_console.api_campaigns import RUN, SEE
from agent_console.operations import Add, Call, Operations
from crm_core.campaigns import campaign_list, loading, permission_preview, recycling
from crm_core.campaigns.campaign import CampaignLoad, campaign
from crm_core.campaigns.permission_preview import Preview
from crm_core.campaigns.sources import Source
from ctiserver.core.permit import Purpose


class SourceToLoad(msgspec.Struct, kw_only=True):
    """A segment or an import; `customers`: how many it has now."""

    kind: str
    id: int
    name: str
    customers: int


class RuleSum(msgspec.Struct, kw_only=True):
    """So many were left out by this rule; `no_number`: they have none."""

    rule: str
    count: int


class LoadOf(msgspec.Struct, kw_only=True):
    """One loading. `source` "": it is no more; `ended_at` None: it goes on; `error` "": it went well."""

    id: int
    kind: str
    source: str
    loaded_at: float
    by: str
    added: int
    there: int
    refused: list[RuleSum]
    ended_at: float | None
    error: str


class CalledAgain(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Leads that ended with one of these results are called again."""

    results: list[str]


class Planned(msgspec.Struct, kw_only=True):
    """How many leads wait anew."""

    leads: int


def add_to(operations: Operations) -> None:
    """This family's rows."""
    for rows in (_looking, _loading):
        rows(operations.add)


def _looking(add: Add) -> None:
    @add("GET", "/campaign-sources", RUN, "Segments and imports that may be loaded into a campaign")
    def campaign_sources(call: Call) -> list[SourceToLoad]:
        found = call.services.store.read(
            campaign_list.lead_sources, call.principal.account_id, now=call.services.now()
        )
        return [SourceToLoad(**asdict(one)) for one in found]

    @add(
        "POST",
        "/campaigns/{key}/list-preview",
        RUN,
        "Who of a list may be called, and which rule refuses others",
    )
    def preview_list(call: Call, key: str, body: Source) -> Preview:
        account_id, now = call.principal.account_id, call.services.now()

        def look(session: Any) -> Preview:
            of = campaign(session, account_id, key)
            purpose = Purpose(of.purpose)
            return permission_preview.preview(session, account_id, body, purpose, now=now, product=of.product)

        return call.services.store.read(look)


def _loading(add: Add) -> None:
    @add("GET", "/campaigns/{key}/loads", SEE, "What was loaded into a campaign, the newest first")
    def campaign_loads(call: Call, key: str) -> list[LoadOf]:
        account_id, now = call.principal.account_id, call.services.now()

        def read(session: Any) -> list[LoadOf]:
            rows = campaign_list.loads(session, campaign(session, account_id, key))
            sources = campaign_list.lead_sources(session, account_id, now=now) if rows else []
            names = {(one.kind, one.id): one.name for one in sources}
            return [_load_of(row, names) for row in rows]

        return call.services.store.read(read)

    @add("POST", "/campaigns/{key}/loads", RUN, "Load a list; the answer comes at once, the work goes on")
    def load_list(call: Call, key: str, body: Source) -> LoadOf:
        row = call.services.store.write(
            lambda session: loading.begin(
                session,
                call.principal.account_id,
                key,
                body,
                by=call.principal.login,
                now=call.services.now(),
            )
        )
        return _load_of(row, {})

    @add("POST", "/campaigns/{key}/recycle", RUN, "Call leads again that ended with certain results")
    def recycle_leads(call: Call, key: str, body: CalledAgain) -> Planned:
        return Planned(leads=call.write(recycling.recycle, key, body.results))


def _load_of(row: CampaignLoad, names: dict[tuple[str, int], str]) -> LoadOf:
    return LoadOf(
        id=row.id,
        kind=row.source_kind,
        source=names.get((row.source_kind, row.source_id), ""),
        loaded_at=row.loaded_at,
        by=row.by,
        added=row.added,
        there=row.there,
        refused=[RuleSum(rule=rule, count=count) for rule, count in sorted(row.refused.items())],
        ended_at=row.ended_at,
        error=row.error,
    )
