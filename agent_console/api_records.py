"""Records: my last contacts, a customer's last contacts, who should be called back."""

from collections.abc import Sequence
from typing import Any

import msgspec

from agent_console.listing import Listing, PageQuery, listing, number_of, page_of
from agent_console.operations import Call, Operations
from agent_console.roles import Permission
from crm_core import call_backs, customers, interactions
from crm_core.call_backs import CallBackResult
from crm_core.customers import Customer
from crm_core.interactions import Interaction

_CALL_BACKS_AT_MOST = 1000
"""More than these nobody calls back on a day; they are ranked as a whole."""


class Contact(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One contact in short; `outcome` None: it is not over yet."""

    contact: str
    arrived_at: float
    number: str
    customer: str | None
    value_class: str | None
    queue: str | None
    outcome: str | None
    reason: str | None
    agents: list[str]
    disposition: str | None
    wait_seconds: float | None
    talk_seconds: float


class MissedContact(msgspec.Struct, kw_only=True):
    """Somebody to call back; `claimed_by` None: nobody does it yet; `call_back_at`: the hour that was promised."""

    contact: str
    arrived_at: float
    number: str
    customer: str | None
    value_class: str | None
    queue: str | None
    outcome: str | None
    claimed_by: str | None
    call_back_at: float | None


class CallBackDone(msgspec.Struct, kw_only=True):
    """How it went: reached, no_answer, wrong_number, not_needed."""

    result: CallBackResult


class CustomerInShort(msgspec.Struct, kw_only=True):
    """Who he is, and what happened lately."""

    customer_id: int
    name: str
    value_class: str | None
    language: str | None
    notes: str
    last_contacts: list[Contact]


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add = operations.add

    @add("GET", "/me/contacts", Permission.OWN_DESK, "My last contacts")
    def my_contacts(call: Call, query: PageQuery) -> Listing[Contact]:
        who, wanted = call.principal, msgspec.structs.asdict(query)
        return call.services.store.read(
            lambda session: listing(
                interactions.of_agent(session, who.account_id, who.login, **wanted), _contact
            )
        )

    @add(
        "GET", "/customers/{customer_id}", Permission.OWN_DESK, "A customer in short, with his last contacts"
    )
    def customer(call: Call, customer_id: str) -> CustomerInShort:
        account, number = call.principal.account_id, number_of(customer_id)
        return call.services.store.read(
            lambda session: _in_short(
                customers.customer(session, account, number), interactions.history(session, account, number)
            )
        )

    @add("GET", "/missed-contacts", Permission.MISSED_CONTACTS, "Whom to call back, best first")
    def missed_contacts(call: Call, query: PageQuery) -> Listing[MissedContact]:
        account, now = call.principal.account_id, call.services.now()

        def read(session: Any) -> Listing[MissedContact]:
            waiting = call_backs.to_call_back(session, account, now=now, limit=_CALL_BACKS_AT_MOST)
            page = page_of(waiting, lambda row: row.id, query.cursor, query.limit)
            return Listing(items=[_missed(row) for row in page.items], next=page.next)

        return call.services.store.read(read)

    @add("POST", "/missed-contacts/{contact}/claim", Permission.MISSED_CONTACTS, "I will call back")
    def claim_missed_contact(call: Call, contact: str) -> dict[str, Any]:
        who, services = call.principal, call.services
        services.store.write(
            call_backs.claim_call_back, who.account_id, contact, by=who.login, now=services.now()
        )
        return {}

    @add("POST", "/missed-contacts/{contact}/done", Permission.MISSED_CONTACTS, "It is done")
    def missed_contact_done(call: Call, contact: str, body: CallBackDone) -> dict[str, Any]:
        who, services = call.principal, call.services
        services.store.write(
            call_backs.call_back_done,
            who.account_id,
            contact,
            by=who.login,
            result=body.result,
            now=services.now(),
        )
        return {}


def _in_short(found: Customer, last: Sequence[Interaction]) -> CustomerInShort:
    return CustomerInShort(
        customer_id=found.id,
        name=found.display_name,
        value_class=found.value_class,
        language=found.language,
        notes=found.notes or "",
        last_contacts=[_contact(row) for row in last],
    )


def _contact(row: Interaction) -> Contact:
    last = row.segments[-1] if row.segments else None
    return Contact(
        contact=row.id,
        arrived_at=row.arrived_at,
        number=row.ani,
        customer=row.customer.display_name if row.customer else None,
        value_class=row.value_class,
        queue=row.queue,
        outcome=row.outcome,
        reason=row.contact_reason or row.collected.get("reason"),
        agents=[segment.agent for segment in row.segments],
        disposition=last.disposition if last else None,
        wait_seconds=row.wait_seconds,
        talk_seconds=sum(segment.talk_seconds or 0.0 for segment in row.segments),
    )


def _missed(row: Interaction) -> MissedContact:
    return MissedContact(
        contact=row.id,
        arrived_at=row.arrived_at,
        number=row.ani,
        customer=row.customer.display_name if row.customer else None,
        value_class=row.value_class,
        queue=row.queue,
        outcome=row.outcome,
        claimed_by=row.call_back_claimed_by,
        call_back_at=row.call_back_at,
    )
