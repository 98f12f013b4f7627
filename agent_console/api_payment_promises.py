"""Promises to pay: written down during a call, kept or broken by what comes in."""

from typing import Any

import msgspec

from agent_console.listing import Listing, number_of, page_of
from agent_console.operations import Call, Operations
from agent_console.provenance_fields import Told, origin
from agent_console.roles import Permission
from crm_core import customers, payment_promises
from crm_core.customer_audit import changed_customer
from crm_core.payment_promises import Promise


class PromiseQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`state`: open, kept, broken or withdrawn; None: all."""

    state: str | None = None
    cursor: str | None = None
    limit: int = 50


class NewPromise(Told, kw_only=True, forbid_unknown_fields=True):
    """`due_at`: the last moment that he named; `invoice_id` None: on account; `request_id`: sent twice it is one."""

    amount_minor: int
    due_at: float
    currency: str = "CLP"
    invoice_id: int | None = None
    request_id: str = ""


class PromiseRow(msgspec.Struct, kw_only=True):
    """`paid_minor`: what came in of it so far."""

    number: int
    state: str
    amount_minor: int
    paid_minor: int
    currency: str
    due_at: float
    given_at: float
    invoice_id: int | None
    source: str
    by: str
    contact_id: str | None


def add_to(operations: Operations) -> None:
    """This family's rows."""
    path = "/customers/{customer_id}/payment-promises"

    @operations.add("GET", path, Permission.READ_CUSTOMERS, "What he promised to pay, the latest day first")
    def list_payment_promises(call: Call, customer_id: str, query: PromiseQuery) -> Listing[PromiseRow]:
        account_id, number, now = call.principal.account_id, number_of(customer_id), call.services.now()

        def read(session: Any) -> Listing[PromiseRow]:
            customers.customer(session, account_id, number)
            found = payment_promises.promises(session, account_id, number, now=now)
            wanted = [_row(one) for one in found if query.state in (None, one.state)]
            return page_of(wanted, lambda row: row.number, query.cursor, query.limit)

        return call.services.store.read(read)

    @operations.add("POST", path, Permission.CHANGE_CUSTOMERS, "He promises to pay")
    def promise_payment(call: Call, customer_id: str, body: NewPromise) -> PromiseRow:
        fields = {
            key: getattr(body, key)
            for key in ("amount_minor", "due_at", "currency", "invoice_id", "request_id")
        }

        def change(session: Any) -> PromiseRow:
            account_id, owner, now = call.principal.account_id, number_of(customer_id), call.services.now()
            told = origin(call, body)
            made = payment_promises.give(session, account_id, owner, origin=told, now=now, **fields)
            _note(call, session, owner, "promise payment", {"promise": made.id, **fields})
            return _one(session, account_id, owner, made.id, now)

        return call.services.store.write(change)

    @operations.add(
        "POST", path + "/{number}/withdrawal", Permission.CHANGE_CUSTOMERS, "He takes a promise to pay back"
    )
    def withdraw_payment_promise(call: Call, customer_id: str, number: str, body: Told) -> PromiseRow:
        def change(session: Any) -> PromiseRow:
            account_id, owner, now = call.principal.account_id, number_of(customer_id), call.services.now()
            told, promise = origin(call, body), number_of(number)
            payment_promises.withdraw(session, account_id, owner, promise, origin=told, now=now)
            _note(call, session, owner, "withdraw promise", {"promise": promise})
            return _one(session, account_id, owner, promise, now)

        return call.services.store.write(change)


def _one(session: Any, account_id: int, customer_id: int, number: int, now: float) -> PromiseRow:
    found = payment_promises.promises(session, account_id, customer_id, now=now)
    return next(_row(one) for one in found if one.payment.id == number)


def _row(one: Promise) -> PromiseRow:
    row = one.payment
    return PromiseRow(
        number=row.id,
        state=one.state,
        amount_minor=row.amount_minor,
        paid_minor=one.paid_minor,
        currency=row.currency,
        due_at=row.dated_at,
        given_at=row.created_at,
        invoice_id=row.invoice_id,
        source=row.source,
        by=row.by,
        contact_id=row.contact_id,
    )


def _note(call: Call, session: Any, customer_id: int, action: str, after: dict[str, Any]) -> None:
    who = call.principal
    changed_customer(
        session, who.account_id, customer_id, action, by=who.login, at=call.services.now(), after=after
    )
