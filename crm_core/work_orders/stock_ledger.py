"""The ledger of parts as people read it: the latest movement first, page by page."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.paging import By, Page, page
from crm_core.work_orders.parts import Part, parts_of_account
from crm_core.work_orders.stock import StockMovement


def movements(
    session: Session,
    account_id: int,
    *,
    place: str | None = None,
    part_key: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[StockMovement]:
    """The account's movements, of one place or part if they are named. Raises Refusal for a wrong cursor."""
    query = select(StockMovement).where(StockMovement.account_id == account_id)
    if place is not None:
        query = query.where(StockMovement.place == place)
    if part_key is not None:
        query = query.join(Part, Part.id == StockMovement.part_id).where(Part.key == part_key)
    return page(session, query, [By(StockMovement.id, descending=True)], cursor=cursor, limit=limit)


def parts_by_id(session: Session, account_id: int) -> dict[int, Part]:
    """What the movements are of."""
    return {one.id: one for one in parts_of_account(session, account_id)}
