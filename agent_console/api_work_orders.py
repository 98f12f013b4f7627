"""Work orders for the office: lists, one order, and what is done with it. Technicians have `api_my_orders`.

Whoever gives an order to somebody, or changes it, does so to the version that he has read (If-Match). A closing bears
a key of the caller's: repeated with it, it is done once.
"""

from collections.abc import Callable
from typing import Any

import msgspec
from flask import request
from msgspec import UNSET

from agent_console import work_order_answers as answers
from agent_console.listing import number_of
from agent_console.operations import Add, Call, Operations
from agent_console.preconditions import expected_version
from agent_console.roles import Permission
from agent_console.work_order_answers import OrderEntry, OrderFile, OrderPage, OrderWhole
from agent_console.work_order_bodies import (
    CustomersWord,
    NewWorkOrder,
    OrderAssignment,
    OrderChange,
    OrderClosing,
    OrderCounts,
    OrderFileQuery,
    OrderNote,
    OrderQuery,
    OrderStep,
    OrderWords,
)
from crm_core import attachments
from crm_core.provenance import Origin, Source
from crm_core.work_orders import (
    closing,
    closing_truth,
    order_files,
    order_flow,
    order_history,
    order_list,
    order_work,
    work_orders,
)
from crm_core.work_orders.order_flow import Way
from crm_core.work_orders.order_list import OrderFilter
from crm_core.work_orders.stock import Used
from crm_core.work_orders.visit_record import visits_of
from crm_core.work_orders.work_orders import Author, WorkOrder
from ctiserver.core.errors import Refusal

SEE, DISPATCH = Permission.WORK_ORDERS, Permission.DISPATCH_ORDERS


def add_to(operations: Operations) -> None:
    """This family's rows."""
    for rows in (_lists, _one_order, _work, _afterwards):
        rows(operations.add)


def _lists(add: Add) -> None:
    @add("GET", "/work-orders", SEE, "Work orders: what is due first")
    def work_order_list(call: Call, query: OrderQuery) -> OrderPage:
        account_id, now = call.principal.account_id, call.services.now()

        def read(session: Any) -> OrderPage:
            found = order_list.list_orders(
                session, account_id, _filter(query), now=now, cursor=query.cursor, limit=query.limit
            )
            visits = visits_of(session, account_id, [one.id for one in found.rows])
            items = [answers.in_short(one, now, visits.get(one.id)) for one in found.rows]
            return OrderPage(items=items, next=found.next, now=now)

        return call.services.store.read(read)

    @add("GET", "/work-orders/count", SEE, "How many work orders a filter shows, by state")
    def work_order_count(call: Call, query: OrderQuery) -> OrderCounts:
        account_id, now = call.principal.account_id, call.services.now()

        def read(session: Any) -> OrderCounts:
            found = order_list.counts(session, account_id, _filter(query), now=now)
            areas = list(order_list.areas(session, account_id))
            return OrderCounts(by_state=found.by_state, late=found.late, areas=areas)

        return call.services.store.read(read)

    @add("GET", "/work-order-words", None, "Kinds, states, steps and closing codes of work orders")
    def work_order_words(call: Call) -> OrderWords:
        table = {
            str(state): {str(event): str(to) for event, to in row.items()}
            for state, row in order_flow.TABLE.items()
        }
        return OrderWords(
            kinds=list(map(str, order_flow.Kind)),
            priorities=list(order_flow.PRIORITIES),
            states=table,
            closings=list(map(str, order_flow.Closing)),
            flags=list(map(str, order_flow.Flag)),
        )


def _one_order(add: Add) -> None:
    @add("POST", "/work-orders", SEE, "Make a work order")
    def create_work_order(call: Call, body: NewWorkOrder) -> OrderWhole:
        if body.technician is not None:
            call.principal.need(DISPATCH)
        given = msgspec.structs.asdict(body)
        given["technician_login"] = given.pop("technician")
        return _change(call, lambda session, author: order_work.open_order(session, author, **given))

    @add("GET", "/work-orders/{order_id}", SEE, "A work order with its history and what may happen now")
    def work_order(call: Call, order_id: str) -> OrderWhole:
        account_id, now = call.principal.account_id, call.services.now()
        return call.services.store.read(
            lambda session: answers.whole(
                session, work_orders.work_order(session, account_id, number_of(order_id)), now
            )
        )

    @add("PATCH", "/work-orders/{order_id}", DISPATCH, "Change what is known of a work order")
    def change_work_order(call: Call, order_id: str, body: OrderChange) -> OrderWhole:
        given = {name: value for name, value in msgspec.structs.asdict(body).items() if value is not UNSET}
        version = expected_version()
        return _change(
            call,
            lambda session, author: order_work.change(
                session, author, number_of(order_id), expected_version=version, **given
            ),
        )


def _work(add: Add) -> None:
    @add("PUT", "/work-orders/{order_id}/assignment", DISPATCH, "Give a work order to a technician")
    def assign_work_order(call: Call, order_id: str, body: OrderAssignment) -> OrderWhole:
        version = expected_version()
        return _change(
            call,
            lambda session, author: order_work.assign(
                session, author, number_of(order_id), body.technician, expected_version=version
            ),
        )

    @add("POST", "/work-orders/{order_id}/steps", DISPATCH, "Somebody sets out, arrives, verifies or reopens")
    def work_order_step(call: Call, order_id: str, body: OrderStep) -> OrderWhole:
        def take(session: Any, author: Author) -> WorkOrder:
            number, words = number_of(order_id), body.text.strip()
            if body.event == order_flow.Event.REOPEN:
                return closing_truth.reopen(session, author, number, text=words)
            return order_work.take_step(session, author, number, body.event, text=words)

        return _change(call, take)

    @add("POST", "/work-orders/{order_id}/closing", DISPATCH, "Close a work order for the office")
    def close_work_order(call: Call, order_id: str, body: OrderClosing) -> OrderWhole:
        return _change(call, lambda session, author: close_by(session, author, number_of(order_id), body))

    @add("POST", "/work-orders/{order_id}/notes", SEE, "Write to a work order")
    def note_work_order(call: Call, order_id: str, body: OrderNote) -> OrderEntry:
        author = author_of(call)
        return call.services.store.write(
            lambda session: answers.entry_of(
                order_work.write_note(session, author, number_of(order_id), body.text)
            )
        )

    @add("POST", "/work-orders/{order_id}/files", SEE, "Keep a file of a work order (the body)")
    def file_of_work_order(call: Call, order_id: str, query: OrderFileQuery) -> OrderFile:
        content, author = request.get_data(), author_of(call)

        def keep(session: Any) -> OrderFile:
            found = work_orders.work_order(session, author.account_id, number_of(order_id))
            return keep_file(session, call, author, found, query.name, content)

        return call.services.store.write(keep)


def _afterwards(add: Add) -> None:
    path = "/work-orders/{order_id}/closings/{ordinal}/answer"

    @add("POST", path, SEE, "Take down what the customer says of a closing")
    def customers_word(call: Call, order_id: str, ordinal: str, body: CustomersWord) -> OrderWhole:
        given = msgspec.structs.asdict(body)

        def take(session: Any, author: Author) -> WorkOrder:
            number = number_of(order_id)
            closing_truth.take_answer(session, author, number, number_of(ordinal), **given)
            return work_orders.work_order(session, author.account_id, number)

        return _change(call, take)


def author_of(call: Call, *, technician: bool = False) -> Author:
    """Who asks, now, by a page or as a program."""
    who = call.principal
    way = Way.PAGE if who.session is not None else Way.REST
    return Author(
        account_id=who.account_id, login=who.login, at=call.services.now(), way=way, technician=technician
    )


def close_by(session: Any, author: Author, order_id: int, body: OrderClosing) -> WorkOrder:
    """The closed order. Raises Refusal, NotFound."""
    if not body.key.strip():
        raise Refusal("key_required", "send a key of your own with the closing, so that it is done once")
    used = [Used(one.part, one.quantity) for one in body.used]
    return closing.close(session, author, order_id, body.code, key=body.key, used=used, text=body.text).order


def keep_file(
    session: Any, call: Call, author: Author, found: WorkOrder, name: str, content: bytes
) -> OrderFile:
    """The file, kept with the customer's. Raises Refusal, StoreError."""
    if found.customer_id is None:
        raise Refusal("order_without_customer", "a file is kept with a customer: name him in the order first")
    origin = Origin(source=Source.AGENT, by=author.login, contact_id=author.contact_id)
    folder = call.services.config.installation.state_dir / "attachments"
    kept = attachments.attach(
        session, folder, found.account_id, found.customer_id, name, content, origin=origin, now=author.at
    )
    order_files.keep_file(session, found, kept)
    order_history.note(session, author, found, "file", name=kept.name, number=kept.id)
    return answers.file_of(kept)


def _filter(query: OrderQuery) -> OrderFilter:
    given = msgspec.structs.asdict(query)
    for name in ("cursor", "limit"):
        del given[name]
    given["open"] = {"yes": True, "no": False}.get(given["open"])
    return OrderFilter(**given)


def _change(call: Call, work: Callable[[Any, Author], WorkOrder]) -> OrderWhole:
    """Do a unit of work in the asker's name, and answer with the order as it is then."""
    author = author_of(call)
    return call.services.store.write(lambda session: answers.whole(session, work(session, author), author.at))
