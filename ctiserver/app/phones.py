"""Agents' phones as Asterisk shall know them.

A phone's password is derived from one secret of the installation, so that nothing has to be kept per phone and no
password stands in the database.
"""

import hmac
import os
import secrets
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from crm_core import agents
from crm_core.db import Store
from ctiserver.asterisk.agents import AgentEndpoint
from ctiserver.core.config import Config


def sip_password(secret: bytes, extension: str) -> str:
    """The SIP password of one phone."""
    return hmac.new(secret, f"sip:{extension}".encode(), sha256).hexdigest()[:32]


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


def read_phones(store: Store, secret: bytes) -> list[AgentEndpoint]:
    """Every agent's phone. Raises StoreError."""
    return [
        AgentEndpoint(
            name=agents.phone_name(extension), password=sip_password(secret, extension), contact=uri
        )
        for extension, uri in store.read(agents.phones)
    ]
