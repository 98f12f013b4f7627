"""What the doctor examines of mail: whether there is a server that takes our letters, and how many wait for it."""

import smtplib
from collections.abc import Iterator

from crm_core import letter_queue
from crm_core.db import Store
from ctiserver.app.doctor_finding import Finding, ok, warn
from ctiserver.app.mail_sender import connected
from ctiserver.core.config import Config


def mail(config: Config) -> Iterator[Finding]:
    """The server is reached and lets us in. Raises StoreError."""
    with Store(config.database.url) as store:
        count = store.read(letter_queue.waiting)
    if not config.mail.host:
        says = "no server is configured (mail.host)"
        yield warn(f"{says}, and {count} letters to customers wait for one") if count else ok(says)
        return
    where = f"{config.mail.host}:{config.mail.port}"
    try:
        connected(config.mail).quit()
    except smtplib.SMTPAuthenticationError:
        yield warn(f"{where} refuses our password; set mail.user and {config.mail.password_env} anew")
    except (smtplib.SMTPException, OSError) as error:
        yield warn(f"{where} cannot be used ({error}); {count} letters wait: mend mail.host, port and tls")
    else:
        yield ok(f"{where} takes letters, {count} wait")
