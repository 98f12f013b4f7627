"""What customers have, and the catalogue: each kind has the same four operations, made from its table's columns.

A program keeps a thing in step under its key (PUT, safe to repeat); a person changes one that he has read (PATCH with
If-Match). Things name others by their keys: a payment says `"invoice": "B-17"`.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET

from agent_console.held_kind import HeldKind, HoldingQuery, note_held
from agent_console.listing import Listing, PageQuery, number_of, page_of
from agent_console.operations import Call, Operations
from agent_console.preconditions import given_version
from agent_console.provenance_fields import Told, origin
from agent_console.roles import Permission
from agent_console.shaped import shaped
from crm_core import holdings, order_entry
from crm_core.held import Held
from crm_core.products import Product, catalogue, define_product
from ctiserver.core.errors import NotFound

_Handler = TypeVar("_Handler", bound=Callable[..., Any])


class OrderLine(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A product of the catalogue, or a text with a price."""

    product: str = ""
    text: str = ""
    quantity: int = 1
    unit_price_minor: int | None = None


class NewOrder(Told, kw_only=True, forbid_unknown_fields=True):
    """An order that an agent takes down; the same `request_id` again is the same order."""

    lines: list[OrderLine]
    currency: str = "CLP"
    promised_at: float | None = None
    request_id: str = ""


class ProductFields(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One line of the catalogue; money in the smallest unit of `currency`. `retired_at` None: it is sold."""

    name: str
    kind: str = "good"
    price_minor: int = 0
    cost_minor: int = 0
    currency: str = "CLP"
    retired_at: float | None = None


class ProductRow(ProductFields, kw_only=True):
    """As it is kept."""

    key: str
    version: int


class ProductQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """`retired`: also what is no longer sold."""

    retired: bool = False


def add_to(operations: Operations) -> None:
    """This family's rows."""
    for word, kind in holdings.KINDS.items():
        _add_kind(operations, word, kind)
    _add_orders_and_products(operations)


def _add_kind(operations: Operations, word: str, kind: type[Held]) -> None:
    answer: Any = _ANSWERS[word]
    bases: Any = (Told,)
    strict: Any = {"kw_only": True, "forbid_unknown_fields": True}
    change_body: Any = msgspec.defstruct(f"{kind.__name__}Fields", _fields(kind), bases=bases, **strict)
    told_body: Any = msgspec.defstruct(
        f"Told{kind.__name__}", [("customer_id", int)], bases=(change_body,), **strict
    )
    snake, of = word.replace("-", "_"), HeldKind(kind, answer)
    read, write = Permission.READ_CUSTOMERS, Permission.CHANGE_CUSTOMERS
    one, by_key = f"/{word}/{{number}}", f"/{word}/by-key/{{external_id}}"

    @operations.add("GET", f"/{word}", read, f"List {word}")
    @_named(f"list_{snake}", query=HoldingQuery, answer=Listing[answer])
    def list_things(call: Call, query: HoldingQuery) -> Any:
        return of.listed(call, query)

    @operations.add("GET", one, read, f"One of the {word}")
    @_named(f"see_one_of_{snake}", answer=answer)
    def see_thing(call: Call, number: str) -> Any:
        return of.one(call, number)

    @operations.add("PUT", by_key, write, f"Keep one of the {word} in step by its key")
    @_named(f"tell_one_of_{snake}", body=told_body, answer=answer)
    def tell_thing(call: Call, external_id: str, body: Any) -> Any:
        return of.told(call, external_id, body)

    @operations.add("PATCH", one, write, f"Change one of the {word}")
    @_named(f"change_one_of_{snake}", body=change_body, answer=answer)
    def change_thing(call: Call, number: str, body: Any) -> Any:
        return of.changed(call, number, body)


def _named(name: str, *, answer: Any, **types: Any) -> Callable[[_Handler], _Handler]:
    """Gives a handler the name and the types that its kind has: they make its row and its part of the document."""

    def named(handler: _Handler) -> _Handler:
        handler.__name__ = name
        handler.__annotations__ = {"call": Call, **types, "return": answer}
        return handler

    return named


def _add_orders_and_products(operations: Operations) -> None:
    order = _ANSWERS["orders"]

    def place_order(call: Call, customer_id: str, body: NewOrder) -> Any:
        def change(session: Any) -> Any:
            placed = order_entry.place(
                session,
                call.principal.account_id,
                number_of(customer_id),
                [msgspec.structs.asdict(line) for line in body.lines],
                currency=body.currency,
                promised_at=body.promised_at,
                request_id=body.request_id,
                origin=origin(call, body),
                now=call.services.now(),
            )
            note_held(call, session, placed, "place order", {"number": placed.number})
            return shaped(order, placed)

        return call.services.store.write(change)

    place_order.__annotations__["return"] = order
    operations.add(
        "POST", "/customers/{customer_id}/orders", Permission.CHANGE_CUSTOMERS, "Take an order down"
    )(place_order)

    @operations.add("GET", "/products", Permission.READ_CUSTOMERS, "What the company sells")
    def list_products(call: Call, query: ProductQuery) -> Listing[ProductRow]:
        def read(session: Any) -> Listing[ProductRow]:
            rows = catalogue(session, call.principal.account_id, retired=query.retired)
            return page_of([_product(row) for row in rows], lambda row: row.key, query.cursor, query.limit)

        return call.services.store.read(read)

    @operations.add("GET", "/products/{key}", Permission.READ_CUSTOMERS, "One product")
    def see_product(call: Call, key: str) -> ProductRow:
        def find(session: Any) -> ProductRow:
            for row in catalogue(session, call.principal.account_id, retired=True):
                if row.key == key:
                    return _product(row)
            raise NotFound(f"there is no product {key!r}")

        return call.services.store.read(find)

    @operations.add(
        "PUT", "/products/{key}", Permission.CHANGE_CONFIGURATION, "Keep a product of the catalogue"
    )
    def define_one_product(call: Call, key: str, body: ProductFields) -> ProductRow:
        expected, fields = given_version(), msgspec.structs.asdict(body)
        return call.services.store.write(
            lambda session: _product(
                define_product(
                    session,
                    call.principal.account_id,
                    key,
                    expected_version=expected,
                    now=call.services.now(),
                    **fields,
                )
            )
        )


def _fields(kind: type[Held]) -> list[tuple[str, Any, Any]]:
    """The fields that one may send: columns, with what names another thing under its own word."""
    references = {column: word for word, column in holdings.references_of(kind).items()}
    return [
        (references[column], str | int | None | msgspec.UnsetType, UNSET)
        if column in references
        else (column, of | msgspec.UnsetType, UNSET)
        for column, of in holdings.types_of(kind).items()
    ]


def _answer(kind: type[Held]) -> type[msgspec.Struct]:
    """A thing as it is answered: all columns, those of the program first."""
    common = [
        *(("id", int), ("version", int), ("customer_id", int), ("external_id", str | None)),
        *(("source", str), ("by", str), ("known_at", float), ("contact_id", str | None)),
        *(("created_at", float), ("updated_at", float)),
    ]
    return msgspec.defstruct(kind.__name__, [*common, *holdings.types_of(kind).items()], kw_only=True)


def _product(row: Product) -> ProductRow:
    return shaped(ProductRow, row)


_ANSWERS: dict[str, Any] = {word: _answer(kind) for word, kind in holdings.KINDS.items()}
