"""What can be done with things of one table that customers have: list, see one, told by a program, changed by hand."""

from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import UNSET

from agent_console.listing import listing, number_of
from agent_console.operations import Call
from agent_console.preconditions import expected_version, given_version
from agent_console.provenance_fields import origin
from agent_console.shaped import shaped
from crm_core import holdings
from crm_core.customer_audit import changed_customer
from crm_core.held import Held


class HoldingQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Filters; they all hold. With `customer_id` the latest first, without in the order of their coming."""

    customer_id: int | None = None
    status: str | None = None
    number: str | None = None
    changed_since: float | None = None
    cursor: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class HeldKind:
    """What can be done with things of one table; `answer`: how they are shown."""

    kind: type[Held]
    answer: Any

    def listed(self, call: Call, query: HoldingQuery) -> Any:
        """Those that a filter lets through."""
        filters = msgspec.structs.asdict(query)
        return call.services.store.read(
            lambda session: listing(
                holdings.listed(session, self.kind, call.principal.account_id, **filters), self._shape
            )
        )

    def one(self, call: Call, number: str) -> Any:
        """The thing of this number. Raises NotFound."""
        account_id = call.principal.account_id
        return call.services.store.read(
            lambda session: self._shape(holdings.one(session, self.kind, account_id, number_of(number)))
        )

    def told(self, call: Call, external_id: str, body: Any) -> Any:
        """What another program says of the thing of its key; the same again changes nothing."""
        expected, told = given_version(), _given(body)
        customer_id = told.pop("customer_id")

        def change(session: Any) -> Any:
            account_id = call.principal.account_id
            before = holdings.version_of(session, self.kind, account_id, external_id)
            kept = holdings.keep(
                session,
                self.kind,
                account_id,
                customer_id,
                external_id,
                expected_version=expected,
                origin=origin(call, body),
                now=call.services.now(),
                **told,
            )
            if kept.version != before:
                note_held(call, session, kept, f"tell {self.kind.__tablename__}", told)
            return self._shape(kept)

        return call.services.store.write(change)

    def changed(self, call: Call, number: str, body: Any) -> Any:
        """What a person has changed of a thing that he had read."""
        expected, told = expected_version(), _given(body)

        def change(session: Any) -> Any:
            kept = holdings.change(
                session,
                self.kind,
                call.principal.account_id,
                number_of(number),
                expected_version=expected,
                origin=origin(call, body),
                now=call.services.now(),
                **told,
            )
            note_held(call, session, kept, f"change {self.kind.__tablename__}", told)
            return self._shape(kept)

        return call.services.store.write(change)

    def _shape(self, row: Held) -> Any:
        return shaped(self.answer, row)


def note_held(call: Call, session: Any, kept: Held, action: str, after: dict[str, Any]) -> None:
    """Writes into the customer's audit what was done with a thing of his."""
    changed_customer(
        session,
        kept.account_id,
        kept.customer_id,
        action,
        by=call.principal.login,
        at=call.services.now(),
        after={"id": kept.id, **after},
    )


def _given(body: Any) -> dict[str, Any]:
    written = msgspec.structs.asdict(body)
    return {
        field: value
        for field, value in written.items()
        if value is not UNSET and field not in ("source", "contact_id")
    }
