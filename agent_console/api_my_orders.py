"""A technician's own orders: what he does next, where he is, how it ended. Another's orders are none of his here."""

from collections.abc import Callable
from typing import Any

import msgspec
from flask import request

from agent_console import work_order_answers as answers
from agent_console.api_work_orders import author_of, close_by, keep_file
from agent_console.listing import number_of
from agent_console.operations import Add, Call, Operations
from agent_console.roles import Permission
from agent_console.work_order_answers import MyOrder, OrderEntry, OrderFile, PartOf
from agent_console.work_order_bodies import OrderClosing, OrderFileQuery, OrderNote, OrderStep
from crm_core.work_orders import order_list, order_work, parts, stock, work_orders
from crm_core.work_orders.order_flow import OF_TECHNICIANS
from crm_core.work_orders.order_list import OrderFilter
from crm_core.work_orders.work_orders import Author, WorkOrder
from ctiserver.core.errors import Refusal

OWN = Permission.OWN_ORDERS
_CLOSED_SINCE_SECONDS = 16 * 3600.0
"""The orders of his working day, for him to look back at."""


class MyOrders(msgspec.Struct, kw_only=True):
    """His open orders, the current one first, and those of today that are closed."""

    open: list[MyOrder]
    closed: list[MyOrder]
    now: float


class VanStock(msgspec.Struct, kw_only=True):
    """A part, and how many the ledger says are in his van."""

    part: PartOf
    quantity: int


def add_to(operations: Operations) -> None:
    """This family's rows."""
    for rows in (_see, _work):
        rows(operations.add)


def _see(add: Add) -> None:
    @add("GET", "/me/work-orders", OWN, "My orders, the current one first")
    def my_work_orders(call: Call) -> MyOrders:
        who, now = call.principal, call.services.now()

        def read(session: Any) -> MyOrders:
            open_ones = order_list.orders_of(session, who.account_id, who.login)
            since = now - _CLOSED_SINCE_SECONDS
            ended = OrderFilter(open=False, technician=who.login, closed_from_at=since)
            closed = order_list.list_orders(session, who.account_id, ended, now=now, limit=50).rows
            latest = sorted(closed, key=lambda one: -(one.closed_at or 0.0))
            return MyOrders(
                open=[answers.mine(session, one, now) for one in open_ones],
                closed=[answers.mine(session, one, now) for one in latest],
                now=now,
            )

        return call.services.store.read(read)

    @add("GET", "/me/work-orders/{order_id}", OWN, "One of my orders")
    def my_work_order(call: Call, order_id: str) -> MyOrder:
        author = author_of(call)
        return call.services.store.read(
            lambda session: answers.mine(session, _mine(session, author, order_id), author.at)
        )

    @add("GET", "/me/van", OWN, "What there is to be used, and how much of it is in my van")
    def my_van(call: Call) -> list[VanStock]:
        who = call.principal

        def read(session: Any) -> list[VanStock]:
            have = {one.part: one.quantity for one in stock.levels(session, who.account_id, who.login)}
            every = parts.parts_of_account(session, who.account_id)
            return [
                VanStock(part=answers.part_of(one), quantity=have.get(one.key, 0))
                for one in every
                if not one.retired
            ]

        return call.services.store.read(read)


def _work(add: Add) -> None:
    @add("POST", "/me/work-orders/{order_id}/steps", OWN, "I set out, or I am there")
    def my_step(call: Call, order_id: str, body: OrderStep) -> MyOrder:
        if body.event not in OF_TECHNICIANS:
            raise Refusal("order_step", f"{body.event!r} is no step of yours: use set_out or arrive")
        return _change(
            call,
            order_id,
            lambda session, author, found: order_work.take_step(
                session, author, found.id, body.event, text=body.text.strip()
            ),
        )

    @add("POST", "/me/work-orders/{order_id}/closing", OWN, "I close my order")
    def my_closing(call: Call, order_id: str, body: OrderClosing) -> MyOrder:
        return _change(
            call, order_id, lambda session, author, found: close_by(session, author, found.id, body)
        )

    @add("POST", "/me/work-orders/{order_id}/notes", OWN, "I write to my order")
    def my_note(call: Call, order_id: str, body: OrderNote) -> OrderEntry:
        author = author_of(call, technician=True)

        def write(session: Any) -> OrderEntry:
            found = _mine(session, author, order_id)
            return answers.entry_of(order_work.write_note(session, author, found.id, body.text))

        return call.services.store.write(write)

    @add("POST", "/me/work-orders/{order_id}/files", OWN, "Keep a photo of my order (the body)")
    def my_file(call: Call, order_id: str, query: OrderFileQuery) -> OrderFile:
        content, author = request.get_data(), author_of(call, technician=True)
        return call.services.store.write(
            lambda session: keep_file(
                session, call, author, _mine(session, author, order_id), query.name, content
            )
        )


def _mine(session: Any, author: Author, order_id: str) -> WorkOrder:
    """Raises Refusal for an order that is not his, NotFound."""
    found = work_orders.work_order(session, author.account_id, number_of(order_id))
    if found.technician != author.login:
        raise Refusal(
            "not_your_order", f"work order {found.id} is not yours, or no longer: ask the dispatcher"
        )
    return found


def _change(call: Call, order_id: str, work: Callable[[Any, Author, WorkOrder], WorkOrder]) -> MyOrder:
    author = author_of(call, technician=True)

    def change(session: Any) -> MyOrder:
        found = work(session, author, _mine(session, author, order_id))
        return answers.mine(session, found, author.at)

    return call.services.store.write(change)
