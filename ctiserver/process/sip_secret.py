"""The passwords of agents' phones, derived from one secret of the installation.

So nothing is kept per phone, and no password stands in the database. A browser's phone has a new one for each
log-in: `nonce` is the log-in's.
"""

import hmac
import os
import secrets
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from ctiserver.core.config import Config


def sip_password(secret: bytes, extension: str, nonce: str = "") -> str:
    """The SIP password of one phone."""
    return hmac.new(secret, f"sip:{extension}:{nonce}".encode(), sha256).hexdigest()[:32]


def sip_secret(config: Config, environ: Mapping[str, str] = os.environ) -> bytes:
    """CTI_SIP_SECRET, else the installation's own, made at the first call and readable by its owner only."""
    if given := environ.get("CTI_SIP_SECRET"):
        return given.encode()
    file = config.installation.state_dir / "sip-secret"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        _make(file)
    return file.read_bytes()


def _make(file: Path) -> None:
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(32))
    draft.replace(file)
