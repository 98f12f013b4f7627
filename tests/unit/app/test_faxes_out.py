"""The chore that sends faxes: asks Asterisk once for each attempt that is not begun, and notes how each ended."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy.orm import Session

from crm_core import attachments, faxes_out, schema
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.outbox import OutboxItem
from crm_core.permission import legal_profiles
from crm_core.permission.profile import shipped
from crm_core.phone_numbers import E164
from crm_core.provenance import UNKNOWN_ORIGIN
from ctiserver.app import faxes_out as chore_module
from ctiserver.app.fax_pages import pdf_of
from ctiserver.app.faxes_out import FaxesOut
from ctiserver.core.config import Asterisk, Config, Dialing, Installation
from ctiserver.core.errors import SwitchUnreachable
from ctiserver.core.permit import Purpose
from ctiserver.core.trunk import Trunk
from ctiserver.process import folders

NOW = 1_790_000_000.0


class Office:
    """The store, Asterisk's folder, and what Asterisk was asked for."""

    def __init__(self, store: Store, config: Config) -> None:
        self.store, self.config, self.asked, self.is_away = store, config, [], False  # type: ignore[var-annotated]
        self.folder = folders.fax_out_dir(config)
        self.folder.mkdir(parents=True)
        self.chore = FaxesOut(store, config)

    def send(self, _config: Config, folder: Path, attempt: str, number: str) -> None:
        if self.is_away:
            raise SwitchUnreachable("away")
        assert (folder / f"{attempt}.tif").exists()
        self.asked.append(attempt)

    def notes(self, end: str = "") -> None:
        ended = f"ended|1020|{end}|16|1|T38||\n" if end else ""
        (self.folder / f"{self.asked[-1]}.txt").write_text(f"begun|{NOW}|+5622|+5697\n{ended}")

    def post(self, document: bytes) -> None:
        def post(session: Session) -> None:
            who = add_customer(session, 1, name="Ana", phones=[E164("+56971884213")], now=1.0)
            kept = folders.attachments_dir(self.config)
            file = attachments.attach(
                session, kept, 1, who.id, "carta", document, origin=UNKNOWN_ORIGIN, now=1.0
            )
            faxes_out.post(
                session,
                1,
                who.id,
                number="+56971884213",
                attachment_id=file.id,
                purpose=Purpose.EMERGENCY,
                about=("test", "1"),
                by="ann",
                now=NOW,
            )

        self.store.write(post)

    @property
    def row(self) -> OutboxItem:
        return self.store.read(lambda session: session.get_one(OutboxItem, "fax:1:test:1"))

    def left(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir())


@pytest.fixture
def document(tmp_path: Path) -> bytes:
    Image.new("1", (1728, 300), 1).save(tmp_path / "page.tif", compression="group4", dpi=(204, 98))
    return pdf_of(tmp_path / "page.tif")[0]


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    url = f"sqlite:///{tmp_path / 'crm.sqlite'}"
    schema.upgrade(url)
    config = replace(
        Config(),
        installation=Installation(state_dir=tmp_path / "state"),
        asterisk=Asterisk(trunks=(Trunk(name="pstn", host="192.0.2.1"),)),
        dialing=Dialing(trunk="pstn"),
    )
    with Store(url) as store:
        for row in shipped():
            store.write(legal_profiles.confirm, 1, row, expected_version=0, by="a", name="a", now=1.0)
        made = Office(store, config)
        monkeypatch.setattr(chore_module.fax_line, "send", made.send)
        yield made


def test_a_fax_is_drawn_sent_and_put_away(office: Office, document: bytes) -> None:
    office.post(document)
    assert office.chore.turn(NOW) is True
    office.notes()
    assert office.chore.turn(NOW + 2) is False
    assert len(office.asked) == 1, "what Asterisk has begun is not asked for again"
    office.notes("SUCCESS")
    office.chore.turn(NOW + 30)
    assert (faxes_out.state_of(office.row), office.left()) == ("sent", [])
    assert office.row.body["tries"][0]["t38"] is True


def test_what_was_claimed_and_never_begun_is_asked_for_again_after_a_crash(
    office: Office, document: bytes
) -> None:
    office.post(document)
    office.is_away = True
    office.chore.turn(NOW)
    office.is_away = False
    FaxesOut(office.store, office.config).turn(NOW + 10)
    assert office.asked == [office.row.body["attempt"]]
    assert office.row.attempts == 1


def test_asterisk_that_stays_away_longer_than_the_permit_costs_an_attempt_not_the_fax(
    office: Office, document: bytes
) -> None:
    office.post(document)
    office.is_away = True
    office.chore.turn(NOW)
    office.chore.turn(NOW + 301)
    assert (office.row.last_error, faxes_out.state_of(office.row)) == ("unreachable", "waiting")
    assert office.row.due_at > NOW + 301


@pytest.mark.parametrize(("status", "result"), [("BUSY", "busy"), ("FAILED", "failed")])
def test_one_that_failed_is_tried_again_by_the_policy_of_dials_and_then_given_up(
    office: Office, document: bytes, status: str, result: str
) -> None:
    office.post(document)
    now = NOW
    for attempt in range(1, faxes_out.ATTEMPTS_AT_MOST + 1):
        office.chore.turn(now)
        office.notes(status)
        office.chore.turn(now + 30)
        assert (office.row.attempts, office.row.last_error) == (attempt, result)
        now = office.row.due_at
    assert faxes_out.state_of(office.row) == "failed"
    assert len(set(office.asked)) == faxes_out.ATTEMPTS_AT_MOST


def test_what_cannot_be_drawn_is_given_up_and_says_why(office: Office) -> None:
    office.post(b"%PDF-1.4 nonsense")
    office.chore.turn(NOW)
    assert (faxes_out.state_of(office.row), office.asked, office.left()) == ("failed", [], [])
    assert (office.row.last_error or "").startswith("no_document")


def test_without_a_trunk_faxes_wait(office: Office, document: bytes) -> None:
    office.post(document)
    assert FaxesOut(office.store, replace(office.config, dialing=Dialing())).turn(NOW) is False
    assert faxes_out.state_of(office.row) == "waiting"
