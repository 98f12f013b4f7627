"""The ledger of calls outside as a report: what was called, by whom, at what cost, and whose limit is used up today."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from agent_console.operations import Call, Operations
from agent_console.pages import words
from agent_console.report_files import Format, Table, table_file
from agent_console.roles import Permission
from crm_core import contact_names
from crm_core.accounts import account
from crm_core.outside_calls import OutsideCall
from crm_core.reports import outside_report
from crm_core.value import settings as value_settings

READ = Permission.READ_INTERACTIONS


class OutsideSpan(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A span of time in UTC epoch seconds, `until_at` excluded, by when a call was dialled."""

    from_at: float
    until_at: float


class OutsideExport(OutsideSpan, kw_only=True, forbid_unknown_fields=True):
    """`agent`, `result` "": of all; and as what."""

    agent: str = ""
    result: str = ""
    format: Format = "csv"


class OutsideSum(msgspec.Struct, kw_only=True):
    """Calls of one person, or of all; `agent` None: nobody of ours asked for them. Costs in the smallest unit.

    `refused`: numbers that the rules, a limit or want of a permission kept from being called.
    """

    agent: str | None
    calls: int
    answered: int
    seconds: float
    cost_minor: int
    refused: int


class OutsideLimit(msgspec.Struct, kw_only=True):
    """What somebody has spent today, and may; `agent` "": the whole account. `tripped`: no call of his goes through.

    `lifted_minor`: what had been spent when it was lifted, at `lifted_at`, from where it counts anew; 0, None: it was
    not.
    `refused_at`: when it refused a number last, since then; None: it did not.
    """

    agent: str
    spent_minor: int
    limit_minor: int
    tripped: bool
    lifted_minor: int
    lifted_at: float | None
    refused_at: float | None


class OutsideFigures(msgspec.Struct, kw_only=True):
    """`results`: how many calls ended how; `today`: the account's limit, then those of who spent something.

    `currency`: whose smallest unit the amounts are in (ISO 4217).
    """

    currency: str
    all: OutsideSum
    people: list[OutsideSum]
    results: dict[str, int]
    today: list[OutsideLimit]


class OutsideLimits(msgspec.Struct, kw_only=True):
    """`today`: the account's limit, then those of who spent something; amounts in the currency's smallest unit."""

    currency: str
    today: list[OutsideLimit]


_COLUMNS = ("when", "agent_login", "label", "number", "result", "talked", "cost", "carrier")


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add = operations.add

    @add("GET", "/reports/outside", READ, "What calls outside cost, by person, and today's limits")
    def outside_figures(call: Call, query: OutsideSpan) -> OutsideFigures:
        def read(session: Any) -> OutsideFigures:
            found = outside_report.outside_report(
                session,
                call.principal.account_id,
                from_at=query.from_at,
                until_at=query.until_at,
                now=call.services.now(),
                zone=ZoneInfo(call.services.config.installation.time_zone),
            )
            return msgspec.convert(found, OutsideFigures, from_attributes=True)

        return call.services.store.read(read)

    @add("GET", "/outside-calls/limits", Permission.LIFT_LIMITS, "Today's limits, and which have tripped")
    def outside_limits(call: Call) -> OutsideLimits:
        account_id, zone = call.principal.account_id, ZoneInfo(call.services.config.installation.time_zone)

        def read(session: Any) -> OutsideLimits:
            today = outside_report.limits_today(session, account_id, call.services.now(), zone)
            currency = value_settings.settings(session, account_id).currency
            return OutsideLimits(
                currency=currency, today=msgspec.convert(today, list[OutsideLimit], from_attributes=True)
            )

        return call.services.store.read(read)

    @add("GET", "/reports/outside/export", READ, "The calls outside of a period as a table to take away")
    def export_outside(call: Call, query: OutsideExport) -> Any:
        wanted = msgspec.structs.asdict(query)
        written_as = wanted.pop("format")
        zone = ZoneInfo(call.services.store.read(account, call.principal.account_id).time_zone)

        def read(session: Any) -> list[list[Any]]:
            found = outside_report.calls_of(session, call.principal.account_id, **wanted)
            names = contact_names.people(
                session, call.principal.account_id, (one.agent for one in found if one.agent)
            )
            return [_line(one, names.get(one.agent or "", ""), zone) for one in found]

        rows = call.services.store.read(read)
        texts = words(call.principal.language)
        heads = {name: texts[f"report_column_{name}"] for name in _COLUMNS}
        currency = call.services.store.read(value_settings.settings, call.principal.account_id).currency
        heads["cost"] = texts["outside_cost_in_units"].format(currency=currency)
        return table_file(Table(list(heads.values()), rows), "outside-calls", written_as)


def _line(one: OutsideCall, name: str, zone: ZoneInfo) -> list[Any]:
    told = (name, one.number, one.result, one.seconds, one.cost_minor, one.trunk)
    return [_clock(one.dialed_at, zone), one.agent, *told]


def _clock(at: float, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at, zone).isoformat(timespec="seconds")
