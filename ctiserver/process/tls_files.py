"""The certificate by which browsers reach this installation: console and Asterisk serve the same one.

It lies in `STATE/tls`: `server.pem` holds the key and the certificate with its chain, in one file so that no reader
ever sees half of a renewal; `ca.pem` and `ca-key.pem` are the authority of our own, if there is one. As long as there
is no `server.pem`, everything is served without TLS.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ctiserver.core.config import Config

if TYPE_CHECKING:
    from ctiserver.process.certificates import Facts, Pair


def server_file(config: Config) -> Path:
    """Key, certificate and chain."""
    return _folder(config) / "server.pem"


def authority_file(config: Config) -> Path:
    """The certificate of our own authority, which people install."""
    return _folder(config) / "ca.pem"


def _authority_key_file(config: Config) -> Path:
    return _folder(config) / "ca-key.pem"


def _folder(config: Config) -> Path:
    return config.installation.state_dir / "tls"


def is_on(config: Config) -> bool:
    """Whether there is a certificate to serve."""
    return server_file(config).exists()


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What is served: `authority` is that of our own if it signed the certificate, else None."""

    certificate: Facts
    authority: Facts | None

    @property
    def given(self) -> bool:
        """Whether somebody brought it, so that browsers know its authority without our doing."""
        return self.authority is None


def served(config: Config) -> Served | None:
    """The certificate in force; None without TLS. Raises ValueError for a file that holds none."""
    if not is_on(config):
        return None
    from ctiserver.process import certificates  # only who serves TLS needs it, and it takes a while to load

    pem, authority = server_file(config).read_bytes(), authority_pem(config)
    own = authority is not None and certificates.is_issued_by(pem, authority)
    return Served(
        certificate=certificates.facts(pem),
        authority=certificates.facts(authority) if authority and own else None,
    )


def authority_pem(config: Config) -> bytes | None:
    """The certificate of our own authority, None when there is none."""
    file = authority_file(config)
    return file.read_bytes() if file.exists() else None


def authority(config: Config) -> Pair | None:
    """Our own authority with its key; None when there is none, or only half of it."""
    certificate, key = authority_file(config), _authority_key_file(config)
    if not (certificate.exists() and key.exists()):
        return None
    from ctiserver.process.certificates import Pair

    return Pair(certificate.read_bytes(), key.read_bytes())


def keep_authority(config: Config, made: Pair) -> None:
    """Put a new authority in place of the one there was."""
    _write(_authority_key_file(config), made.key, 0o600)
    _write(authority_file(config), made.certificate, 0o644)


def keep_server(config: Config, pair: Pair) -> None:
    """Put a certificate in force; running processes take it at their next look."""
    _write(server_file(config), pair.key.rstrip() + b"\n" + pair.certificate, 0o600)


def _write(file: Path, content: bytes, mode: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)
