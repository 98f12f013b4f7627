"""What cases work with: kinds, teams, colleagues, promises, opening hours."""

from typing import Any

import msgspec

from agent_console.operations import Add, Call, Operations
from agent_console.roles import Permission
from crm_core import audit, case_targets, teams
from crm_core.case_flow import DECISIONS, ENDED, FIELDS, PRIORITIES, TABLES, Kind
from crm_core.case_targets import Promise


class CaseField(msgspec.Struct, kw_only=True):
    """A value that cases of a kind have; `needed_for`: events that cannot happen without it."""

    key: str
    type: str
    choices: list[str]
    needed_for: list[str]


class CaseKind(msgspec.Struct, kw_only=True):
    """One kind of case: state to event to state, and its fields."""

    kind: str
    states: dict[str, dict[str, str]]
    fields: list[CaseField]


class CaseKinds(msgspec.Struct, kw_only=True):
    """All kinds. `decisions`: events that need the permission decide_cases; `ended`: states without work."""

    kinds: list[CaseKind]
    priorities: list[str]
    decisions: list[str]
    ended: list[str]


class TeamOf(msgspec.Struct, kw_only=True):
    """People who share work, by login; /configuration/teams changes them."""

    key: str
    name: str
    members: list[str]


class ColleagueName(msgspec.Struct, kw_only=True):
    """Somebody of my company whom work can be given to."""

    login: str
    name: str


class Target(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A promise: open seconds until the first answer and until the solution. `escalate_to`: key of a team."""

    respond_seconds: float
    resolve_seconds: float
    around_the_clock: bool = False
    escalate_to: str | None = None


class TargetOf(Target, kw_only=True):
    """What is promised for a kind and priority; `usual`: the account promises nothing of its own."""

    kind: str
    priority: str
    usual: bool


class Hours(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Opening hours: seven days, Monday first, of [from, until] in minutes after midnight; `region` of holidays."""

    weekly: list[list[tuple[int, int]]]
    region: str | None = None
    closed_days: list[str] = []


def add_to(operations: Operations) -> None:
    """This family's rows."""
    for rows in (_kinds_and_teams, _promises, _opening_hours):
        rows(operations.add)


def _kinds_and_teams(add: Add) -> None:
    @add("GET", "/case-kinds", Permission.CASES, "Kinds of cases, their states and fields")
    def case_kinds(call: Call) -> CaseKinds:
        return CaseKinds(
            kinds=[_kind(kind) for kind in Kind],
            priorities=list(PRIORITIES),
            decisions=sorted(DECISIONS),
            ended=sorted(ENDED),
        )

    @add("GET", "/teams", Permission.CASES, "The teams of my company")
    def list_teams(call: Call) -> list[TeamOf]:
        account_id = call.principal.account_id
        return call.services.store.read(
            lambda session: [_team(row) for row in teams.teams_of_account(session, account_id)]
        )

    @add("GET", "/colleagues", Permission.CASES, "Whom work can be given to")
    def list_colleagues(call: Call) -> list[ColleagueName]:
        account_id = call.principal.account_id
        return call.services.store.read(
            lambda session: [
                ColleagueName(login=user.login, name=user.name)
                for user in teams.colleagues(session, account_id)
            ]
        )


def _promises(add: Add) -> None:
    @add("GET", "/case-targets", Permission.CASES, "What is promised for cases")
    def list_case_targets(call: Call) -> list[TargetOf]:
        account_id = call.principal.account_id
        return call.services.store.read(lambda session: _targets(session, account_id))

    @add("PUT", "/case-targets/{kind}/{priority}", Permission.CHANGE_CONFIGURATION, "Promise something else")
    def put_case_target(call: Call, kind: str, priority: str, body: Target) -> Target:
        account_id, wanted = call.principal.account_id, Promise(**msgspec.structs.asdict(body))

        def put(session: Any) -> Target:
            if wanted.escalate_to:
                teams.team(session, account_id, wanted.escalate_to)
            case_targets.check(kind, priority)
            before = msgspec.to_builtins(case_targets.promise(session, account_id, kind, priority))
            case_targets.put_target(session, account_id, kind, priority, wanted)
            _audit(session, call, f"case target {kind} {priority}", before, msgspec.to_builtins(body))
            return body

        return call.services.store.write(put)


def _opening_hours(add: Add) -> None:
    @add("GET", "/case-hours", Permission.CASES, "The hours in which promises are counted")
    def case_hours(call: Call) -> Hours:
        return call.services.store.read(lambda session: _hours(session, call.principal.account_id))

    @add("PUT", "/case-hours", Permission.CHANGE_CONFIGURATION, "Count promises in other hours")
    def put_case_hours(call: Call, body: Hours) -> Hours:
        account_id = call.principal.account_id

        def put(session: Any) -> Hours:
            before = msgspec.to_builtins(_hours(session, account_id))
            case_targets.put_calendar(session, account_id, **msgspec.structs.asdict(body))
            _audit(session, call, "case hours", before, msgspec.to_builtins(body))
            return body

        return call.services.store.write(put)


def _kind(kind: Kind) -> CaseKind:
    return CaseKind(
        kind=kind,
        states={state: dict(row.items()) for state, row in TABLES[kind].items()},
        fields=[
            CaseField(
                key=one.key,
                type=one.type,
                choices=list(one.choices),
                needed_for=sorted(one.needed_for),
            )
            for one in FIELDS[kind]
        ],
    )


def _team(row: teams.Team) -> TeamOf:
    return TeamOf(key=row.key, name=row.name, members=row.logins)


def _targets(session: Any, account_id: int) -> list[TargetOf]:
    own = {(row.kind, row.priority) for row in case_targets.own_targets(session, account_id)}
    return [
        TargetOf(
            kind=kind,
            priority=priority,
            usual=(kind, priority) not in own,
            **msgspec.to_builtins(case_targets.promise(session, account_id, kind, priority)),
        )
        for kind in Kind
        for priority in PRIORITIES
    ]


def _hours(session: Any, account_id: int) -> Hours:
    own = session.get(case_targets.CaseCalendar, account_id)
    if own is None:
        return Hours(weekly=[list(day) for day in case_targets.USUAL_WEEK])
    return Hours(
        weekly=[[(first, last) for first, last in day] for day in own.weekly],
        region=own.region,
        closed_days=own.closed_days,
    )


def _audit(session: Any, call: Call, subject: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    who = call.principal
    audit.note(
        session,
        account_id=who.account_id,
        at=call.services.now(),
        by=who.login,
        action="change",
        subject=subject,
        before=before,
        after=after,
    )
