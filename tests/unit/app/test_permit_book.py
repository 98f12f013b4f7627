"""What the switch asks before it dials a customer, answered by a real store."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from twisted.internet.defer import maybeDeferred

from crm_core import schema
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.permission import permit
from crm_core.phone_numbers import E164
from ctiserver.app.permit_book import StorePermitBook
from ctiserver.core.permit import Channel, Permit, Purpose

NUMBER = E164("+56971884213")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    url = f"sqlite:///{tmp_path}/crm.sqlite"
    schema.upgrade(url)
    return Store(url)


def test_a_permit_dials_its_number_once_and_again_for_the_same_leg_only(store: Store) -> None:
    at = 1_789_390_800.0  # Monday, 14 September 2026, 10:00 in Santiago

    def grant(session: Any) -> Any:
        ana = add_customer(session, 1, name="Ana", phones=[NUMBER], now=1.0)
        how = {"channel": Channel.PHONE, "purpose": Purpose.SERVICE, "automatic": False, "now": at}
        return permit(session, 1, ana.id, NUMBER, **how)

    held = store.write(grant)
    assert isinstance(held, Permit)
    book = StorePermitBook(store=store, now=lambda: at + 1, in_thread=maybeDeferred)

    def use(one: Permit, number: str = NUMBER, leg: str = "leg-1") -> Any:
        outcome: list[Any] = []
        book.use(one, number, leg).addBoth(outcome.append)
        return getattr(getattr(outcome[0], "value", None), "error_id", outcome[0])

    with store:
        assert use(replace(held, permit_id=77)) == "permit_unknown"
        assert use(held, "+56222293066") == "permit_other_address"
        assert use(held) is None
        assert use(held) is None
        assert use(held, leg="leg-2") == "permit_used"
