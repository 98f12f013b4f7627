"""What every table holds of a person, and what becomes of it when he is erased: one row for each table.

Three things can happen. Rows go. Or they stay without him, for a reason: times, queue and outcome of a contact are
the company's reports, sums of money its books; then each column that is not named as staying is emptied, so that a
column that is added some day is erased until somebody decides otherwise. Or they are nobody's: those of
`not_of_persons`. A test walks all tables and columns and fails for one that nobody has decided about.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, and_, select

from crm_core.base import Base
from crm_core.privacy import staying
from crm_core.privacy.ownership import (
    Ours,
    Person,
    at_his_addresses,
    called_there,
    calls,
    either,
    his_secrets,
    named_in,
    of,
)


def through(column: str, parent: str) -> Ours:
    """Rows that belong to a row of another table that is his."""

    def ours(table: Table, person: Person) -> ColumnElement[bool]:
        owner = Base.metadata.tables[parent]
        key = next(iter(owner.primary_key.columns))
        return table.c[column].in_(select(key).where(his(parent, person)))

    return ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One table. `stays` empty: the rows go; else they stay for the reason `why`, with these columns as they are.

    `becomes`: of further columns, what they hold afterwards; the others are emptied. `group`: with what it is told.
    """

    group: str
    ours: Ours = field(default_factory=lambda: of("customer_id"))
    stays: frozenset[str] = frozenset()
    becomes: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""
    exported: bool = True


BOOKS, REPORTS, PROOF, LIST = "books", "reports", "proof", "list"
"""Why something stays: money must be accounted for; figures of the center; who did what; not to be called again."""

PARTS: dict[str, Part] = {
    "customers": Part(
        group="person",
        ours=of("id"),
        stays=staying.CUSTOMER,
        becomes={"preferences": {}, "custom": {}},
        why=BOOKS,
    ),
    "lifecycle_stages": Part(group="person"),
    "customer_tags": Part(group="person"),
    "facts": Part(group="person"),
    "relationships": Part(group="person", ours=of("customer_id", "other_id")),
    "merges": Part(group="person", ours=of("kept_id", "merged_id")),
    "duplicate_pairs": Part(group="person", ours=of("one_id", "other_id")),
    "legal_holds": Part(group="person"),
    "phones": Part(group="reach"),
    "emails": Part(group="reach"),
    "addresses": Part(group="reach"),
    "dial_attempts": Part(group="contacts", ours=through("dial_id", "dials")),
    "dials": Part(group="contacts"),
    "consents": Part(group="permission"),
    "permit_uses": Part(group="permission", ours=through("permit_id", "permits")),
    "permits": Part(group="permission"),
    "do_not_call": Part(
        group="permission",
        ours=at_his_addresses,
        stays=frozenset(
            {"id", "account_id", "address", "on_list", "since", "until", "source", "by", "ended_by"}
        ),
        why=LIST,
    ),
    "interactions": Part(
        group="contacts",
        ours=calls,
        stays=staying.CONTACT,
        becomes={"candidate_ids": [], "collected": {}, "collected_as": {}, "acts": [], "to_call_back": False},
        why=REPORTS,
    ),
    "action_results": Part(group="contacts"),
    "spoken_names": Part(group="reach", exported=False),
    "caller_secrets": Part(group="reach", ours=his_secrets, exported=False),
    "segments": Part(
        group="contacts", ours=through("interaction_id", "interactions"), stays=staying.SEGMENT, why=REPORTS
    ),
    "offers": Part(
        group="contacts", ours=through("interaction_id", "interactions"), stays=staying.OFFER, why=REPORTS
    ),
    "third_parties": Part(
        group="contacts",
        ours=through("interaction_id", "interactions"),
        stays=staying.THIRD_PARTY,
        why=REPORTS,
    ),
    "inversions": Part(
        group="contacts",
        ours=either(through("served_id", "interactions"), through("waited_id", "interactions")),
        stays=staying.INVERSION,
        why=REPORTS,
    ),
    "queue_visits": Part(
        group="contacts",
        ours=through("interaction_id", "interactions"),
        stays=staying.QUEUE_VISIT,
        why=REPORTS,
    ),
    "survey_answers": Part(
        group="contacts",
        ours=through("interaction_id", "interactions"),
        stays=frozenset({"interaction_id", "survey", "question", "value", "answered_at"}),
        why=REPORTS,
    ),
    "recordings": Part(group="contacts", ours=through("interaction_id", "interactions")),
    "recording_pauses": Part(group="contacts", ours=through("interaction_id", "interactions")),
    "guesses": Part(
        group="contacts",
        ours=through("contact_id", "interactions"),
        stays=staying.GUESS,
        why=REPORTS,
    ),
    "disposition_effects": Part(
        group="contacts",
        stays=staying.DISPOSITION_EFFECT,
        becomes={"given": {}},
        why=REPORTS,
    ),
    "outside_calls": Part(
        group="contacts",
        ours=either(through("contact", "interactions"), called_there),
        stays=staying.OUTSIDE_CALL,
        why=BOOKS,
    ),
    "script_runs": Part(group="contacts", exported=False),
    "script_answers": Part(group="contacts"),
    "askings": Part(
        group="contacts",
        ours=either(of("customer_id"), through("contact_id", "interactions")),
        stays=frozenset({"id", "account_id", "contact_id", "at", "asked_by", "fact", "known_by"}),
        why=REPORTS,
    ),
    "cases": Part(group="cases", stays=staying.CASE, becomes={"fields": {}}, why=REPORTS),
    "case_contacts": Part(
        group="cases",
        ours=through("case_id", "cases"),
        stays=frozenset({"case_id", "contact_id", "account_id"}),
        why=REPORTS,
    ),
    "case_history": Part(
        group="cases",
        ours=through("case_id", "cases"),
        stays=frozenset({"id", "account_id", "case_id", "at", "by", "what"}),
        becomes={"details": {}},
        why=REPORTS,
    ),
    "outage_hearings": Part(
        group="contacts",
        ours=through("contact_id", "interactions"),
        stays=frozenset({"case_id", "contact_id", "account_id", "at"}),
        why=REPORTS,
    ),
    "announcement_hearings": Part(
        group="contacts",
        ours=through("contact_id", "interactions"),
        stays=frozenset({"announcement_id", "contact_id", "account_id", "at"}),
        why=REPORTS,
    ),
    "activities": Part(group="cases", ours=either(of("customer_id"), through("case_id", "cases"))),
    "work_orders": Part(group="cases", stays=staying.WORK_ORDER, why=REPORTS),
    "work_order_closings": Part(
        group="cases",
        ours=through("order_id", "work_orders"),
        stays=staying.CLOSING,
        why=REPORTS,
    ),
    "work_order_history": Part(
        group="cases",
        ours=through("order_id", "work_orders"),
        stays=frozenset({"id", "account_id", "order_id", "at", "by", "way", "what"}),
        becomes={"details": {}},
        why=REPORTS,
    ),
    "visits": Part(
        group="cases",
        ours=through("order_id", "work_orders"),
        stays=staying.VISIT,
        why=REPORTS,
    ),
    "work_order_files": Part(group="notes", ours=through("order_id", "work_orders"), exported=False),
    "customer_notes": Part(group="notes"),
    "attachments": Part(group="notes"),
    "owned_products": Part(group="has"),
    "deliveries": Part(group="has"),
    "devices": Part(group="has"),
    "warranties": Part(group="has"),
    "contracts": Part(
        group="money",
        stays=staying.OF_HELD
        | staying.MONEY
        | {"product_id", "period_months", "cost_minor", "ends_at", "end_reason"},
        becomes=staying.NO_EXTRAS,
        why=BOOKS,
    ),
    "orders": Part(
        group="money", stays=staying.OF_HELD | staying.MONEY, becomes={"custom": {}, "lines": []}, why=BOOKS
    ),
    "invoices": Part(
        group="money", stays=staying.BOOKED | {"contract_id", "due_at"}, becomes=staying.NO_EXTRAS, why=BOOKS
    ),
    "payments": Part(
        group="money", stays=staying.BOOKED | {"invoice_id", "method"}, becomes=staying.NO_EXTRAS, why=BOOKS
    ),
    "payables": Part(
        group="money", stays=staying.BOOKED | {"due_at", "paid_at"}, becomes=staying.NO_EXTRAS, why=BOOKS
    ),
    "cost_entries": Part(
        group="money",
        stays=frozenset(
            {"id", "account_id", "kind", "source", "quantity", "unit_cost_milli", "amount_minor", "at"}
        ),
        why=BOOKS,
    ),
    "customer_values": Part(group="value"),
    "hand_classes": Part(group="value"),
    "class_changes": Part(group="value"),
    "product_offer_decisions": Part(group="value"),
    "import_rows": Part(
        group="traces",
        stays=frozenset({"import_id", "line", "state"}),
        becomes={"before": {}, "cells": [], "reasons": []},
        why=PROOF,
    ),
    "audit": Part(
        group="traces",
        ours=named_in("subject", "customer"),
        stays=frozenset({"id", "account_id", "at", "by", "action", "subject"}),
        becomes={"before": {}, "after": {}},
        why=PROOF,
    ),
    "outbox": Part(group="traces", ours=named_in("target", "customer")),
}
"""Every table with something of a person; what further ones quote of him, `quotes` finds."""


def his(table: str, person: Person) -> ColumnElement[bool]:
    """Which rows of this table are his, in his account."""
    rows, part = Base.metadata.tables[table], PARTS[table]
    ours = part.ours(rows, person)
    return and_(rows.c.account_id == person.account_id, ours) if "account_id" in rows.c else ours


def emptied(table: str) -> dict[str, Any]:
    """What the columns of rows that stay become, without those that stay as they are.

    Raises LookupError for a column that can be neither: somebody has to decide about it.
    """
    part, rows = PARTS[table], Base.metadata.tables[table]
    decided = part.stays | part.becomes.keys() | {"version"}
    return dict(part.becomes) | {one.name: _empty(one) for one in rows.columns if one.name not in decided}


def _empty(column: Column[Any]) -> Any:
    if column.nullable:
        return None
    if column.type.python_type is str:
        return ""
    raise LookupError(f"say in crm_core.privacy.parts what becomes of {column.table.name}.{column.name}")
