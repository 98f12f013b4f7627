"""The passwords between us and our own Asterisk: made once per installation, known to nobody else.

They live in one file that only its owner reads; CTI_ARI_PASSWORD and CTI_AMI_PASSWORD take their place.
"""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ctiserver.core.config import Config

USER = "ctiserver"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passwords:
    ari: str = field(repr=False)
    ami: str = field(repr=False)


def passwords(config: Config, environ: Mapping[str, str] = os.environ) -> Passwords:
    """The installation's passwords; the first call makes them."""
    kept = _kept(config.asterisk_dir / "passwords.json")
    return Passwords(
        ari=environ.get("CTI_ARI_PASSWORD") or kept.ari,
        ami=environ.get("CTI_AMI_PASSWORD") or kept.ami,
    )


def _kept(file: Path) -> Passwords:
    if not file.exists():
        _make(file)
    return Passwords(**json.loads(file.read_text()))


def _make(file: Path) -> None:
    """Writes the file whole or not at all; of two processes that come at once, one's passwords stay."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = Passwords(ari=secrets.token_urlsafe(24), ami=secrets.token_urlsafe(24))
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(asdict(fresh)))
    try:
        os.link(draft, file)
    except FileExistsError:
        return
    finally:
        draft.unlink()
