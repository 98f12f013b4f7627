"""What is on record of a call that an agent made himself, and what it counts as."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from crm_core import schema
from crm_core.db import Store
from crm_core.interaction_writer import apply_batch
from crm_core.interactions import Interaction, called_us
from crm_core.reader_positions import EventId
from ctiserver.core import events as e

ANN: Any = "ann"
BEGUN: tuple[Any, ...] = (
    e.ContactArrived(
        at=1.0,
        contact="c",
        account_id=1,
        leg="",
        did="",
        pii_number="+56971884213",
        language="es",
        flow="",
        flow_version="",
        channel="outbound",
    ),
    e.CallOutBegun(at=1.0, contact="c", agent=ANN, queue="service", purpose="information"),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'crm.sqlite'}"
    schema.upgrade(url)
    with Store(url) as opened:
        yield opened


def written(store: Store, *events: Any) -> Interaction:
    batch = [(EventId(1, 1, n), event) for n, event in enumerate((*BEGUN, *events), start=1)]
    store.write(apply_batch, batch)
    return store.read(lambda session: session.get_one(Interaction, "c"))


def test_who_did_not_answer_is_on_record_with_who_called_what_for_and_why_and_nobody_has_to_call_him(
    store: Store,
) -> None:
    row = written(
        store,
        e.CallOutFailed(at=9.0, contact="c", agent=ANN, reason="busy"),  # type: ignore[arg-type]
        e.ContactEnded(at=9.0, contact="c", where="offer", by="switch"),  # type: ignore[arg-type]
    )
    assert (row.channel, row.outcome, row.queue, row.to_call_back) == (
        "outbound",
        "not_reached",
        "service",
        False,
    )
    assert [(one["act"], one["by"], one["reason"]) for one in row.acts] == [
        ("called", "ann", "information"),
        ("not_reached", "ann", "busy"),
    ]


def test_it_is_none_of_those_who_called_us(store: Store) -> None:
    segment: dict[str, Any] = {"contact": "c", "agent": ANN, "queue": "service", "segment": 1}
    row = written(
        store,
        e.ContactConnected(at=5.0, leg="l", began="called", **segment),
        e.ContactEnded(at=9.0, contact="c", where="talk", by="caller"),  # type: ignore[arg-type]
    )
    assert (row.outcome, row.queued_at, row.we_called) == ("answered", None, True)
    assert store.read(lambda session: session.scalars(select(Interaction.id).where(called_us())).all()) == []
