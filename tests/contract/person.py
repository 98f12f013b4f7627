"""A person of whom every table holds something: a row for each, its texts marked where they must not survive."""

from typing import Any

from sqlalchemy import JSON, Boolean, Column, Table, Text, insert
from sqlalchemy.orm import Session

from crm_core.base import Base, clean
from crm_core.customers import Customer
from crm_core.privacy.parts import PARTS
from crm_core.products import Product

MARK, STAYS = "zqzqmark", "reported"
CONTACT = "c-1"
_CHOSEN: dict[str, Any] = {
    "cases.kind": "help",
    "cases.state": "new",
    "cases.priority": "normal",
    "imports.state": "done",
    "import_rows.state": "changed",
    "merges.moved": [[MARK]],
    "interactions.id": CONTACT,
    "interactions.candidate_ids": [1],
    "interactions.decisions": [{"said": STAYS}],
    "askings.contact_id": CONTACT,
    "guesses.contact_id": CONTACT,
    "guesses.treatment": "offered",
    "case_contacts.contact_id": CONTACT,
    "outside_calls.contact": CONTACT,
    "outage_hearings.contact_id": CONTACT,
    "announcement_hearings.contact_id": CONTACT,
    "action_results.contact_id": CONTACT,
    "caller_secrets.subject": "customer",
    "caller_secrets.subject_id": "1",
    "caller_secrets.kind": "pin",
    "hand_classes.value_class": "A",
    "duplicate_pairs.state": "open",
    "customer_values.value_class": "A",
    "activities.kind": "task",
    "dials.state": "planned",
    "recordings.state": "kept",
    "dials.afterwards": "nothing",
    "product_offer_decisions.feeling": 4,
    "legal_holds.lifted_at": 9.0,
    "consents.expires_at": 9.0,
    "do_not_call.until": None,
    "merges.undone_at": 9.0,
    "work_orders.kind": "repair",
    "work_orders.state": "created",
    "work_orders.priority": "normal",
    "work_order_closings.code": "done",
    "work_order_closings.way": "page",
    "work_order_history.way": "page",
    "visits.answer": "confirmed",
    "inversions.cause": "emergency",
}


def fill(session: Session, owner: Customer, other: Customer, number: str) -> None:
    """A row of each table that is a person's, of `owner`; `other` is somebody to whom he is related."""
    product = Product(account_id=1, key="boiler", name="Boiler", updated_at=1.0)
    session.add(product)
    session.flush()
    known: dict[str, Any] = {"products": product.id, "customers": owner.id}
    for table in Base.metadata.sorted_tables:
        if table.name in ("accounts", "announcements", "imports", "product_offers", "script_versions"):
            known[table.name] = 1 if table.name == "accounts" else _insert(session, table, {}, known)
        elif table.name in PARTS and table.name not in ("customers", "phones"):
            known[table.name] = _insert(session, table, _links(table, owner, other, number), known)


def _links(table: Table, owner: Customer, other: Customer, number: str) -> dict[str, Any]:
    first, second = sorted((owner.id, other.id))
    links = {
        "customer_id": owner.id,
        "other_id": second if table.name == "duplicate_pairs" else other.id,
        "one_id": first,
        "kept_id": owner.id,
        "merged_id": owner.id,
        "subject": f"customer {owner.id}",
        "target": f"customer {owner.id}",
    }
    chosen = {name: value for name, value in links.items() if name in table.c}
    if table.name == "cases":
        del chosen["subject"]
    if table.name in ("activities", "work_orders"):
        del chosen["subject"]
    if table.name == "do_not_call":
        chosen |= {"address": number, "on_list": "own"}
    return chosen


def _insert(session: Session, table: Table, chosen: dict[str, Any], known: dict[str, Any]) -> Any:
    values = {column.name: _value(table, column, chosen, known) for column in table.columns}
    values = {name: value for name, value in values.items() if value is not ...}
    key = session.execute(insert(table).values(values)).inserted_primary_key
    return values.get("id", key[0] if key else None)


def _value(table: Table, column: Column[Any], chosen: dict[str, Any], known: dict[str, Any]) -> Any:
    named = f"{table.name}.{column.name}"
    if named in _CHOSEN:
        return _CHOSEN[named]
    if column.name in chosen:
        return chosen[column.name]
    if column.name == "account_id":
        return 1
    for key in column.foreign_keys:
        if key.column.name == "id":
            return known.get(key.column.table.name)
    if column.primary_key and column.type.python_type is int and column.name == "id":
        return ...
    stays = table.name not in PARTS or column.name in PARTS[table.name].stays
    word = clean(STAYS if stays else MARK)
    if isinstance(column.type, JSON):
        return {"said": word}
    if isinstance(column.type, Text) or column.type.python_type is str:
        return word
    if isinstance(column.type, Boolean):
        return False
    return column.type.python_type(7)


def everything(session: Session) -> str:
    """All rows of all tables as one text."""
    return repr([session.execute(table.select()).all() for table in Base.metadata.sorted_tables])
