"""What segments can ask of a customer: his record, the account's own fields, his value, what he did lately."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Float, and_, cast, exists, func, literal, select
from sqlalchemy.orm import Session

from crm_core.cases import Case
from crm_core.contracts import Contract
from crm_core.custom_fields import CustomField
from crm_core.customer_segments.conditions import Field
from crm_core.customers import Customer
from crm_core.interactions import Interaction
from crm_core.lifecycle import NEXT
from crm_core.orders import Order
from crm_core.products import OwnedProduct, Product
from crm_core.tags import CustomerTag
from crm_core.value.customer_values import CustomerValue

DAY_SECONDS = 86_400.0
CUSTOM = "custom."


def fields(session: Session, account_id: int, *, now: float) -> dict[str, Field]:
    """By name, those of the account's own beginning with "custom."."""
    own = session.scalars(
        select(CustomField)
        .where(CustomField.account_id == account_id, CustomField.retired_at.is_(None))
        .order_by(CustomField.position, CustomField.key)
    ).all()
    return {**_common(now), **_custom(own)}


def _common(now: float) -> dict[str, Field]:
    def days_since(column: Any) -> Any:
        return (literal(now) - column) / DAY_SECONDS

    return {
        "name": Field("name", Customer.search_text),
        "kind": Field("choice", Customer.kind, ("person", "company")),
        "stage": Field("choice", Customer.stage, tuple(NEXT)),
        "language": Field("choice", Customer.language),
        "tag": Field("tag", _has_tag),
        "owns": Field("tag", lambda key: _owns(key, now)),
        "value_class": Field("choice", Customer.value_class, ("A", "B", "C")),
        "value": Field("number", CustomerValue.value_minor),
        "potential": Field("number", CustomerValue.potential_minor),
        "cost_last_year": Field("number", CustomerValue.cost_last_year_minor),
        "recency": Field("number", CustomerValue.recency),
        "frequency": Field("number", CustomerValue.frequency),
        "money": Field("number", CustomerValue.money),
        "known_days": Field("days", days_since(Customer.created_at)),
        "last_contact_days": Field("days", days_since(_latest(Interaction.arrived_at, Interaction))),
        "contacts_90_days": Field(
            "number", _count(Interaction, Interaction.arrived_at >= now - 90 * DAY_SECONDS)
        ),
        "abandoned_90_days": Field(
            "number",
            _count(
                Interaction,
                Interaction.arrived_at >= now - 90 * DAY_SECONDS,
                Interaction.outcome == "abandoned",
            ),
        ),
        "open_cases": Field("number", _count(Case, Case.is_open)),
        "contracts": Field("number", _count(Contract, Contract.status == "active")),
        "orders": Field("number", _count(Order, Order.status != "cancelled")),
        "last_order_days": Field("days", days_since(_latest(Order.dated_at, Order))),
    }


def _custom(own: Sequence[CustomField]) -> dict[str, Field]:
    return {CUSTOM + row.key: _own_field(row) for row in own}


def _own_field(row: CustomField) -> Field:
    value = Customer.custom[row.key].as_string()
    labels = {"es": row.label_es, "en": row.label_en}
    match row.type:
        case "number":
            return Field("number", cast(value, Float), labels=labels)
        case "choice":
            return Field("choice", value, tuple(str(choice["key"]) for choice in row.choices), labels)
        case "yes_no":
            # SQLite gives a JSON truth as 1, PostgreSQL as the word
            words = func.replace(func.replace(value, "true", "1"), "false", "0")
            return Field("choice", words, ("0", "1"), labels)
    return Field("text", value, labels=labels)


def _mine(table: Any) -> ColumnElement[bool]:
    return and_(table.account_id == Customer.account_id, table.customer_id == Customer.id)


def _count(table: Any, *conditions: Any) -> Any:
    return (
        select(func.count())
        .select_from(table)
        .where(_mine(table), *conditions)
        .correlate(Customer)
        .scalar_subquery()
    )


def _latest(column: Any, table: Any) -> Any:
    return select(func.max(column)).where(_mine(table)).correlate(Customer).scalar_subquery()


def _has_tag(tag: str) -> ColumnElement[bool]:
    return exists().where(_mine(CustomerTag), CustomerTag.tag == tag.casefold()).correlate(Customer)


def _owns(key: str, now: float) -> ColumnElement[bool]:
    return (
        exists()
        .where(
            _mine(OwnedProduct),
            OwnedProduct.status == "owned",
            func.coalesce(OwnedProduct.until, now + 1) > now,
            OwnedProduct.product_id == Product.id,
            Product.key == key,
        )
        .correlate(Customer)
    )
