"""The chore draws what suppliers asked for, once, and what nobody wants any more goes without a noise."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm_core import faxes_out, schema, statements
from crm_core.attachments import Attachment, content_of
from crm_core.contact_points import keep_phone
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.outbox import OutboxItem
from crm_core.permission import legal_profiles
from crm_core.permission.profile import shipped
from crm_core.phone_numbers import E164
from crm_core.provenance import UNKNOWN_ORIGIN
from ctiserver.app.statement_turns import StatementTurns
from ctiserver.core.config import Config, Installation
from ctiserver.process import folders

NOW = 1_790_000_000.0


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return replace(Config(), installation=Installation(state_dir=tmp_path / "state"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    def furnish(session: Session) -> None:
        who = add_customer(session, 1, name="Proveedora", phones=[], now=1.0)
        number = E164("+56221112222")
        keep_phone(session, 1, who.id, number, origin=UNKNOWN_ORIGIN, now=1.0, label="fax")
        for row in shipped():
            legal_profiles.confirm(session, 1, row, expected_version=0, by="a", name="a", now=1.0)
        told = statements.ask(session, 1, who.id, "fax", key="c-1:fax", language="es", by="flow", now=NOW)
        assert told == "accepted"

    url = f"sqlite:///{tmp_path / 'crm.sqlite'}"
    schema.upgrade(url)
    with Store(url) as opened:
        opened.write(furnish)
        yield opened


def test_a_statement_is_drawn_once_and_given_to_the_fax(store: Store, config: Config) -> None:
    chore = StatementTurns(store, config)
    assert [chore.turn(NOW), chore.turn(NOW + 600)] == [True, False]
    [file] = store.read(lambda session: list(session.scalars(select(Attachment))))
    assert content_of(folders.attachments_dir(config), file).startswith(b"%PDF-")
    [fax] = store.read(faxes_out.faxes_of, 1, 1).rows
    assert fax.body["attachment_id"] == file.id


def test_who_dies_while_drawing_draws_it_again_when_the_lease_is_over(store: Store, config: Config) -> None:
    store.write(statements.take, NOW)
    chore = StatementTurns(store, config)
    assert chore.turn(NOW + 1) is False
    assert chore.turn(NOW + statements.LEASE_SECONDS) is True
    assert store.read(lambda session: session.scalar(select(func.count()).select_from(Attachment))) == 1


def test_one_for_a_customer_who_is_gone_is_given_up(store: Store, config: Config) -> None:
    def lose(session: Session) -> None:
        item = session.scalars(select(OutboxItem)).one()
        item.body = item.body | {"customer_id": 99}

    store.write(lose)
    chore = StatementTurns(store, config)
    assert [chore.turn(NOW), chore.turn(NOW + statements.LEASE_SECONDS)] == [True, False]
    [item] = store.read(lambda session: list(session.scalars(select(OutboxItem))))
    assert (item.dead_at, item.last_error) == (NOW, "no_customer")
