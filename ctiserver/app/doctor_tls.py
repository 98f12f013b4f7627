"""What the doctor examines of the certificate: there is one where it is needed, it lasts, it is what is served."""

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterator

from ctiserver.app.doctor_finding import Finding, fail, ok, warn
from ctiserver.core.config import Config
from ctiserver.process import certificates, tls_files

WARN_DAYS = 30.0
_PATIENCE_SECONDS = 3.0


def certificate(config: Config) -> Iterator[Finding]:
    """In force, long enough, and what running servers really serve."""
    yield from judge_certificate(config, time.time())
    if tls_files.is_on(config):
        yield from _served(config)


def judge_certificate(config: Config, now: float) -> Iterator[Finding]:
    """`now`: UTC epoch seconds."""
    try:
        served = tls_files.served(config)
    except ValueError:
        yield fail("its file holds no certificate; make one: ctiserver tls own, or ctiserver tls use")
        return
    if served is None:
        yield _judge_none(config)
        return
    renew = "ctiserver tls use CERTIFICATE KEY" if served.given else "ctiserver tls own"
    ends = [("the certificate", served.certificate, renew)]
    if served.authority:
        again = "ctiserver tls own --new-authority, and everybody installs it from /install-ca"
        ends.append(("our own authority", served.authority, again))
    for what, facts, advice in ends:
        days = facts.days_left(now)
        if days < 0:
            yield fail(f"{what} ended {-days:.0f} days ago; renew it: {advice}")
        elif days < WARN_DAYS:
            yield warn(f"{what} ends in {days:.0f} days; renew it: {advice}")
        else:
            yield ok(f"{what} is good for {days:.0f} days more")


def _judge_none(config: Config) -> Finding:
    if ipaddress.ip_address(config.console.address).is_loopback:
        return ok("none, and none is needed on loopback")
    return fail(
        "none: browsers elsewhere give no microphone to a page without HTTPS; run: ctiserver tls own --name HOST"
    )


def _served(config: Config) -> Iterator[Finding]:
    wanted = certificates.der(tls_files.server_file(config).read_bytes())
    address = config.console.address
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)
    ports = (
        ("console", config.console.tls_port, "serve"),
        ("Asterisk", config.asterisk.wss_port, "asterisk run"),
    )
    for who, port, start in ports:
        try:
            seen = _certificate_at(host, port)
        except OSError as error:
            reason = error.strerror or error
            yield warn(f"{who} does not answer on port {port} ({reason}); start it: ctiserver {start}")
            continue
        if seen == wanted:
            yield ok(f"{who} serves it on port {port}")
        else:
            yield warn(
                f"{who} serves another one on port {port}; put this one in force again: ctiserver tls own"
            )


def _certificate_at(host: str, port: int) -> bytes | None:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with (
        socket.create_connection((host, port), _PATIENCE_SECONDS) as plain,
        context.wrap_socket(plain) as secure,
    ):
        return secure.getpeercert(binary_form=True)
