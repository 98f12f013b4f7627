"""Letters over a real SMTP server on loopback: each on a permit, once, with its files; what is refused is shown."""

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core import letter_queue, letters, permission, schema
from crm_core.contact_points import keep_email
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.letter_queue import LEASE_SECONDS, TOO_LATE_SECONDS
from crm_core.outbox import OutboxItem
from crm_core.permission import consents, granting
from crm_core.permission.permits import PermitUse
from crm_core.privacy.erasure import erase
from crm_core.provenance import UNKNOWN_ORIGIN
from ctiserver.app import doctor_mail
from ctiserver.app.doctor_finding import Mark
from ctiserver.app.mail_sender import MailSender
from ctiserver.core.config import Config, Database, Mail
from ctiserver.core.errors import NotFound, Refusal
from ctiserver.core.permit import Channel, Permit, Purpose
from ctiserver.process import certificates

ANA = "ana@example.cl"
CONTENT = {"subject": "Su boleta", "text": "Hola, Ñandú:\n\nva adjunta.\n"}


class Postman:
    """Keeps what it is given, unless it has an answer of its own."""

    def __init__(self) -> None:
        self.got: list[tuple[list[str], EmailMessage]] = []
        self.to_recipient = self.to_content = ""

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.to_recipient:
            return self.to_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.to_content:
            return self.to_content
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.got.append((envelope.rcpt_tos, message))
        return "250 OK"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "crm.sqlite"
    schema.upgrade(f"sqlite:///{file}")
    return file


class Office:
    """A store with Ana, a postman, and a clock moved by hand."""

    def __init__(self, store: Store, postman: Postman, mail: Mail) -> None:
        self.store, self.postman, self.mail, self.now = store, postman, mail, 1_790_000_000.0
        self.sender = MailSender(store, lambda: self.now, mail)
        self.ana = store.write(self._ana)

    def _ana(self, session: Session) -> int:
        owner = add_customer(session, 1, now=1.0, name="Ana", language="es")
        keep_email(session, 1, owner.id, ANA, origin=UNKNOWN_ORIGIN, now=1.0)
        return owner.id

    def permit(self) -> Permit:
        how: dict[str, Any] = {"channel": Channel.EMAIL, "purpose": Purpose.SERVICE, "automatic": False}
        given = self.store.write(permission.permit, 1, self.ana, ANA, now=self.now, **how)
        assert isinstance(given, Permit)
        return given

    def write(self, letter_id: str = "letter.1", **more: Any) -> Permit:
        held = self.permit()
        self.store.write(letters.write, letter_id, held, CONTENT, now=self.now, **more)
        return held

    def letter(self, letter_id: str = "letter.1") -> OutboxItem:
        return self.store.read(lambda session: session.get_one(OutboxItem, letter_id))

    def state(self, letter_id: str = "letter.1") -> str:
        return letters.state_of(self.letter(letter_id))


@pytest.fixture
def postman() -> Postman:
    return Postman()


@contextmanager
def running(postman: Postman, port: int) -> Iterator[Controller]:
    made = Controller(postman, hostname="127.0.0.1", port=port)
    made.start()
    yield made
    if made.server:
        made.stop()


@pytest.fixture
def server(postman: Postman) -> Iterator[Controller]:
    with running(postman, free_port()) as made:
        yield made


@pytest.fixture
def office(empty: Path, tmp_path: Path, postman: Postman, server: Controller) -> Iterator[Office]:
    file = tmp_path / "crm.sqlite"
    file.write_bytes(empty.read_bytes())
    mail = Mail(host="127.0.0.1", port=server.port, tls="none", sender="Gas.del.Valle@example.cl")
    with Store(f"sqlite:///{file}") as store:
        yield Office(store, postman, mail)


def test_a_letter_arrives_with_its_words_and_files_and_its_permit_is_used(office: Office) -> None:
    held = office.write(
        files=[letters.File(name="boleta.pdf", content_type="application/pdf", content=b"%PDF-1")]
    )
    assert office.sender.turn() == 1
    ((to, message),) = office.postman.got
    assert (to, message["To"], message["Subject"]) == ([ANA], ANA, "Su boleta")
    assert message["Message-ID"] == "<letter.1@example.cl>"
    assert message["Auto-Submitted"] == "auto-generated"
    body = message.get_body()
    assert body is not None
    assert "Ñandú" in body.get_content()
    (file,) = message.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("boleta.pdf", b"%PDF-1")
    assert office.state() == "sent"
    uses = office.store.read(lambda s: s.execute(select(PermitUse.permit_id, PermitUse.use)).all())
    assert uses == [(held.permit_id, "letter.1")]
    assert office.sender.turn() == 0


def test_what_the_receivers_server_refuses_for_good_is_shown_and_not_tried_again(office: Office) -> None:
    office.postman.to_recipient = "550 5.1.1 no such user"
    office.write()
    office.sender.turn()
    assert office.state() == "refused"
    assert "550 5.1.1 no such user" in str(office.letter().last_error)
    office.now += 86_400
    assert office.sender.turn() == 0
    (shown,) = office.store.read(letters.letters, 1, state="refused", customer_id=office.ana).rows
    assert shown.id == "letter.1"
    office.postman.to_recipient = ""
    office.store.write(letters.send_again, 1, "letter.1", now=office.now)
    office.sender.turn()
    assert office.state() == "sent"
    with pytest.raises(Refusal, match="was sent"):
        office.store.write(letters.send_again, 1, "letter.1", now=office.now)
    with pytest.raises(NotFound):
        office.store.write(letters.send_again, 2, "letter.1", now=office.now)


@pytest.mark.parametrize("answer", ["451 try later", "away"])
def test_a_server_that_is_away_or_busy_is_tried_again_with_growing_pauses(
    office: Office, server: Controller, answer: str
) -> None:
    office.write()
    if answer == "away":
        server.stop()
    else:
        office.postman.to_content = answer
    pauses = []
    for _ in range(4):
        office.sender.turn()
        pauses.append(office.letter().due_at - office.now)
        office.now = office.letter().due_at
    assert pauses == [1.0, 2.0, 4.0, 8.0]
    assert office.state() == "waiting"
    office.postman.to_content = ""
    with running(office.postman, server.port) if answer == "away" else nullcontext():
        office.sender.turn()
    assert office.state() == "sent"
    assert len(office.postman.got) == 1


def test_content_refused_for_good_is_not_tried_again_and_twelve_tries_are_enough(
    office: Office,
) -> None:
    office.postman.to_content = "554 5.7.1 spam"
    office.write()
    office.sender.turn()
    assert (office.state(), office.letter().attempts) == ("refused", 1)
    office.postman.to_content = "451 busy"
    office.write("letter.2")
    for _ in range(12):
        office.sender.turn()
        office.now = office.letter("letter.2").due_at
    assert (office.state("letter.2"), office.letter("letter.2").attempts) == ("refused", 12)


def revoke(office: Office) -> None:
    said = {"channel": "email", "purpose": "service", "source": "call", "by": "ann"}
    office.store.write(consents.note, 1, office.ana, given=False, now=office.now, **said)


def test_who_takes_his_consent_back_gets_no_letter_not_even_one_that_was_tried_before(office: Office) -> None:
    office.write("before")
    revoke(office)
    office.sender.turn()
    assert office.state("before") == "refused"
    assert "permit_withdrawn" in str(office.letter("before").last_error)
    assert office.postman.got == []


def test_a_letter_that_was_tried_asks_the_rules_again(office: Office) -> None:
    office.postman.to_content = "451 busy"
    office.write()
    office.sender.turn()
    revoke(office)
    office.now, office.postman.to_content = office.letter().due_at, ""
    office.sender.turn()
    assert office.state() == "refused"
    assert "consent_revoked" in str(office.letter().last_error)
    assert office.postman.got == []


def test_a_permit_that_ran_out_unused_is_asked_for_anew_but_not_after_a_week(office: Office) -> None:
    first = office.write()
    office.now += granting.VALID_SECONDS + 1
    office.sender.turn()
    assert office.state() == "sent"
    assert office.letter().body["permit"] != first.permit_id
    office.write("late")
    office.now += TOO_LATE_SECONDS + 1
    office.sender.turn()
    assert (office.state("late"), str(office.letter("late").last_error)[:8]) == ("refused", "too_late")


@pytest.mark.parametrize(
    ("wrong", "error_id"),
    [({"permit": 999}, "permit_unknown"), ({"pii_address": "eva@example.cl"}, "permit_other_address")],
)
def test_no_letter_leaves_on_a_permit_that_is_not_its_own(
    office: Office, wrong: dict[str, Any], error_id: str
) -> None:
    office.write()

    def forge(session: Session) -> None:
        item = session.get_one(OutboxItem, "letter.1")
        item.body = item.body | wrong

    office.store.write(forge)
    office.sender.turn()
    assert office.state() == "refused"
    assert str(office.letter().last_error).startswith(error_id)
    assert office.postman.got == []


def test_a_permit_sends_one_letter(office: Office) -> None:
    held = office.write()
    office.store.write(letters.write, "letter.2", held, CONTENT, now=office.now)
    office.sender.turn()
    assert {office.state(), office.state("letter.2")} == {"sent", "refused"}
    assert len(office.postman.got) == 1


def test_a_sender_that_dies_leaves_the_letter_to_the_next_one(office: Office) -> None:
    office.write()
    (taken,) = office.store.write(letter_queue.take, office.now)
    assert office.store.write(letter_queue.permitted, taken, office.now) is not None
    assert office.sender.turn() == 0
    office.now += LEASE_SECONDS
    office.sender.turn()
    assert office.state() == "sent"


def test_a_letter_to_who_was_erased_is_gone(office: Office) -> None:
    office.write()
    office.store.write(erase, 1, office.ana, confirmation="Ana", ground="asked", by="boss", now=office.now)
    assert office.sender.turn() == 0
    assert office.store.read(letters.letters, 1).rows == []


def test_a_letter_of_a_template_is_in_the_customers_language(office: Office) -> None:
    content = {"template": "outage_over", "subject": "Corte\r\nBcc: x@example.cl", "text": "Válvula cambiada"}
    office.store.write(letters.write, "letter.3", office.permit(), content, now=office.now)
    office.sender.turn()
    ((_, message),) = office.postman.got
    assert message["Subject"] == "Solucionado: Corte Bcc: x@example.cl"
    assert message["Bcc"] is None


def test_files_that_are_too_large_and_permits_of_another_channel_are_refused(office: Office) -> None:
    large = letters.File(
        name="a", content_type="text/plain", content=b"x" * (letters.LARGEST_FILES_BYTES + 1)
    )
    with pytest.raises(Refusal, match="at most 5 MB"):
        office.write(files=[large])


def test_the_doctor_tells_of_letters_that_wait_and_of_a_server_that_cannot_be_used(
    office: Office, server: Controller
) -> None:
    config = Config(database=Database(url=str(office.store.engine.url)))
    (found,) = doctor_mail.mail(config)
    assert found.mark is Mark.OK
    office.write()
    (found,) = doctor_mail.mail(config)
    assert (found.mark, "1 letters to customers wait" in found.says) == (Mark.WARN, True)
    (found,) = doctor_mail.mail(replace(config, mail=office.mail))
    assert (found.mark, "takes letters" in found.says) == (Mark.OK, True)
    (found,) = doctor_mail.mail(replace(config, mail=replace(office.mail, tls="starttls")))
    assert found.mark is Mark.WARN
    server.stop()
    (found,) = doctor_mail.mail(replace(config, mail=office.mail))
    assert (found.mark, "cannot be used" in found.says) == (Mark.WARN, True)


def test_without_a_server_letters_wait(office: Office) -> None:
    office.write()
    idle = MailSender(office.store, lambda: office.now, Mail())
    idle.start()
    idle.stop()
    assert office.state() == "waiting"


# The server's certificate, and our password: encrypted from the first byte, or from STARTTLS on


@contextmanager
def guarded(postman: Postman, folder: Path, tls: str, name: str = "127.0.0.1") -> Iterator[Controller]:
    """A server with a certificate for `name`, which takes letters of who is logged in over TLS."""
    authority = certificates.new_authority("post", time.time())
    pair = certificates.new_certificate(authority, [name], time.time())
    (folder / "ca.pem").write_bytes(authority.certificate)
    (folder / "server.pem").write_bytes(pair.certificate + pair.key)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem")
    how: dict[str, Any] = {"auth_required": True, "authenticator": _knows_us}
    how |= {"auth_require_tls": False} if tls == "tls" else {"tls_context": context, "require_starttls": True}
    if tls == "tls":
        how["ssl_context"] = context
    made = Controller(postman, hostname="127.0.0.1", port=free_port(), **how)
    made.start()
    try:
        yield made
    finally:
        made.stop()


def _knows_us(_server: Any, _session: Any, _envelope: Any, _way: str, said: Any) -> AuthResult:
    return AuthResult(success=(said.login, said.password) == (b"gas", b"secret"), handled=False)


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_letters_leave_encrypted_and_logged_in_to_a_server_that_proves_its_name(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tls: Any
) -> None:
    with guarded(office.postman, tmp_path, tls) as server:
        mail = replace(office.mail, port=server.port, tls=tls, user="gas", password="secret")
        sender = MailSender(office.store, lambda: office.now, mail)
        office.write()
        sender.turn()
        assert office.state() == "waiting"
        assert "CERTIFICATE_VERIFY_FAILED" in str(office.letter().last_error)  # nobody vouches for it yet
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        unknown = MailSender(office.store, lambda: office.now, replace(mail, password="wrong"))
        office.now = office.letter().due_at
        unknown.turn()
        assert (office.state(), str(office.letter().last_error)[:3]) == ("waiting", "535")
        assert office.postman.got == []
        office.now = office.letter().due_at
        sender.turn()
        assert office.state() == "sent"
        assert len(office.postman.got) == 1


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_server_with_another_ones_certificate_gets_no_password(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tls: Any
) -> None:
    with guarded(office.postman, tmp_path, tls, name="mail.elsewhere.example") as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        mail = replace(office.mail, port=server.port, tls=tls, user="gas", password="secret")
        office.write()
        MailSender(office.store, lambda: office.now, mail).turn()
    assert office.state() == "waiting"
    assert "CERTIFICATE_VERIFY_FAILED" in str(office.letter().last_error)


def test_only_what_no_person_wrote_says_that_a_machine_did(office: Office) -> None:
    office.store.write(letters.write, "letter.9", office.permit(), CONTENT | {"by": "ann"}, now=office.now)
    office.sender.turn()
    ((_, message),) = office.postman.got
    assert message["Auto-Submitted"] is None
