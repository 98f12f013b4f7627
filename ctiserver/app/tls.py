"""`ctiserver tls`: the certificate by which browsers reach the console and Asterisk.

`own` makes an authority of our own, once, and a certificate of it; said again it renews the certificate, for the same
names if none are given, and the authority stays, so that nobody installs anything again. `use` takes a certificate
that was bought or issued elsewhere. A change reaches the running server without dropping a call: the console takes it
by itself within seconds, Asterisk is told here; both only for new connections. The first certificate of all needs a
restart of the console, because its port changes.
"""

import time
from argparse import Namespace
from pathlib import Path

from ctiserver.asterisk.run import serve_certificate
from ctiserver.core.config import Config
from ctiserver.core.errors import ConfigError, Mistake
from ctiserver.process import certificates, tls_files
from ctiserver.process.certificates import Facts, Pair
from ctiserver.process.config_file import load

ALWAYS = ("localhost", "127.0.0.1", "::1")
"""Names that our own certificates have besides: this machine, seen from itself."""
ROOTS = Path("/etc/ssl/certs/ca-certificates.crt")
"""Authorities that this machine trusts, on Debian."""


def own(chosen: Namespace) -> None:
    """Makes or renews our own certificate. Raises ConfigError with all mistakes."""
    config, now = load(chosen.config), time.time()
    names = _names(config, chosen)
    authority = None if chosen.new_authority else tls_files.authority(config)
    if authority is None:
        authority = certificates.new_authority(f"{config.installation.name} center's own authority", now)
        tls_files.keep_authority(config, authority)
        print("a new authority: install it on each computer, see /install-ca")
    _put_in_force(config, certificates.new_certificate(authority, names, now), now)


def _names(config: Config, chosen: Namespace) -> list[str]:
    given = [*chosen.name, *chosen.address]
    mistakes = [
        Mistake("tls own", f"{complaint}; correct it")
        for name in given
        if (complaint := certificates.name_complaint(name))
    ]
    if not given and (before := tls_files.served(config)):
        given = list(before.certificate.names)
    elif not given:
        mistakes.append(
            Mistake("tls own", "say by which names browsers reach this machine: --name HOST or --address IP")
        )
    if mistakes:
        raise ConfigError(mistakes)
    return list(dict.fromkeys([*given, *ALWAYS]))


def use(chosen: Namespace) -> None:
    """Takes a given certificate. Raises ConfigError with everything that is wrong with it."""
    config, now = load(chosen.config), time.time()
    pair = Pair(_read(chosen.certificate), _read(chosen.key))
    wrong = certificates.complaints(pair, now=now, names=chosen.name)
    if wrong:
        raise ConfigError([Mistake(str(chosen.certificate), sentence) for sentence in wrong])
    if ROOTS.exists() and not certificates.is_trusted(pair.certificate, ROOTS.read_bytes(), now):
        print(
            "note: no authority that this machine trusts stands behind it. Unless browsers here know your company's "
            "own authority, append the intermediate certificates to the file and repeat this"
        )
    _put_in_force(config, pair, now)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        reason = f"cannot be read ({error.strerror}); name an existing file"
        raise ConfigError([Mistake(str(file), reason)]) from error


def _put_in_force(config: Config, pair: Pair, now: float) -> None:
    first = not tls_files.is_on(config)
    tls_files.keep_server(config, pair)
    told = serve_certificate(config)
    print(_about(certificates.facts(pair.certificate), now))
    print("Asterisk serves it from now on" if told else "Asterisk will serve it when it starts")
    if first:
        where = f"port {config.console.tls_port}"
        print(
            f"the console serves HTTPS on {where} after its next start: restart ctiserver serve, calls go on"
        )
    else:
        print("a running console serves it within seconds")


def show(chosen: Namespace) -> int:
    """Says what is served; 1 when there is no certificate."""
    config = load(chosen.config)
    served = tls_files.served(config)
    if served is None:
        print("no certificate: served without TLS; make one: ctiserver tls own --name HOST")
        return 1
    print(_about(served.certificate, time.time()))
    if served.authority:
        ends_at = _day(served.authority.not_after)
        print(f"authority    our own, until {ends_at}; people install it from /install-ca")
        print(f"its SHA-256  {served.authority.fingerprint}")
    else:
        print(f"authority    {served.certificate.issuer}")
    return 0


def _about(facts: Facts, now: float) -> str:
    lines = {
        "names": ", ".join(facts.names),
        "valid": f"{_day(facts.not_before)} to {_day(facts.not_after)}, {facts.days_left(now):.0f} days left",
        "SHA-256": facts.fingerprint,
    }
    return "\n".join(f"{what:<12} {value}" for what, value in lines.items())


def _day(at: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(at))
