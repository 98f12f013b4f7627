"""A customer's details: whom he knows, notes, facts with their sources, his timeline."""

from typing import Any

import msgspec

from agent_console.customer_shapes import Relative
from agent_console.listing import Listing, PageQuery, listing, number_of
from agent_console.operations import Call, Operations
from agent_console.provenance_fields import Told, origin
from agent_console.roles import Permission
from agent_console.shaped import shaped
from crm_core import customer_notes, customers, facts, relationships, timeline
from crm_core.audit import AuditRow
from crm_core.customer_audit import access_to, changed_detail


class NewRelative(Told, kw_only=True, forbid_unknown_fields=True):
    """`kind`: works_at, employs, family, parent_of, child_of, pays_for, paid_by, represents ..."""

    kind: str
    other_id: int
    role: str = ""
    since: float | None = None


class NewNote(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to remember."""

    text: str
    contact_id: str | None = None


class Note(msgspec.Struct, kw_only=True):
    """Who wrote what, when."""

    note_id: int
    at: float
    by: str
    text: str
    contact_id: str | None


class FactQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """`field`: one alone, as "rut" or "custom.meter"."""

    field: str | None = None


class FactRow(msgspec.Struct, kw_only=True):
    """Somebody said so. `superseded_at` None: it stands; `learned`: nobody had said so before."""

    fact_id: int
    field: str
    value: Any
    source: str
    by: str
    at: float
    contact_id: str | None
    learned: bool
    superseded_at: float | None
    superseded_by: str | None


class TimelineQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`kinds`: some alone, "order,invoice"."""

    kinds: str = ""
    cursor: str | None = None
    limit: int = 50


class TimelineEntry(msgspec.Struct, kw_only=True):
    """One line; `amount_minor` in the smallest unit of `currency`."""

    kind: str
    key: str
    at: float
    title: str | None
    detail: str | None
    by: str | None
    amount_minor: int | None
    currency: str | None


class Access(msgspec.Struct, kw_only=True):
    """Who saw or changed the record."""

    at: float
    by: str
    action: str
    after: dict[str, Any]


def add_to(operations: Operations) -> None:
    """This family's rows."""
    _relatives_and_notes(operations)
    _facts_and_timeline(operations)


def _relatives_and_notes(operations: Operations) -> None:
    add = operations.add

    @add(
        "POST",
        "/customers/{customer_id}/relationships",
        Permission.CHANGE_CUSTOMERS,
        "He is related to somebody",
    )
    def relate(call: Call, customer_id: str, body: NewRelative) -> list[Relative]:
        def change(session: Any) -> list[Relative]:
            account_id, number = call.principal.account_id, number_of(customer_id)
            relationships.relate(
                session,
                account_id,
                number,
                body.kind,
                body.other_id,
                role=body.role,
                since=body.since,
                origin=origin(call, body),
                now=call.services.now(),
            )
            _note(call, session, number, "relate customer", {"kind": body.kind, "other": body.other_id})
            return _relatives(session, account_id, number)

        return call.services.store.write(change)

    @add(
        "DELETE",
        "/customers/{customer_id}/relationships/{number}",
        Permission.CHANGE_CUSTOMERS,
        "They are related no longer",
    )
    def end_relationship(call: Call, customer_id: str, number: str) -> list[Relative]:
        def change(session: Any) -> list[Relative]:
            account_id, owner = call.principal.account_id, number_of(customer_id)
            now = call.services.now()
            relationships.end_relationship(session, account_id, owner, number_of(number), now=now)
            _note(call, session, owner, "end relationship", {"relationship": number_of(number)})
            return _relatives(session, account_id, owner)

        return call.services.store.write(change)

    @add("POST", "/customers/{customer_id}/notes", Permission.CHANGE_CUSTOMERS, "Write a note")
    def write_note(call: Call, customer_id: str, body: NewNote) -> Note:
        def change(session: Any) -> Note:
            owner = customers.customer(session, call.principal.account_id, number_of(customer_id))
            return _noted(
                customer_notes.write_note(
                    session,
                    owner.account_id,
                    owner.id,
                    body.text,
                    by=call.principal.login,
                    at=call.services.now(),
                    contact_id=body.contact_id,
                )
            )

        return call.services.store.write(change)

    @add("GET", "/customers/{customer_id}/notes", Permission.READ_CUSTOMERS, "His notes, the latest first")
    def list_notes(call: Call, customer_id: str, query: PageQuery) -> Listing[Note]:
        account_id, number = call.principal.account_id, number_of(customer_id)
        wanted = msgspec.structs.asdict(query)
        return call.services.store.read(
            lambda session: listing(customer_notes.notes_of(session, account_id, number, **wanted), _noted)
        )


def _facts_and_timeline(operations: Operations) -> None:
    add = operations.add

    @add(
        "GET",
        "/customers/{customer_id}/facts",
        Permission.READ_CUSTOMERS,
        "Who said what of him, the latest first",
    )
    def list_facts(call: Call, customer_id: str, query: FactQuery) -> Listing[FactRow]:
        account_id, number = call.principal.account_id, number_of(customer_id)
        wanted = msgspec.structs.asdict(query)
        return call.services.store.read(
            lambda session: listing(facts.history(session, account_id, number, **wanted), _fact)
        )

    @add(
        "POST",
        "/customers/{customer_id}/facts/{number}/settle",
        Permission.CHANGE_CUSTOMERS,
        "This is true, and what contradicts it is not",
    )
    def settle_fact(call: Call, customer_id: str, number: str) -> list[FactRow]:
        def change(session: Any) -> list[FactRow]:
            who, owner, fact = call.principal, number_of(customer_id), number_of(number)
            now = call.services.now()
            customers.settle(session, who.account_id, owner, fact, by=who.login, now=now)
            _note(call, session, owner, "settle fact", {"fact": fact})
            return [_fact(row) for row in facts.history(session, who.account_id, owner).rows]

        return call.services.store.write(change)

    @add(
        "GET",
        "/customers/{customer_id}/timeline",
        Permission.READ_CUSTOMERS,
        "Everything, the latest first",
    )
    def customer_timeline(call: Call, customer_id: str, query: TimelineQuery) -> Listing[TimelineEntry]:
        account_id, number = call.principal.account_id, number_of(customer_id)
        return call.services.store.read(
            lambda session: listing(
                timeline.timeline(
                    session,
                    account_id,
                    number,
                    kinds=[kind for kind in query.kinds.split(",") if kind],
                    cursor=query.cursor,
                    limit=query.limit,
                ),
                lambda line: msgspec.convert(line, TimelineEntry, from_attributes=True),
            )
        )

    @add("GET", "/customers/{customer_id}/access", Permission.READ_AUDIT, "Who saw and changed the record")
    def customer_access(call: Call, customer_id: str, query: PageQuery) -> Listing[Access]:
        account_id, number = call.principal.account_id, number_of(customer_id)
        wanted = msgspec.structs.asdict(query)
        return call.services.store.read(
            lambda session: listing(access_to(session, account_id, number, **wanted), _access)
        )


def _relatives(session: Any, account_id: int, customer_id: int) -> list[Relative]:
    found = relationships.relatives(session, account_id, customer_id)
    return msgspec.convert(found, list[Relative], from_attributes=True)


def _noted(row: customer_notes.CustomerNote) -> Note:
    return shaped(Note, row, note_id=row.id)


def _fact(row: facts.Fact) -> FactRow:
    return shaped(FactRow, row, fact_id=row.id)


def _access(row: AuditRow) -> Access:
    return shaped(Access, row)


def _note(call: Call, session: Any, customer_id: int, action: str, after: dict[str, Any]) -> None:
    who = call.principal
    changed_detail(
        session, who.account_id, customer_id, action, by=who.login, at=call.services.now(), after=after
    )
