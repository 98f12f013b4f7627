"""Faxes: the pages that a case came with, and documents that are sent to a customer's machine."""

from pathlib import Path
from typing import Any

import msgspec
from flask import Response

from agent_console.listing import Listing, PageQuery, listing, number_of
from agent_console.operations import Call, Operations
from agent_console.roles import Permission
from crm_core import accounts, case_fax, cases, faxes_out, phone_numbers
from crm_core.outbox import OutboxItem
from ctiserver.core.errors import NotFound, Refusal
from ctiserver.core.permit import Purpose
from ctiserver.process import folders


class NewFax(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`attachment` is the number of one of his files, a PDF or an image; `number` that of the machine.

    `key` names the wish: sent twice with the same key, it is one fax.
    """

    attachment: int
    number: str
    key: str
    purpose: Purpose = Purpose.SERVICE


class FaxTry(msgspec.Struct, kw_only=True):
    """How one attempt ended; `t38`: as data, else as sound."""

    at: float
    result: str
    pages: int
    t38: bool


class FaxRow(msgspec.Struct, kw_only=True):
    """A fax to a customer: waiting, sending, sent or failed. `error` "": nothing went wrong so far."""

    id: str
    state: str
    number: str
    attachment: int
    purpose: str
    by: str
    made_at: float
    due_at: float
    tries: list[FaxTry]
    error: str


def add_to(operations: Operations) -> None:
    """This family's rows."""
    _of_cases(operations)
    _of_customers(operations)


def _of_customers(operations: Operations) -> None:
    add = operations.add

    @add("GET", "/customers/{customer_id}/faxes", Permission.READ_CUSTOMERS, "Faxes to him, the latest first")
    def list_faxes(call: Call, customer_id: str, query: PageQuery) -> Listing[FaxRow]:
        account_id, number = call.principal.account_id, number_of(customer_id)

        def read(session: Any) -> Listing[FaxRow]:
            page = faxes_out.faxes_of(session, account_id, number, cursor=query.cursor, limit=query.limit)
            return listing(page, _row)

        return call.services.store.read(read)

    @add("POST", "/customers/{customer_id}/faxes", Permission.CHANGE_CUSTOMERS, "Fax him one of his files")
    def send_fax(call: Call, customer_id: str, body: NewFax) -> FaxRow:
        who, now, owner = call.principal, call.services.now(), number_of(customer_id)

        def post(session: Any) -> FaxRow:
            written = phone_numbers.normalise(body.number, accounts.account(session, who.account_id).country)
            if written is None:
                raise Refusal("wrong_number", f"{body.number!r} is no telephone number")
            kept = faxes_out.post(
                session,
                who.account_id,
                owner,
                number=written,
                attachment_id=body.attachment,
                purpose=body.purpose,
                about=("asked", f"{owner}:{body.key[:64]}"),
                by=who.login,
                now=now,
            )
            return _row(kept)

        return call.services.store.write(post)


def _row(item: OutboxItem) -> FaxRow:
    body = item.body
    return FaxRow(
        id=item.id,
        state=faxes_out.state_of(item),
        number=body["pii_number"],
        attachment=body["attachment_id"],
        purpose=body["purpose"],
        by=body["by"],
        made_at=body["made_at"],
        due_at=item.due_at,
        tries=[
            FaxTry(**{name: one[name] for name in ("at", "result", "pages", "t38")}) for one in body["tries"]
        ],
        error=item.last_error or "",
    )


def _of_cases(operations: Operations) -> None:
    add = operations.add

    @add("GET", "/cases/{case_id}/fax", Permission.CASES, "The fax that a case came with, as a PDF")
    def case_pages(call: Call, case_id: str) -> Any:
        account_id, number = call.principal.account_id, number_of(case_id)

        def read(session: Any) -> case_fax.CaseFax:
            cases.case(session, account_id, number)
            found = case_fax.fax_of(session, account_id, number)
            if found is None:
                raise NotFound(f"case {number} did not come with the pages of a fax")
            return found

        found = call.services.store.read(read)
        return _pdf(found.name, case_fax.content_of(_folder(call), account_id, found))


def _folder(call: Call) -> Path:
    return folders.attachments_dir(call.services.config)


def _pdf(name: str, content: bytes) -> Response:
    """For the browser's own viewer; the policy that comes with it lets no script run."""
    answer = Response(content, content_type=case_fax.CONTENT_TYPE)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer
