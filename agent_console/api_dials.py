"""Scheduled calls to customers: which wait, are under way or over, what came of each attempt, and calling one off.

Whoever may read all records sees them; whoever may change customers, too, calls one off: a call under way goes on, but
it is the last one.
"""

from typing import Any

import msgspec

from agent_console.listing import Listing, PageQuery, listing, number_of
from agent_console.operations import Call, Operations
from agent_console.roles import Permission
from agent_console.shaped import shaped
from crm_core import dials
from crm_core.customer_list import display_names
from crm_core.dials import Dial
from ctiserver.core.errors import Refusal

LEAD = Permission.READ_INTERACTIONS
LONGEST_REASON = 200


class DialQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """`state`: one state, `open` or `over`, "" for all; `about_kind` "": anything; `customer_id` None: anybody."""

    state: str = ""
    about_kind: str = ""
    customer_id: int | None = None


class DialEnd(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`because`: why nobody is to be called about it any more, in a few words."""

    because: str


class DialInShort(msgspec.Struct, kw_only=True):
    """A scheduled call; `next_at` counts while it is planned."""

    id: int
    customer_id: int
    customer: str
    number: str
    purpose: str
    about_kind: str
    about_key: str
    flow: str
    survey: str
    state: str
    attempts: int
    attempts_at_most: int
    next_at: float
    result: str | None
    decided_by: str | None
    refused_rule: str | None
    refused_until: float | None
    letter: str | None
    cancelled_because: str | None
    made_by: str
    made_at: float
    ended_at: float | None


class DialTry(msgspec.Struct, kw_only=True):
    """One attempt; `id` is the channel's."""

    id: str
    ordinal: int
    claimed_at: float
    ringing_at: float | None
    answered_at: float | None
    ended_at: float | None
    result: str | None
    decided_by: str | None
    sip_code: int
    q850: int
    contact: str | None


class DialWhole(msgspec.Struct, kw_only=True):
    """A scheduled call with its attempts."""

    dial: DialInShort
    tries: list[DialTry]


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add = operations.add

    @add("GET", "/dials", LEAD, "Calls to customers: scheduled, under way, over; the newest first")
    def dial_list(call: Call, query: DialQuery) -> Listing[DialInShort]:
        account_id, wanted = call.principal.account_id, msgspec.structs.asdict(query)

        def read(session: Any) -> Listing[DialInShort]:
            page = dials.newest(session, account_id, **wanted)
            names = display_names(session, account_id, [row.customer_id for row in page.rows])
            return listing(page, lambda row: _row(row, names[row.customer_id]))

        return call.services.store.read(read)

    @add("GET", "/dials/{dial_id}", LEAD, "One call to a customer, with its attempts")
    def dial_details(call: Call, dial_id: str) -> DialWhole:
        return call.services.store.read(_whole, call.principal.account_id, number_of(dial_id))

    @add("POST", "/dials/{dial_id}/cancel", LEAD, "Call a scheduled call off")
    def cancel_dial(call: Call, dial_id: str, body: DialEnd) -> DialWhole:
        who, now = call.principal, call.services.now()
        who.need(Permission.CHANGE_CUSTOMERS)
        because = " ".join(body.because.split())[:LONGEST_REASON]
        if not because:
            raise Refusal("reason_needed", "say in a few words why he is not to be called")

        def cancel(session: Any) -> DialWhole:
            row = dials.dial(session, who.account_id, number_of(dial_id))
            reason = f"{who.login}: {because}"
            if not dials.cancel(
                session, who.account_id, row.about_kind, row.about_key, because=reason, now=now
            ):
                raise Refusal("dial_over", "this call is over already")
            return _whole(session, who.account_id, row.id)

        return call.services.store.write(cancel)


def _whole(session: Any, account_id: int, dial_id: int) -> DialWhole:
    row = dials.dial(session, account_id, dial_id)
    name = display_names(session, account_id, [row.customer_id])[row.customer_id]
    tries = msgspec.convert(list(row.tries), list[DialTry], from_attributes=True)
    return DialWhole(dial=_row(row, name), tries=tries)


def _row(row: Dial, customer: str) -> DialInShort:
    return shaped(DialInShort, row, customer=customer)
