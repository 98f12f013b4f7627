"""Customers: find, list, see, add, change, keep in step with another program.

Who saw and who changed a record is written down. A change says where its facts come from; what a more trusted source
has said stays shown, and the answer lists such conflicts.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from agent_console.customer_shapes import CustomerRecord, CustomerRow, record_of, row_of
from agent_console.listing import Listing, listing, number_of
from agent_console.operations import Call, Operations
from agent_console.preconditions import expected_version, given_version
from agent_console.provenance_fields import Told, origin
from agent_console.roles import Permission
from crm_core import customer_list, customers, phone_numbers, search, tags, upserts
from crm_core.accounts import account
from crm_core.customer_audit import changed_customer, saw_customer
from crm_core.phone_numbers import E164
from ctiserver.core.errors import Refusal

_TEXT = str | None | UnsetType


class CustomerFields(Told, kw_only=True, forbid_unknown_fields=True):
    """What is told of a customer; what is left out stays. null: he has none."""

    kind: str | UnsetType = UNSET
    is_customer: bool | UnsetType = UNSET
    is_supplier: bool | UnsetType = UNSET
    name: str | UnsetType = UNSET
    surname: str | UnsetType = UNSET
    second_surname: str | UnsetType = UNSET
    rut: _TEXT = UNSET
    external_id: _TEXT = UNSET
    birth_date: _TEXT = UNSET
    form_of_address: str | UnsetType = UNSET
    language: _TEXT = UNSET
    time_zone: _TEXT = UNSET
    preferences: dict[str, Any] | UnsetType = UNSET
    custom: dict[str, Any] | UnsetType = UNSET
    notes: str | UnsetType = UNSET


class NewCustomer(CustomerFields, kw_only=True, forbid_unknown_fields=True):
    """`phones`: as they are written; `stage`: see the stages of life."""

    name: str
    stage: str = "customer"
    phones: list[str] = []
    emails: list[str] = []


class ToldCustomer(CustomerFields, kw_only=True, forbid_unknown_fields=True):
    """A customer as another program knows him. `phones` and `emails` are added to those that he has."""

    name: str
    phones: list[str] = []
    emails: list[str] = []


class NewStage(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The next stage of life."""

    stage: str
    reason: str = ""


class Tags(msgspec.Struct, kw_only=True):
    """All tags of a customer."""

    tags: list[str]


class CustomerQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Filters of the list; they all hold."""

    kind: str | None = None
    stage: str | None = None
    value_class: str | None = None
    tag: str | None = None
    supplier: bool | None = None
    changed_since: float | None = None
    cursor: str | None = None
    limit: int = 50


class SearchText(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What was typed into the search box."""

    q: str
    limit: int = 20


class Found(msgspec.Struct, kw_only=True):
    """`found_by`: phone, rut, email, order, invoice, contract, device, customer, words or alike."""

    found_by: str
    customer: CustomerRow


def add_to(operations: Operations) -> None:
    """This family's rows."""
    _reading(operations)
    _writing(operations)
    _sorting(operations)


def _reading(operations: Operations) -> None:
    add = operations.add

    @add("GET", "/search", Permission.READ_CUSTOMERS, "Find customers by name, number, RUT, e-mail or order")
    def search_customers(call: Call, query: SearchText) -> list[Found]:
        who = call.principal
        return call.services.store.read(
            lambda session: [
                Found(found_by=hit.found_by, customer=row_of(hit.customer))
                for hit in search.find(session, who.account_id, query.q, min(max(query.limit, 1), 100))
            ]
        )

    @add("GET", "/customers", Permission.READ_CUSTOMERS, "Customers, in the order in which they became known")
    def list_customers(call: Call, query: CustomerQuery) -> Listing[CustomerRow]:
        filters = msgspec.structs.asdict(query)
        return call.services.store.read(
            lambda session: listing(
                customer_list.listed(session, call.principal.account_id, **filters), row_of
            )
        )

    @add(
        "GET", "/customers/{customer_id}/record", Permission.READ_CUSTOMERS, "All that is known of a customer"
    )
    def customer_record(call: Call, customer_id: str) -> CustomerRecord:
        who, number = call.principal, number_of(customer_id)

        def see(session: Any) -> CustomerRecord:
            found = customers.customer(session, who.account_id, number)
            saw_customer(session, who.account_id, number, by=who.login, at=call.services.now())
            return record_of(session, found)

        return call.services.store.write(see)

    @add("GET", "/tags", Permission.READ_CUSTOMERS, "The tags in use, and how many customers bear each")
    def list_tags(call: Call) -> dict[str, int]:
        return call.services.store.read(tags.tags_in_use, call.principal.account_id)


def _writing(operations: Operations) -> None:
    add = operations.add

    @add("POST", "/customers", Permission.CHANGE_CUSTOMERS, "Add a customer")
    def add_customer(call: Call, body: NewCustomer) -> CustomerRecord:
        told = _fields(body) | {"stage": body.stage}

        def change(session: Any) -> int:
            points = _points(session, call, body)
            return upserts.add(session, call.principal.account_id, **points, **_by(call, body), **told).id

        return _changed(call, "add customer", told, change)

    @add(
        "PATCH",
        "/customers/{customer_id}/record",
        Permission.CHANGE_CUSTOMERS,
        "Change what is known of a customer",
    )
    def change_customer(call: Call, customer_id: str, body: CustomerFields) -> CustomerRecord:
        told, by = _fields(body), _by(call, body) | {"expected_version": expected_version()}
        who, number = call.principal.account_id, number_of(customer_id)
        return _changed(
            call,
            "change customer",
            told,
            lambda session: customers.change_customer(session, who, number, **by, **told).id,
        )

    @add(
        "PUT",
        "/customers/by-key/{external_id}",
        Permission.CHANGE_CUSTOMERS,
        "Keep a customer in step by his key",
    )
    def tell_customer(call: Call, external_id: str, body: ToldCustomer) -> CustomerRecord:
        told, by = _fields(body), _by(call, body) | {"expected_version": given_version()}
        if told.pop("external_id", external_id) != external_id:
            raise Refusal(
                "other_key", "the key in the path is the customer's: leave external_id out of the body"
            )

        def change(session: Any) -> CustomerRecord:
            who, points = call.principal.account_id, _points(session, call, body)
            kept, is_new = upserts.tell(session, who, external_id, **points, **by, **told)
            if is_new:
                _note(call, session, kept.id, "tell customer", told)
            return record_of(session, kept)

        return call.services.store.write(change)


def _sorting(operations: Operations) -> None:
    add = operations.add

    @add(
        "POST",
        "/customers/{customer_id}/stage",
        Permission.CHANGE_CUSTOMERS,
        "Move a customer to a stage of life",
    )
    def move_customer(call: Call, customer_id: str, body: NewStage) -> CustomerRecord:
        who, number, expected = call.principal, number_of(customer_id), expected_version()
        now = call.services.now()
        return _changed(
            call,
            "move customer",
            {"stage": body.stage},
            lambda session: (
                customers.move_to_stage(
                    session,
                    who.account_id,
                    number,
                    body.stage,
                    reason=body.reason,
                    expected_version=expected,
                    by=who.login,
                    now=now,
                ).id
            ),
        )

    @add(
        "PUT",
        "/customers/{customer_id}/tags",
        Permission.CHANGE_CUSTOMERS,
        "Give a customer these tags alone",
    )
    def set_tags(call: Call, customer_id: str, body: Tags) -> CustomerRecord:
        def change(session: Any) -> int:
            found = customers.customer(session, call.principal.account_id, number_of(customer_id))
            tags.set_tags(session, found.account_id, found.id, body.tags)
            found.updated_at = call.services.now()
            return found.id

        return _changed(call, "tag customer", {"tags": body.tags}, change)


def _fields(body: CustomerFields) -> dict[str, Any]:
    """The customer's own fields that the request has."""
    written = msgspec.structs.asdict(body)
    apart = ("source", "contact_id", "phones", "emails", "stage")
    return {field: value for field, value in written.items() if value is not UNSET and field not in apart}


def _by(call: Call, body: Told) -> dict[str, Any]:
    return {"origin": origin(call, body), "now": call.services.now()}


def _points(session: Any, call: Call, body: NewCustomer | ToldCustomer) -> dict[str, Any]:
    country = account(session, call.principal.account_id).country
    return {"phones": [whole_number(written, country) for written in body.phones], "emails": body.emails}


def whole_number(written: str, country: str) -> E164:
    """The telephone number. Raises Refusal when it is none."""
    number = phone_numbers.normalise(written, country)
    if number is None:
        raise Refusal(
            "wrong_number", f"write the whole telephone number, with its country code, not {written!r}"
        )
    return number


def _changed(
    call: Call, action: str, told: Mapping[str, Any], change: Callable[[Any], int]
) -> CustomerRecord:
    """The record after the change, which gives the customer's id, and which the audit knows."""

    def whole(session: Any) -> CustomerRecord:
        customer_id = change(session)
        _note(call, session, customer_id, action, told)
        return record_of(session, customers.customer(session, call.principal.account_id, customer_id))

    return call.services.store.write(whole)


def _note(call: Call, session: Any, customer_id: int, action: str, told: Mapping[str, Any]) -> None:
    who = call.principal
    changed_customer(
        session, who.account_id, customer_id, action, by=who.login, at=call.services.now(), after=dict(told)
    )
