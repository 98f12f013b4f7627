"""Who the caller is: search, write down, attach; from the screen pop, while the contact is in the agent's hand."""

from typing import Any

import msgspec

from agent_console.api_desk import Accepted, ask_for
from agent_console.in_hand import in_hand
from agent_console.operations import Call, Operations
from agent_console.roles import Permission
from crm_core import callers, customers
from crm_core.customers import Customer
from ctiserver.core.errors import Conflict, Refusal


class Text(msgspec.Struct, kw_only=True):
    """What is searched for: a name, a number or a RUT; "" finds nobody."""

    text: str = ""


class Caller(msgspec.Struct, kw_only=True):
    """A customer whom the caller may be."""

    customer_id: int
    name: str
    value_class: str | None
    rut: str | None
    numbers: list[str]


class NewCaller(msgspec.Struct, kw_only=True):
    """A customer as he is written down during his call; his number is the contact's. `rut` "" : not asked."""

    contact: str
    name: str
    surname: str = ""
    second_surname: str = ""
    rut: str = ""
    kind: str = "person"


class Attachment(msgspec.Struct, kw_only=True):
    """`keep_number`: the number he calls from becomes one of his, if it is none yet."""

    contact: str
    customer_id: int
    keep_number: bool = True
    request_id: str | None = None


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add = operations.add

    @add("GET", "/callers", Permission.OWN_DESK, "Customers by name, number or RUT")
    def find_callers(call: Call, query: Text) -> list[Caller]:
        account = call.principal.account_id
        return call.services.store.read(
            lambda session: [_caller(row) for row in callers.find(session, account, query.text)]
        )

    @add("POST", "/callers", Permission.OWN_DESK, "Write down the customer who calls")
    def create_caller(call: Call, body: NewCaller) -> Caller:
        who, now = call.principal, call.services.now()
        number = in_hand(call, body.contact).pii_number
        given: dict[str, Any] = {
            "contact": body.contact,
            "number": number,
            "by": who.login,
            "now": now,
        } | _fields(body)
        try:
            return call.services.store.write(
                lambda session: _caller(callers.create(session, who.account_id, **given))
            )
        except Conflict:
            raise Refusal("rut_in_use", "another customer has this RUT: search him by it") from None

    @add("POST", "/agents/{agent}/customer", Permission.OWN_DESK, "Say who my contact is")
    def attach_customer(call: Call, agent: str, body: Attachment) -> Accepted:
        who, store = call.principal, call.services.store
        number = in_hand(call, body.contact).pii_number
        found = store.read(
            lambda session: _caller(customers.customer(session, who.account_id, body.customer_id))
        )
        candidate = {
            "customer_id": found.customer_id,
            "pii_name": found.name,
            "value_class": found.value_class,
        }
        fields: dict[str, Any] = {"agent": agent, "contact": body.contact, "customer": candidate}
        accepted = ask_for(call, "AttachCustomer", fields, body.request_id)
        store.write(
            callers.attached,
            who.account_id,
            body.customer_id,
            contact=body.contact,
            number=number if body.keep_number else None,
            by=who.login,
            now=call.services.now(),
        )
        return accepted


def _fields(body: NewCaller) -> dict[str, Any]:
    if not body.name.strip():
        raise Refusal("name_required", "write the customer's name")
    if body.kind not in ("person", "company"):
        raise Refusal("wrong_kind", "kind is person or company")
    names = {"name": body.name, "surname": body.surname, "second_surname": body.second_surname}
    return {key: words.strip() for key, words in names.items()} | {
        "rut": body.rut.strip() or None,
        "kind": body.kind,
    }


def _caller(row: Customer) -> Caller:
    return Caller(
        customer_id=row.id,
        name=row.display_name,
        value_class=row.value_class,
        rut=row.rut,
        numbers=[phone.e164 for phone in row.phones],
    )
