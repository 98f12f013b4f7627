"""What a campaign has come to: its figures, the pre-test's forecast, tables to take away.

Persons are compared in groups of five or more only; whoever is an agent himself sees his own part first.
"""

import secrets
from typing import Any

import msgspec

from agent_console.api_campaigns import RUN, SEE
from agent_console.campaign_tables import TableName, table_of
from agent_console.operations import Add, Call, Operations
from agent_console.report_files import Format, table_file
from crm_core.campaigns import detector, pre_testing, results
from crm_core.campaigns.campaign import campaign
from crm_core.campaigns.detector import DetectorTruth
from crm_core.campaigns.figures import AgentCell, Results, cost_per, rate
from crm_core.campaigns.pre_testing import PreTest
from crm_core.campaigns.results import CONVERSIONS, WRONG_PERSONS
from crm_core.dispositions import dispositions_of_account
from crm_core.value import settings as value_settings

LEAST_PERSONS = 5
_SEEDS = 2**31


class ResultsQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`goals`: codes of dispositions that the campaign is for, `wrong`: those for wrong persons; with commas.

    "": those that bring about a promise, a sale or an appointment; those that end a number as another person's.
    """

    goals: str = ""
    wrong: str = ""


class ExportQuery(ResultsQuery, kw_only=True, forbid_unknown_fields=True):
    """Which table."""

    table: TableName
    format: Format = "csv"


class Rates(msgspec.Struct, kw_only=True):
    """Shares from 0 to 1, costs in the smallest unit of the currency; None: of nothing.

    `penetration`: dialled / leads; `contact_rate`: contacts / dialled; `right_party_rate`: right parties / contacts;
    `conversion`: conversions / right parties; `abandon_rate`: abandons / live answers of the window.
    """

    penetration: float | None
    contact_rate: float | None
    right_party_rate: float | None
    conversion: float | None
    abandon_rate: float | None
    cost_per_contact_minor: float | None
    cost_per_conversion_minor: float | None


class CampaignResults(msgspec.Struct, kw_only=True):
    """`goals`, `wrong`: the codes that were counted as such. `own`: the asker's part.

    `persons_hidden`: fewer than five agents took part, so none is shown beside another. `dispositions`: the words of
    those that may be goals, by code.
    """

    id: int
    name: str
    state: str
    currency: str
    rates: Rates
    results: Results
    own: AgentCell | None
    persons_hidden: bool
    dispositions: dict[str, str]
    goals: list[str]
    wrong: list[str]
    window_days: int
    detector: DetectorTruth | None


class PreTestOf(msgspec.Struct, kw_only=True):
    """`pre_test` None: this campaign has had none."""

    pre_test: PreTest | None
    currency: str


def add_to(operations: Operations) -> None:
    """This family's rows."""
    for rows in (_results, _pre_test):
        rows(operations.add)


def _results(add: Add) -> None:
    @add("GET", "/campaigns/{key}/results", SEE, "What a campaign has come to")
    def campaign_results(call: Call, key: str, query: ResultsQuery) -> CampaignResults:
        return call.services.store.read(_whole, call, key, query)

    @add("GET", "/campaigns/{key}/results/export", SEE, "A table of a campaign's results as CSV or XLSX")
    def export_campaign_results(call: Call, key: str, query: ExportQuery) -> Any:
        found = call.services.store.read(_whole, call, key, query)
        table = table_of(found.results, query.table, found.dispositions, call.principal.language)
        return table_file(table, f"{key}-{query.table.replace('_', '-')}", query.format)


def _pre_test(add: Add) -> None:
    @add("GET", "/campaigns/{key}/pre-test", SEE, "How a campaign's pre-test stands, and what it forecasts")
    def campaign_pre_test(call: Call, key: str) -> PreTestOf:
        return call.services.store.read(_pre_test_of, call, key)

    @add("POST", "/campaigns/{key}/pre-test", RUN, "Call a sample of 200 first, then pause and forecast")
    def begin_pre_test(call: Call, key: str) -> PreTestOf:
        call.write(pre_testing.begin, key, seed=secrets.randbelow(_SEEDS))
        return call.services.store.read(_pre_test_of, call, key)

    @add("POST", "/campaigns/{key}/pre-test/end", RUN, "Call everybody from now on, without a forecast")
    def end_pre_test(call: Call, key: str) -> PreTestOf:
        call.write(pre_testing.end, key)
        return call.services.store.read(_pre_test_of, call, key)


def _pre_test_of(session: Any, call: Call, key: str) -> PreTestOf:
    account_id = call.principal.account_id
    return PreTestOf(
        pre_test=pre_testing.pre_test(session, account_id, key),
        currency=value_settings.settings(session, account_id).currency,
    )


def _whole(session: Any, call: Call, key: str, query: ResultsQuery) -> CampaignResults:
    who, of = call.principal, campaign(session, call.principal.account_id, key)
    known = dispositions_of_account(session, who.account_id)
    goals = _codes(query.goals) or [row.code for row in known if row.effect in CONVERSIONS]
    wrong = _codes(query.wrong) or [row.code for row in known if row.effect in WRONG_PERSONS]
    found = results.results(
        session,
        who.account_id,
        key,
        now=call.services.now(),
        conversions=goals,
        wrong_persons=wrong,
    )
    hidden = 0 < len(found.by_agent) < LEAST_PERSONS
    truth = detector.truth(session, who.account_id, key)
    return CampaignResults(
        id=of.id,
        name=of.name,
        state=of.state,
        currency=value_settings.settings(session, who.account_id).currency,
        rates=_rates(found),
        results=msgspec.structs.replace(found, by_agent=()) if hidden else found,
        own=next((one for one in found.by_agent if one.agent == who.agent), None),
        persons_hidden=hidden,
        dispositions={row.code: row.label_es if who.language == "es" else row.label_en for row in known},
        goals=goals,
        wrong=wrong,
        window_days=of.window_days,
        detector=truth if truth.rows else None,
    )


def _rates(found: Results) -> Rates:
    of, window = found.penetration, found.abandons
    return Rates(
        penetration=rate(of.dialled, of.leads),
        contact_rate=rate(of.contacts, of.dialled),
        right_party_rate=rate(of.right_parties, of.contacts),
        conversion=rate(of.conversions, of.right_parties),
        abandon_rate=rate(window.abandons, window.answers),
        cost_per_contact_minor=cost_per(found.spent, of.contacts),
        cost_per_conversion_minor=cost_per(found.spent, of.conversions),
    )


def _codes(written: str) -> list[str]:
    return [code for code in written.split(",") if code]
