"""The list of customers with its filters, page by page."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.customers import Customer
from crm_core.paging import By, Page, page
from crm_core.tags import CustomerTag


def listed(
    session: Session,
    account_id: int,
    *,
    kind: str | None = None,
    stage: str | None = None,
    value_class: str | None = None,
    tag: str | None = None,
    supplier: bool | None = None,
    changed_since: float | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Customer]:
    """Those for whom all filters hold, in the order in which they became known."""
    query = select(Customer).where(Customer.account_id == account_id)
    for column, wanted in (
        (Customer.kind, kind),
        (Customer.stage, stage),
        (Customer.value_class, value_class),
        (Customer.is_supplier, supplier),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    if changed_since is not None:
        query = query.where(Customer.updated_at >= changed_since)
    if tag is not None:
        tagged = select(CustomerTag.customer_id).where(
            CustomerTag.account_id == account_id, CustomerTag.tag == tag.casefold()
        )
        query = query.where(Customer.id.in_(tagged))
    return page(session, query, [By(Customer.id)], cursor=cursor, limit=limit)


def display_names(session: Session, account_id: int, customer_ids: Iterable[int]) -> dict[int, str]:
    """What customers are called, by their ids; "" for who was erased or is part of another record."""
    wanted = set(customer_ids)
    found = session.scalars(
        select(Customer).where(Customer.account_id == account_id, Customer.id.in_(wanted))
    )
    return dict.fromkeys(wanted, "") | {one.id: one.display_name for one in found}
