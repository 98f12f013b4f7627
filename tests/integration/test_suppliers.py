"""The suppliers' line of the demo, walked by a caller: who he is, his invoice, a statement by e-mail and by fax."""

import shutil
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select
from sqlalchemy.orm import Session

import ivr.demo
from crm_core import caller_secrets, faxes_out
from crm_core.contact_points import keep_email, keep_phone
from crm_core.customers import change_customer
from crm_core.outbox import OutboxItem
from crm_core.payables import Payable
from crm_core.permission import legal_profiles
from crm_core.permission.profile import shipped
from crm_core.phone_numbers import E164
from crm_core.provenance import UNKNOWN_ORIGIN
from tests.integration.asterisk import reserved_port
from tests.integration.daemon import RunningCenter, center
from tests.integration.sipp import until

pytestmark = pytest.mark.integration

LINE, STRANGE_NUMBER = "+56221234571", "+56922229999"
SUPPLIER, RUT, PIN, EMAIL, FAX = 1, "12345678-5", "4071", "cobranza@example.cl", "+56221112222"


class Postman:
    """Keeps the letters that it is given."""

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.got.append(message)
        return "250 OK"


@pytest.fixture
def postman() -> Postman:
    return Postman()


@pytest.fixture
def c(tmp_path: Path, postman: Postman) -> Iterator[RunningCenter]:
    port = reserved_port()
    more = (
        f'[[numbers]]\ndid = "{LINE}"\nflow = "suppliers"\n'
        f'[mail]\nhost = "127.0.0.1"\nport = {port}\ntls = "none"\nsender = "pagos@example.cl"\n'
    )
    smtp = Controller(postman, hostname="127.0.0.1", port=port)
    smtp.start()
    try:
        with center(tmp_path, more=more, start=False) as running:
            shutil.copy(Path(ivr.demo.__path__[0]) / "suppliers.toml", running.folder / "flows")
            running.store.write(_furnish)
            running.start()
            yield running
    finally:
        smtp.stop()


def _furnish(session: Session) -> None:
    change_customer(session, 1, SUPPLIER, expected_version=None, now=1.0, rut=RUT)
    caller_secrets.set_pin(session, 1, "customer", str(SUPPLIER), PIN, now=1.0)
    keep_email(session, 1, SUPPLIER, EMAIL, origin=UNKNOWN_ORIGIN, now=1.0)
    keep_phone(session, 1, SUPPLIER, E164(FAX), origin=UNKNOWN_ORIGIN, now=1.0, label="fax")
    for row in shipped():
        legal_profiles.confirm(session, 1, row, expected_version=0, by="a", name="a", now=1.0)
    now = time.time()
    session.add(
        Payable(
            account_id=1,
            customer_id=SUPPLIER,
            number="F-1001",
            status="scheduled",
            amount_minor=1_234_567,
            dated_at=now - 86_400,
            due_at=now + 86_400,
            created_at=1.0,
            updated_at=1.0,
        )
    )


def test_a_supplier_names_himself_hears_of_his_invoice_and_gets_his_statement(
    c: RunningCenter, postman: Postman
) -> None:
    def at(node: str, times: int = 1) -> None:
        until(lambda: len(c.probe.told("NodeEntered", node=node)) >= times, f"{node} {times}", 30, c.log)

    with c.call(did=LINE, number=STRANGE_NUMBER) as caller:
        caller.wait_answered()
        at("who")
        caller.press("123456785")
        until(lambda: c.probe.told("CallerIdentified", level="identified"), "who he is", 30, c.log)
        caller.press(PIN)
        until(lambda: c.probe.told("CallerIdentified", level="verified"), "that it is he", 30, c.log)
        at("main")
        caller.press("1")
        at("invoice")
        caller.press("1001#")
        at("scheduled")
        until(lambda: caller.audio.level() > 50, "the sum")
        at("main", 2)
        caller.press("2")
        at("mailed")
        at("main", 3)
        caller.press("3")
        at("faxed")
        caller.hang_up()

    until(lambda: postman.got, "the letter", 30, c.log)
    [letter] = postman.got
    assert (letter["To"], letter["From"], letter["Subject"]) == (
        EMAIL,
        "pagos@example.cl",
        "Su estado de cuenta",
    )
    [document] = letter.iter_attachments()
    pdf = pypdfium2.PdfDocument(document.get_payload(decode=True))
    text = pdf[0].get_textpage().get_text_range()
    pdf.close()
    assert "F-1001" in text
    assert "CLP 1.234.567" in text

    until(lambda: _faxes(c), "the fax", 30, c.log)
    [fax] = _faxes(c)
    assert (fax.body["pii_number"], faxes_out.state_of(fax)) == (FAX, "waiting"), "there is no trunk here"


def _faxes(c: RunningCenter) -> list[OutboxItem]:
    query = select(OutboxItem).where(OutboxItem.kind == faxes_out.OUTBOX_KIND)
    return c.store.read(lambda session: list(session.scalars(query)))
