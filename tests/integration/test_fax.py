"""Faxes between two Asterisks on loopback: over T.38 and as sound, out and in, with the server dead and killed.

The center's trunk leads to the other Asterisk, whose own trunk leads back. What needs no server goes both ways at once.
"""

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm_core import attachments, case_fax, faxes_out
from crm_core.cases import Case
from crm_core.customers import add_customer
from crm_core.outbox import OutboxItem
from crm_core.permission import legal_profiles
from crm_core.permission.permits import PermitUse
from crm_core.permission.profile import shipped
from crm_core.phone_numbers import E164
from crm_core.provenance import UNKNOWN_ORIGIN
from ctiserver.app import fax_pages
from ctiserver.asterisk import fax_line, fax_notes
from ctiserver.asterisk.fax_notes import FaxNotes
from ctiserver.core.permit import Purpose
from ctiserver.process import folders
from tests.integration.asterisk import PrivateAsterisk, private_asterisk
from tests.integration.daemon import RunningCenter, center
from tests.integration.sipp import until

pytestmark = pytest.mark.integration

OUR_FAX, HIS_FAX, OUR_SENDER = "+56221234570", "+56971884213", "+56221234567"
_CENTER = f"""
[[numbers]]
did = "{OUR_FAX}"
fax = true

[dialing]
trunk = "pstn"
caller_number = "{OUR_SENDER}"
look_every_seconds = 30
"""
_OTHER = """
[[numbers]]
did = "{number}"
fax = true

[dialing]
trunk = "sound"
caller_number = "{number}"

[[asterisk.trunks]]
name = "sound"
host = "127.0.0.1"
port = {port}
t38 = false
"""
_SECONDS = 120.0  # a page takes twenty on a quiet machine


def page(words: str) -> Image.Image:
    drawn = Image.new("1", (1728, 600), 1)
    pen = ImageDraw.Draw(drawn)
    pen.text((100, 60), words, fill=0)
    pen.ellipse((300, 100, 1300, 500), outline=0, width=7)
    return drawn


def dots(file: Path) -> bytes:
    with Image.open(file) as image:
        return image.convert("1").tobytes()


@dataclass
class Office:
    """The center, and the customer's fax machine behind its trunk."""

    center: RunningCenter
    other: PrivateAsterisk

    def over(self, file: Path) -> FaxNotes:
        """The notes when the fax has ended."""

        def ended() -> bool:
            notes = fax_notes.read(file)
            return notes is not None and notes.ended_at is not None

        until(ended, f"the end of {file.name}", _SECONDS, self.story)
        notes = fax_notes.read(file)
        assert notes is not None
        return notes

    def story(self) -> str:
        return f"{self.center.asterisk.log()[-2000:]}\n{self.other.log()[-2000:]}\n{self.center.log()}"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder, other_folder = tmp_path_factory.mktemp("center"), tmp_path_factory.mktemp("other")
    with center(folder, more=_CENTER, start=False) as c:
        (c.folder / "serve.log").touch()
        for row in shipped():
            c.store.write(legal_profiles.confirm, 1, row, expected_version=0, by="a", name="a", now=1.0)
        to_center = _OTHER.format(number=HIS_FAX, port=c.asterisk.sip_port)
        with private_asterisk(
            other_folder, numbers=False, more=to_center, sip_port=c.asterisk.emergency_port
        ) as other:
            yield Office(c, other)
            other.wait_quiet()
        c.stop()


def test_a_fax_that_comes_as_sound_while_the_server_is_dead_becomes_a_case(office: Office) -> None:
    c, other = office.center, office.other
    out, sent = folders.fax_out_dir(other.config), page("as sound, from him")
    sent.save(out / "fax-1.tif", compression="group4", dpi=(204, 98))
    owner = c.store.write(add_customer, 1, name="Proveedora", phones=[E164(HIS_FAX)], now=1.0).id

    fax_line.send(other.config, out, "fax-1", OUR_FAX)
    told = office.over(out / "fax-1.txt")
    assert (told.status, told.pages, told.t38) == ("SUCCESS", 1, False), told
    [file] = folders.fax_in_dir(c.asterisk.config).glob("*.txt")
    assert office.over(file).pages == 1
    assert dots(file.with_suffix(".tif")) == sent.tobytes()
    fax_line.send(other.config, out, "fax-1", OUR_FAX)  # asked again, nothing is dialled

    c.start()
    until(lambda: not file.exists(), "a case of the fax", 60, office.story)
    [only] = c.store.read(lambda session: list(session.scalars(select(Case))))
    assert (only.customer_id, only.channel, only.contact_id) == (owner, "fax", file.stem)
    pages = c.store.read(case_fax.fax_of, 1, only.id)
    assert pages is not None
    kept = case_fax.content_of(folders.attachments_dir(c.asterisk.config), 1, pages)
    assert kept.startswith(b"%PDF-")
    [contact] = c.interactions()  # and nobody takes him for a caller who was missed
    assert (contact.id, contact.channel, contact.outcome) == (file.stem, "fax", "received")


def test_a_document_goes_out_as_data_once_although_the_jobs_process_is_killed(
    office: Office, tmp_path: Path
) -> None:
    c = office.center
    tiff, drawn = tmp_path / "document.tif", tmp_path / "drawn.tif"
    page("a document, from us").save(tiff, compression="group4", dpi=(204, 98))
    document, _ = fax_pages.pdf_of(tiff)
    fax_pages.write_tiff(document, drawn)

    item_id = c.store.write(_post, folders.attachments_dir(c.asterisk.config), document)
    begun = folders.fax_out_dir(c.asterisk.config)
    until(lambda: list(begun.glob("*.txt")), "the dial of the fax", 60, office.story)
    os.kill(c.children()["jobs"], signal.SIGKILL)
    until(lambda: _item(c, item_id).done_at is not None, "a fax that is sent", _SECONDS, office.story)

    sent = _item(c, item_id)
    assert (sent.attempts, sent.last_error) == (1, None)
    [tried] = sent.body["tries"]
    assert (tried["result"], tried["pages"], tried["t38"]) == ("sent", 1, True)
    assert c.store.read(lambda session: session.scalar(select(func.count()).select_from(PermitUse))) == 1
    [received] = folders.fax_in_dir(office.other.config).glob("*.txt")
    assert office.over(received).station == OUR_SENDER
    assert dots(received.with_suffix(".tif")) == dots(drawn)
    until(lambda: not list(begun.iterdir()), "an empty folder", 30, office.story)


def _post(session: Session, folder: Path, document: bytes) -> str:
    now = time.time()
    who = add_customer(session, 1, name="Cliente", phones=[E164(HIS_FAX)], now=now)
    file = attachments.attach(
        session, folder, 1, who.id, "carta.pdf", document, origin=UNKNOWN_ORIGIN, now=now
    )
    item = faxes_out.post(
        session,
        1,
        who.id,
        number=HIS_FAX,
        attachment_id=file.id,
        purpose=Purpose.EMERGENCY,  # at any hour: tests run at night
        about=("test", "1"),
        by="ann",
        now=now,
    )
    return item.id


def _item(c: RunningCenter, item_id: str) -> OutboxItem:
    return c.store.read(lambda session: session.get_one(OutboxItem, item_id))
