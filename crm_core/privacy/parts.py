"""What every table holds of a person, and what becomes of it when he is erased: one row for each table.

Three things can happen. Rows go. Or they stay without him, for a reason: times, queue and outcome of a contact are
the company's reports, sums of money its books; then each column that is not named as staying is emptied, so that a
column that is added some day is erased until somebody decides otherwise. Or they are nobody's: the tables of
`NOT_OF_PERSONS`. A test walks all tables and columns and fails for one that nobody has decided about.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, and_, false, or_, select

from crm_core.base import Base
from crm_core.privacy import staying

Ours = Callable[[Table, "Person"], ColumnElement[bool]]
"""Which rows of a table are a person's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whose data it is. `ids`: his record and those merged into it, his own first.

    `addresses`: his telephone numbers and e-mails that no other customer of the account has, and `written`: those
    and every way in which a trunk may write such a number.
    """

    account_id: int
    ids: tuple[int, ...]
    addresses: tuple[str, ...] = ()
    written: tuple[str, ...] = ()

    @property
    def id(self) -> int:
        """His own record."""
        return self.ids[0]


def of(*columns: str) -> Ours:
    """Rows that name him in one of these columns."""
    return lambda table, person: or_(*(table.c[name].in_(person.ids) for name in columns))


def through(column: str, parent: str) -> Ours:
    """Rows that belong to a row of another table that is his."""

    def ours(table: Table, person: Person) -> ColumnElement[bool]:
        owner = Base.metadata.tables[parent]
        key = next(iter(owner.primary_key.columns))
        return table.c[column].in_(select(key).where(his(parent, person)))

    return ours


def either(*ways: Ours) -> Ours:
    """Rows that are his one way or the other."""
    return lambda table, person: or_(*(way(table, person) for way in ways))


def _calls(table: Table, person: Person) -> ColumnElement[bool]:
    """Also those that came from his number before anybody knew whose it was."""
    unknown = (
        and_(table.c.customer_id.is_(None), table.c.ani.in_(person.written)) if person.written else false()
    )
    return or_(of("customer_id")(table, person), unknown)


def _named_in(column: str, *words: str) -> Ours:
    """Rows whose text begins with "customer ID", alone or with more behind it."""

    def ours(table: Table, person: Person) -> ColumnElement[bool]:
        names = [f"{word} {number}" for word in words for number in person.ids]
        exact = table.c[column].in_(names)
        return or_(exact, *(table.c[column].startswith(f"{name} ", autoescape=True) for name in names))

    return ours


def _his_secrets(table: Table, person: Person) -> ColumnElement[bool]:
    return and_(table.c.subject == "customer", table.c.subject_id.in_([str(one) for one in person.ids]))


def _at_his_addresses(table: Table, person: Person) -> ColumnElement[bool]:
    return table.c.address.in_(person.addresses)


def _called_there(table: Table, person: Person) -> ColumnElement[bool]:
    return table.c.number.in_(person.addresses)


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
        stays=frozenset(
            {"id", "account_id", "kind", "is_customer", "is_supplier", "stage", "merged_into", "created_at"}
            | {"updated_at", "erased_at"}
        ),
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
        ours=_at_his_addresses,
        stays=frozenset(
            {"id", "account_id", "address", "on_list", "since", "until", "source", "by", "ended_by"}
        ),
        why=LIST,
    ),
    "interactions": Part(
        group="contacts",
        ours=_calls,
        stays=staying.CONTACT,
        becomes={"candidate_ids": [], "collected": {}, "collected_as": {}, "acts": [], "to_call_back": False},
        why=REPORTS,
    ),
    "action_results": Part(group="contacts"),
    "spoken_names": Part(group="reach", exported=False),
    "caller_secrets": Part(group="reach", ours=_his_secrets, exported=False),
    "segments": Part(
        group="contacts", ours=through("interaction_id", "interactions"), stays=staying.SEGMENT, why=REPORTS
    ),
    "offers": Part(
        group="contacts", ours=through("interaction_id", "interactions"), stays=staying.OFFER, why=REPORTS
    ),
    "third_parties": Part(
        group="contacts",
        ours=through("interaction_id", "interactions"),
        stays=frozenset({"interaction_id", "ordinal", "account_id", "asked_by", "agent", "outcome", "reason"})
        | {"called_at", "answered_at", "heard_at", "ended_at"},
        why=REPORTS,
    ),
    "inversions": Part(
        group="contacts",
        ours=either(through("served_id", "interactions"), through("waited_id", "interactions")),
        stays=frozenset({"served_id", "waited_id", "chosen_at", "account_id"})
        | {"queue", "agent", "cause", "first"},
        why=REPORTS,
    ),
    "queue_visits": Part(
        group="contacts",
        ours=through("interaction_id", "interactions"),
        stays=frozenset({"interaction_id", "ordinal", "account_id", "queue", "value_class"})
        | {"entered_at", "left_at", "result", "agent"},
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
        stays=frozenset({"contact_id", "account_id", "kind", "recency", "probability", "treatment", "node"})
        | {"at", "taken_at", "goal_at", "about"},
        why=REPORTS,
    ),
    "disposition_effects": Part(
        group="contacts",
        stays=frozenset({"contact_id", "account_id", "customer_id", "campaign_id", "agent", "code", "effect"})
        | {"at", "made"},
        becomes={"given": {}},
        why=REPORTS,
    ),
    "outside_calls": Part(
        group="contacts",
        ours=either(through("contact", "interactions"), _called_there),
        stays=frozenset(
            {"id", "account_id", "contact", "agent", "dialed_at", "ended_at", "result", "seconds"}
        )
        | {"cost_minor", "trunk", "sip_code"},
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
        stays=frozenset({"id", "account_id", "order_id", "ordinal", "key", "code", "asked_at", "arrived_at"})
        | {"at", "by", "technician", "way", "contact_id", "flags", "follow_up_id", "reopened_at", "survey"}
        | {"solved", "grade", "answered_at"},
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
        stays=frozenset({"order_id", "account_id", "booked_in", "agreed_at", "asked_from_at", "dial_id"})
        | {"answer", "answered_at", "answered_in"},
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
        ours=_named_in("subject", "customer"),
        stays=frozenset({"id", "account_id", "at", "by", "action", "subject"}),
        becomes={"before": {}, "after": {}},
        why=PROOF,
    ),
    "outbox": Part(group="traces", ours=_named_in("target", "customer")),
}
"""Every table with something of a person; what further ones quote of him, `quotes` finds."""

NOT_OF_PERSONS: dict[str, str] = {
    "accounts": "the companies that are served",
    "address_salts": "chance, with which addresses on the list are made unreadable",
    "agent_queues": "who of the staff serves what",
    "agent_skills": "what the staff knows",
    "agent_statuses": "when the staff was available",
    "agents": "the staff's telephones",
    "api_tokens": "other programs",
    "case_calendars": "opening hours",
    "case_filters": "views that the staff saved",
    "case_targets": "promises by kind",
    "configuration_version": "a number",
    "contact_reasons": "words to choose from",
    "custom_fields": "which fields there are",
    "customer_segments": "conditions, never lists of people",
    "dispositions": "words to choose from",
    "figure_looks": "who looked at figures of the staff",
    "forecast_intervals": "how many calls are expected",
    "erasures": "that somebody was erased, not who",
    "flow_versions": "texts of flows",
    "flows_in_force": "which of them callers hear",
    "imports": "how many rows a file had; its file goes with whoever is in it",
    "legal_profiles": "rows of the law",
    "campaigns": "whom agents call about one thing",
    "campaign_loads": "how many customers a campaign was given",
    "offices": "where customers are served",
    "opening_hours": "when a queue serves",
    "announcements": "what callers are told",
    "outages": "where supply is cut, by comuna",
    "outside_rules": "which numbers the staff may dial",
    "parts": "what technicians use up",
    "pause_reasons": "words to choose from",
    "product_offers": "what is offered to everybody",
    "products": "the catalogue",
    "queue_skills": "what a queue needs",
    "queues": "where contacts wait",
    "reader_positions": "how far the journal was read",
    "saved_numbers": "numbers of businesses that the staff calls",
    "script_versions": "texts that agents read",
    "scripts_in_force": "which of them",
    "shifts": "when the staff works",
    "skills": "what there is to know",
    "spellings": "words without their owners; those that nobody else bears go with him",
    "stock_movements": "parts that came and went, for which order",
    "team_members": "the staff",
    "teams": "the staff",
    "technician_calls": "how far a technician's call has come",
    "technicians": "the staff",
    "users": "the staff",
    "value_runs": "parameters over all customers",
    "value_settings": "what value is computed with",
    "visit_capacity": "how many visits technicians make",
    "web_sessions": "the staff's log-ins",
    "webhooks": "programs that are told; what they are told and is not sent, goes",
}
"""Tables without a person's data, and what they hold instead."""


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
