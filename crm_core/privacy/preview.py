"""What an erasure would do, before anybody does it: what goes, what stays and why, what is still open with him."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm_core.cases import Case
from crm_core.contracts import Contract
from crm_core.customers import customer
from crm_core.invoices import open_amounts
from crm_core.privacy import erasure
from crm_core.privacy.export import counted
from crm_core.privacy.files import files_of
from crm_core.privacy.parts import PARTS
from crm_core.privacy.persons import person_of
from ctiserver.core.errors import Refusal


@dataclass(frozen=True, slots=True)
class Fate:
    """Rows of one group; `why` "": they go, else they stay without him for this reason."""

    group: str
    rows: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """`name` is what has to be typed; `forbidden_by` None: nothing forbids it now. `open_minor` by currency."""

    name: str
    fates: list[Fate]
    files: int
    open_cases: int
    running_contracts: int
    open_minor: dict[str, int]
    forbidden_by: Refusal | None


def preview(session: Session, account_id: int, customer_id: int, *, now: float) -> Preview:
    """Raises NotFound."""
    own = customer(session, account_id, customer_id)
    person = person_of(session, account_id, customer_id)
    rows: Counter[tuple[str, str]] = Counter()
    for table, count in counted(session, person).items():
        rows[PARTS[table].group, PARTS[table].why] += count
    cases = select(func.count(Case.id)).where(
        Case.account_id == account_id, Case.customer_id == own.id, Case.is_open
    )
    contracts = select(func.count(Contract.id)).where(
        Contract.account_id == account_id, Contract.customer_id == own.id, Contract.status == "active"
    )
    return Preview(
        name=own.display_name,
        fates=[Fate(group, count, why) for (group, why), count in rows.items()],
        files=len(files_of(session, person)),
        open_cases=session.scalar(cases) or 0,
        running_contracts=session.scalar(contracts) or 0,
        open_minor=open_amounts(session, account_id, own.id),
        forbidden_by=_forbidden(session, account_id, own.id, now),
    )


def _forbidden(session: Session, account_id: int, customer_id: int, now: float) -> Refusal | None:
    try:
        erasure.refuse_if_forbidden(session, account_id, customer_id, now=now)
    except Refusal as refusal:
        return refusal
    return None
