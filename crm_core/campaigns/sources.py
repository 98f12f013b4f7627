"""Where leads come from: the customers of a segment, as it is now, or those of an import. Prospects too."""

from collections.abc import Iterable, Sequence
from typing import Literal

from sqlalchemy import BindParameter, Select, bindparam, select
from sqlalchemy.orm import Session

from crm_core import imports
from crm_core.contact_points import Phone
from crm_core.customer_segments import segments
from crm_core.customers import Customer
from crm_core.imports import ImportRow
from crm_core.phone_numbers import PhoneKind
from ctiserver.core.errors import Refusal
from ctiserver.core.message import Frozen

_KINDS = {PhoneKind.MOBILE: 0, PhoneKind.LANDLINE: 1}


class Source(Frozen):
    """A segment or an import of the account, by its id."""

    kind: Literal["segment", "import"]
    id: int


def customers(session: Session, account_id: int, source: Source, *, now: float) -> Select[Customer]:
    """Those who are in it, each once. Raises NotFound, ConfigError, Refusal for an import that is not done."""
    if source.kind == "segment":
        tree = segments.segment(session, account_id, source.id).conditions
        return segments.in_segment(session, account_id, tree, now=now)
    found = imports.import_(session, account_id, source.id)
    if found.state != imports.DONE:
        raise Refusal(
            "import_not_done", "this import has not ended well: wait for its end, or choose another one"
        )
    rows = select(ImportRow.customer_id).where(ImportRow.import_id == found.id)
    return select(Customer).where(Customer.account_id == account_id, Customer.id.in_(rows))


def numbers(
    session: Session, account_id: int, customer_ids: Sequence[int], *, now: float
) -> dict[int, list[str]]:
    """The numbers of each who has any, in the order in which he is called: the preferred one, mobiles, landlines."""
    query = select(Phone.customer_id, Phone.e164, Phone.kind, Phone.preferred, Phone.known_at).where(
        Phone.account_id == account_id,
        Phone.customer_id.in_(these(customer_ids)),
        Phone.valid_until.is_(None) | (Phone.valid_until > now),
    )
    phones = sorted(
        session.execute(query),
        key=lambda one: (not one.preferred, _KINDS.get(PhoneKind(one.kind), 2), one.known_at, one.e164),
    )
    found: dict[int, list[str]] = {}
    for phone in phones:
        found.setdefault(phone.customer_id, []).append(phone.e164)
    return found


def these(ids: Iterable[int]) -> BindParameter[list[int]]:
    """The ids for `in_`, written into the statement: thousands of parameters cost the driver more than the database."""
    return bindparam("these", list(ids), expanding=True, literal_execute=True)
