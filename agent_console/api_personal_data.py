"""A person's own data: handed out to him as one file, erased for good, or held back by law.

Whoever does any of it is written down. The file is written while it is downloaded; an erasure needs the customer's
name typed, and is refused while a legal hold stands.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec
from flask import Response, render_template, stream_with_context

from agent_console.listing import Listing, PageQuery, listing, number_of
from agent_console.operations import Add, Call, Operations
from agent_console.pages import words
from agent_console.roles import Permission
from crm_core import customers
from crm_core.customer_audit import changed_customer
from crm_core.privacy import erasure, export, export_file, legal_holds, parts
from crm_core.privacy import preview as previews
from crm_core.privacy.erasure import Erasure
from crm_core.privacy.legal_holds import LegalHold
from ctiserver.process.personal_files import personal_files


class Fate(msgspec.Struct, kw_only=True):
    """Rows of one group of data. `why` "": they go; else they stay without the person: books, reports, proof, list."""

    group: str
    rows: int
    why: str


class Hold(msgspec.Struct, kw_only=True):
    """A legal hold. `lifted_at` None: it stands, and nobody erases the customer."""

    id: int
    reason: str
    set_by: str
    set_at: float
    lifted_by: str
    lifted_at: float | None


class PersonalData(msgspec.Struct, kw_only=True):
    """What is held of a person, and what an erasure would do. `forbidden` "": nothing forbids it now, else why."""

    name: str
    fates: list[Fate]
    files: int
    open_cases: int
    running_contracts: int
    open_minor: dict[str, int]
    forbidden_id: str
    forbidden: str
    grounds: list[str]
    holds: list[Hold]


class NewErasure(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`confirmation`: the customer's name, typed; `ground`: asked, consent_taken_back, no_longer_needed, unlawful."""

    confirmation: str
    ground: str


class ErasureDone(msgspec.Struct, kw_only=True):
    """`rows` that went or were emptied, by table; `files_left`: files that are not removed yet."""

    id: int
    customer_id: int
    at: float
    by: str
    ground: str
    rows: dict[str, int]
    files_left: int


class NewHold(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Why he must not be erased."""

    reason: str


def add_to(operations: Operations) -> None:
    """This family's rows."""
    for rows in (_reading, _erasing, _holding):
        rows(operations.add)


def _reading(add: Add) -> None:
    @add(
        "GET",
        "/customers/{customer_id}/personal-data",
        Permission.PERSONAL_DATA,
        "What is held of a person, and what erasing him would do",
    )
    def personal_data(call: Call, customer_id: str) -> PersonalData:
        account_id, number = call.principal.account_id, number_of(customer_id)
        return call.services.store.read(_personal_data, account_id, number, call.services.now())

    @add(
        "GET",
        "/customers/{customer_id}/personal-data/file",
        Permission.PERSONAL_DATA,
        "All that is held of a person, as a ZIP file",
    )
    def export_personal_data(call: Call, customer_id: str) -> Any:
        account_id, number = call.principal.account_id, number_of(customer_id)

        def begin(session: Any) -> export.Contents:
            held = export.contents(session, account_id, number)
            _note(call, session, number, "export personal data", {"rows": sum(held.counts.values())})
            return held

        held = call.services.store.write(begin)
        answer = Response(stream_with_context(_zip(call, held)), content_type="application/zip")
        answer.headers.set("Content-Disposition", "attachment", filename=f"customer-{number}.zip")
        answer.headers["Cache-Control"] = "no-store"
        return answer


def _erasing(add: Add) -> None:
    @add(
        "POST",
        "/customers/{customer_id}/erasure",
        Permission.PERSONAL_DATA,
        "Erase a person; nothing takes it back",
    )
    def erase_customer(call: Call, customer_id: str, body: NewErasure) -> ErasureDone:
        who = call.principal
        done = call.services.store.write(
            erasure.erase,
            who.account_id,
            number_of(customer_id),
            confirmation=body.confirmation,
            ground=body.ground,
            by=who.login,
            now=call.services.now(),
        )
        return _done(done)

    @add("GET", "/erasures", Permission.PERSONAL_DATA, "Who erased somebody and when, the latest first")
    def list_erasures(call: Call, query: PageQuery) -> Listing[ErasureDone]:
        account_id, wanted = call.principal.account_id, msgspec.structs.asdict(query)
        return call.services.store.read(
            lambda session: listing(erasure.erasures(session, account_id, **wanted), _done)
        )


def _holding(add: Add) -> None:
    @add(
        "POST",
        "/customers/{customer_id}/legal-holds",
        Permission.PERSONAL_DATA,
        "Forbid to erase a customer, for a reason of law",
    )
    def set_legal_hold(call: Call, customer_id: str, body: NewHold) -> Hold:
        who, now = call.principal, call.services.now()
        number = number_of(customer_id)
        return _hold(
            call.services.store.write(
                legal_holds.hold, who.account_id, number, body.reason, by=who.login, now=now
            )
        )

    @add(
        "DELETE",
        "/customers/{customer_id}/legal-holds/{hold_id}",
        Permission.PERSONAL_DATA,
        "Lift a legal hold",
    )
    def lift_legal_hold(call: Call, customer_id: str, hold_id: str) -> Hold:
        who, now = call.principal, call.services.now()
        numbers = number_of(customer_id), number_of(hold_id)
        return _hold(
            call.services.store.write(legal_holds.lift, who.account_id, *numbers, by=who.login, now=now)
        )


def _personal_data(session: Any, account_id: int, number: int, now: float) -> PersonalData:
    seen = previews.preview(session, account_id, number, now=now)
    return PersonalData(
        name=seen.name,
        fates=[Fate(group=one.group, rows=one.rows, why=one.why) for one in seen.fates],
        files=seen.files,
        open_cases=seen.open_cases,
        running_contracts=seen.running_contracts,
        open_minor=seen.open_minor,
        forbidden_id=seen.forbidden_by.error_id if seen.forbidden_by else "",
        forbidden=str(seen.forbidden_by or ""),
        grounds=list(erasure.GROUNDS),
        holds=[_hold(row) for row in legal_holds.holds(session, account_id, number)],
    )


def _zip(call: Call, held: export.Contents) -> Iterator[bytes]:
    store, now = call.services.store, datetime.fromtimestamp(call.services.now(), held.zone)
    texts, language = words(call.principal.language), call.principal.language

    def rows(table: str, after: int) -> list[dict[str, Any]]:
        return store.read(export.rows, held.person, table, held.zone, after)

    def index(written: Mapping[str, int], lost: list[str]) -> str:
        groups: dict[str, list[tuple[str, int]]] = {}
        for table, count in written.items():
            groups.setdefault(parts.PARTS[table].group, []).append((table, count))
        return render_template(
            "personal_data_index.html",
            t=lambda key: texts[key],
            language=language,
            name=held.name,
            at=now.strftime("%Y-%m-%d %H:%M"),
            groups=groups,
            files=[one.called for one in held.files if one.called not in lost],
            lost=lost,
        )

    at = (max(now.year, 1980), now.month, now.day, now.hour, now.minute, now.second)
    return export_file.pieces(held, rows, personal_files(call.services.config), index, at)


def _done(row: Erasure) -> ErasureDone:
    same = ("id", "customer_id", "at", "by", "ground")
    return ErasureDone(
        **{field: getattr(row, field) for field in same}, rows=row.counts, files_left=len(row.files_left)
    )


def _hold(row: LegalHold) -> Hold:
    same = ("id", "reason", "set_by", "set_at", "lifted_by", "lifted_at")
    return Hold(**{field: getattr(row, field) for field in same})


def _note(call: Call, session: Any, number: int, action: str, after: dict[str, Any]) -> None:
    who = call.principal
    customers.customer(session, who.account_id, number)
    changed_customer(
        session, who.account_id, number, action, by=who.login, at=call.services.now(), after=after
    )
