"""Cases: the work list, and what people do with one case.

A step names an event of the case's kind (`GET /case-kinds`); whether it may happen now is the table's affair. What
a person changes by hand needs the version that he has read (If-Match).
"""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from agent_console import case_answers
from agent_console.case_answers import CasePage, CaseWhole, Entry
from agent_console.operations import Add, Call, Operations
from agent_console.preconditions import expected_version
from agent_console.roles import Permission
from crm_core import case_list, case_work, cases
from crm_core.case_list import CaseFilter
from crm_core.customer_audit import saw_case
from ctiserver.core.errors import NotFound


class CaseQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which cases, see `crm_core.case_list.CaseFilter`. `open`: yes, no or all; `mine`: mine and my teams'."""

    open: str = "yes"
    mine: bool = False
    late: bool = False
    escalated: bool = False
    kind: str | None = None
    state: str | None = None
    priority: str | None = None
    assignee: str | None = None
    team: str | None = None
    customer_id: int | None = None
    contact_id: str | None = None
    parent_id: int | None = None
    reason: str | None = None
    channel: str | None = None
    text: str | None = None
    cursor: str | None = None
    limit: int = 50


class CaseCount(msgspec.Struct, kw_only=True):
    """How many cases a filter shows."""

    count: int


class NewCase(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A case from any channel: `contact_id` of a call, `origin` the sender of a mail or the address of a page.

    `priority` None: by the customer's class.
    """

    kind: str
    subject: str
    description: str = ""
    channel: str = "page"
    contact_id: str | None = None
    origin: str = ""
    customer_id: int | None = None
    reason: str | None = None
    priority: str | None = None
    fields: dict[str, Any] = {}
    assignee: str | None = None
    team: str | None = None
    parent_id: int | None = None
    is_outage: bool = False


class CaseChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What is left out stays as it is."""

    subject: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    priority: str | UnsetType = UNSET
    customer_id: int | UnsetType | None = UNSET
    reason: str | UnsetType | None = UNSET
    fields: dict[str, Any] | UnsetType = UNSET
    solution: str | UnsetType = UNSET
    is_outage: bool | UnsetType = UNSET


class NewStep(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An event of the case's kind, with the fields that it needs."""

    event: str
    text: str = ""
    fields: dict[str, Any] = {}
    solution: str = ""


class Assignment(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Whose it is; None and None: nobody's."""

    assignee: str | None = None
    team: str | None = None


class Words(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A comment, or why."""

    text: str = ""


class Parent(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The greater case that this one is part of; None: of none."""

    parent_id: int | None


class CaseContact(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A contact that was about the case."""

    contact_id: str


def add_to(operations: Operations) -> None:
    """This family's rows."""
    for rows in (_lists, _one_case, _work, _links):
        rows(operations.add)


def _lists(add: Add) -> None:
    @add("GET", "/cases", Permission.CASES, "The work list: what is due first")
    def case_work_list(call: Call, query: CaseQuery) -> CasePage:
        who, now = call.principal, call.services.now()

        def read(session: Any) -> CasePage:
            wanted = filter_of(query, who.login)
            found = case_list.work_list(
                session, who.account_id, wanted, now=now, cursor=query.cursor, limit=query.limit
            )
            return CasePage(
                items=[case_answers.in_short(one) for one in found.rows], next=found.next, now=now
            )

        return call.services.store.read(read)

    @add("GET", "/cases/count", Permission.CASES, "How many cases a filter shows")
    def case_count(call: Call, query: CaseQuery) -> CaseCount:
        who, wanted = call.principal, filter_of(query, call.principal.login)
        counted = call.services.store.read(case_list.count, who.account_id, wanted, now=call.services.now())
        return CaseCount(count=counted)


def _one_case(add: Add) -> None:
    @add("POST", "/cases", Permission.CASES, "Open a case")
    def open_case(call: Call, body: NewCase) -> CaseWhole:
        fields = msgspec.structs.asdict(body)
        fields["team_key"] = fields.pop("team")
        return _change(call, lambda session, **by: case_work.open_case(session, **by, **fields))

    @add("GET", "/cases/{case_id}", Permission.CASES, "A case with its history and what may happen now")
    def case(call: Call, case_id: str) -> CaseWhole:
        who, number = call.principal, number_of(case_id)

        def see(session: Any) -> CaseWhole:
            found = cases.case(session, who.account_id, number)
            saw_case(session, who.account_id, number, by=who.login, at=call.services.now())
            return _whole(session, call, found)

        return call.services.store.write(see)

    @add("PATCH", "/cases/{case_id}", Permission.CASES, "Change what is known of a case")
    def change_case(call: Call, case_id: str, body: CaseChange) -> CaseWhole:
        given = {name: value for name, value in msgspec.structs.asdict(body).items() if value is not UNSET}
        version, number = expected_version(), number_of(case_id)
        return _change(
            call,
            lambda session, **by: case_work.change(
                session, case_id=number, expected_version=version, **by, **given
            ),
        )


def _work(add: Add) -> None:
    @add("POST", "/cases/{case_id}/steps", Permission.CASES, "Something happens to a case")
    def case_step(call: Call, case_id: str, body: NewStep) -> CaseWhole:
        number, decides = number_of(case_id), call.principal.may(Permission.DECIDE_CASES)
        given = msgspec.structs.asdict(body)
        return _change(
            call,
            lambda session, **by: case_work.take_step(
                session, case_id=number, may_decide=decides, **by, **given
            ),
        )

    @add("PUT", "/cases/{case_id}/assignment", Permission.CASES, "Give a case to a person or a team")
    def assign_case(call: Call, case_id: str, body: Assignment) -> CaseWhole:
        number = number_of(case_id)
        return _change(
            call,
            lambda session, **by: case_work.assign(
                session, case_id=number, assignee=body.assignee, team_key=body.team, **by
            ),
        )

    @add("POST", "/cases/{case_id}/comments", Permission.CASES, "Write to a case")
    def comment_case(call: Call, case_id: str, body: Words) -> Entry:
        who, services, number = call.principal, call.services, number_of(case_id)
        written = services.store.write(
            case_work.comment, who.account_id, number, body.text, by=who.login, now=services.now()
        )
        return case_answers.entry_of(written)

    @add("POST", "/cases/{case_id}/escalation", Permission.CASES, "Bring a case one level up")
    def escalate_case(call: Call, case_id: str, body: Words) -> CaseWhole:
        number = number_of(case_id)
        return _change(
            call, lambda session, **by: case_work.escalate(session, case_id=number, text=body.text, **by)
        )


def _links(add: Add) -> None:
    @add("PUT", "/cases/{case_id}/parent", Permission.CASES, "Make a case part of a greater one")
    def case_parent(call: Call, case_id: str, body: Parent) -> CaseWhole:
        number = number_of(case_id)
        return _change(
            call,
            lambda session, **by: case_work.set_parent(
                session, case_id=number, parent_id=body.parent_id, **by
            ),
        )

    @add("POST", "/cases/{case_id}/contacts", Permission.CASES, "A contact was about this case")
    def case_contact(call: Call, case_id: str, body: CaseContact) -> CaseWhole:
        account_id, number = call.principal.account_id, number_of(case_id)

        def link(session: Any) -> CaseWhole:
            found = cases.case(session, account_id, number)
            cases.link_contact(session, found, body.contact_id)
            return _whole(session, call, found)

        return call.services.store.write(link)


def filter_of(query: CaseQuery, login: str) -> CaseFilter:
    """The filter that a query means for this person."""
    given = msgspec.structs.asdict(query)
    for name in ("cursor", "limit"):
        del given[name]
    given["open"] = {"yes": True, "no": False}.get(given["open"])
    given["mine"] = login if given["mine"] else None
    return CaseFilter(**given)


def number_of(text: str) -> int:
    """The number in a path. Raises NotFound for what is none."""
    if text.isdecimal() and len(text) < 10:
        return int(text)
    raise NotFound(f"{text!r} is no number of anything here")


def _change(call: Call, work: Any) -> CaseWhole:
    """Do a unit of work in the asker's name, and answer with the case as it is then."""
    who = call.principal
    by = {"account_id": who.account_id, "by": who.login, "now": call.services.now()}
    return call.services.store.write(lambda session: _whole(session, call, work(session, **by)))


def _whole(session: Any, call: Call, found: cases.Case) -> CaseWhole:
    session.flush()  # the version that the answer bears is the one that was written
    account_id = found.account_id
    return case_answers.whole(
        found,
        call.principal,
        contacts=cases.contacts(session, account_id, found.id),
        children=cases.children(session, account_id, found.id),
        history=cases.history(session, account_id, found.id),
    )
