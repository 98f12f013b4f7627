"""Sends letters to customers by SMTP (RFC 5321), each on a permit that the store has found good and marked as used.

A letter that the receiver's server refuses for good (5xx to the address or to the content) is given up and shown; all
else (the server is away, says later, does not know our password) is tried again with growing pauses. A letter
bears the same Message-ID at each try: where we die between the server's yes and our note of it, a receiver can tell
that both are one. A thread of the jobs process does it: a slow server delays no record.
"""

import smtplib
import ssl
from collections.abc import Callable
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate

import structlog

from crm_core import letter_queue
from crm_core.db import Store
from crm_core.letter_queue import Letter, Outcome
from ctiserver.app.outbox_thread import OutboxThread
from ctiserver.core.config import Mail
from ctiserver.core.errors import Conflict

_log = structlog.get_logger()
PATIENCE_SECONDS = 20.0
_IDLE_SECONDS = 2.0
_PERMANENT = 500


class MailSender:
    """A thread that sends what is due until it is stopped; without a server it never begins."""

    def __init__(self, store: Store, now: Callable[[], float], mail: Mail) -> None:
        self._store, self._now, self._mail = store, now, mail
        self._thread = OutboxThread(
            "mail", self.turn, idle_seconds=_IDLE_SECONDS, patience_seconds=PATIENCE_SECONDS
        )

    def start(self) -> None:
        """Begin to send, if there is a server to send to."""
        if self._mail.host:
            self._thread.start()

    def stop(self) -> None:
        """Send nothing more; what is under way has its few seconds."""
        self._thread.stop()

    def turn(self) -> int:
        """How many letters were tried or refused. Raises StoreError."""
        if not self._store.read(letter_queue.is_due, self._now()):
            return 0
        taken = self._store.write(letter_queue.take, self._now())
        for item_id in taken:
            if self._thread.stopping:
                break  # the lease ends by itself
            self._send(item_id)
        return len(taken)

    def _send(self, item_id: str) -> None:
        try:
            letter = self._store.write(letter_queue.permitted, item_id, self._now())
        except Conflict:
            return  # another sender was first, and notes what becomes of it
        if letter is None:
            return
        outcome = deliver(letter, self._mail, self._now())
        if outcome.error:
            _log.warning(
                "a letter was not taken", letter=item_id, pii_error=outcome.error, for_good=outcome.for_good
            )
        self._store.write(letter_queue.settle, item_id, outcome, self._now())


def deliver(letter: Letter, mail: Mail, now: float) -> Outcome:
    """How one try went; never raises."""
    try:
        message = message_of(letter, mail.sender, now)
    except (ValueError, IndexError) as error:  # nothing that can be an address or a file's kind
        return Outcome(f"this is no letter: {error}", for_good=True)
    try:
        with connected(mail) as server:
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused as refused:
        code, words = next(iter(refused.recipients.values()))
        return Outcome(_said(code, words), for_good=code >= _PERMANENT)
    except smtplib.SMTPDataError as refused:
        return Outcome(_said(refused.smtp_code, refused.smtp_error), for_good=refused.smtp_code >= _PERMANENT)
    except smtplib.SMTPNotSupportedError as error:
        return Outcome(f"the server cannot take such an address: {error}", for_good=True)
    except smtplib.SMTPResponseException as refused:
        return Outcome(_said(refused.smtp_code, refused.smtp_error))
    except (smtplib.SMTPException, OSError) as error:
        return Outcome(f"{type(error).__name__}: {error}")
    return Outcome()


def connected(mail: Mail) -> smtplib.SMTP:
    """A connection to the server, encrypted and logged in as configured. Raises SMTPException, OSError."""
    server: smtplib.SMTP
    if mail.tls == "tls":
        context = ssl.create_default_context()
        server = smtplib.SMTP_SSL(mail.host, mail.port, timeout=PATIENCE_SECONDS, context=context)
    else:
        server = smtplib.SMTP(mail.host, mail.port, timeout=PATIENCE_SECONDS)
    try:
        if mail.tls == "starttls":
            server.starttls(context=ssl.create_default_context())
        if mail.user:
            server.login(mail.user, mail.password)
    except BaseException:
        server.close()
        raise
    return server


def message_of(letter: Letter, sender: str, now: float) -> EmailMessage:
    """The message as it goes over the wire. Raises ValueError for an address that is none."""
    message = EmailMessage()
    message["From"] = Address(addr_spec=sender)
    message["To"] = Address(addr_spec=letter.pii_address)
    message["Subject"] = letter.subject
    message["Date"] = formatdate(now)
    plain = "".join(one if one.isalnum() else "." for one in letter.item_id)
    message["Message-ID"] = f"<{plain}@{sender.rpartition('@')[2]}>"
    if not letter.by_hand:
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no machine shall answer it
    message.set_content(letter.text)
    for file in letter.files:
        kind, _, subtype = file.content_type.partition("/")
        message.add_attachment(file.content, maintype=kind, subtype=subtype, filename=file.name)
    return message


def _said(code: int, words: bytes | str) -> str:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return f"{code} {text}"
